package dev.forklift.kernel.abi;

import java.nio.ByteOrder;

/// How C data lies in a guest's memory.
///
/// @param wordBytes the size of `long` and pointers: 4 or 8
/// @param maxAlignment the largest alignment of a basic type inside structures (`long long`): 4 on
///   nios2 and m68k-like ABIs where 64-bit members align to 4, otherwise 8
/// @param order the byte order
public record DataModel(int wordBytes, int maxAlignment, ByteOrder order) {
  public boolean is64Bit() {
    return wordBytes == 8;
  }
}
