package dev.forklift.board.boot;

import dev.forklift.board.BadInputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// An ELF file that is loaded where it says, such as `vmlinux`.
///
/// @param entry where it begins to run
/// @param parts what is loaded
public record KernelImage(long entry, List<Part> parts) {
  /// A piece of the image.
  ///
  /// @param address where it is linked to run
  /// @param file what holds it
  /// @param memoryLength its length in memory, behind what the file has all zero
  public record Part(long address, ByteBuffer file, long memoryLength) {}

  private static final int HEADER = 52;
  private static final int PROGRAM_HEADER = 32;
  private static final int MAGIC_BIG_ENDIAN = 0x7f45_4c46;
  private static final int CLASS_AT = 4;
  private static final int DATA_AT = 5;
  private static final int CLASS_32 = 1;
  private static final int DATA_LITTLE = 1;
  private static final int DATA_BIG = 2;
  private static final int TYPE_EXECUTABLE = 2;
  private static final int LOAD = 1;

  public KernelImage {
    parts = List.copyOf(parts);
  }

  /// Reads an ELF file.
  ///
  /// @param machine what `e_machine` has to be
  /// @throws BadInputException if it is none for this CPU, or broken
  public static KernelImage readElf(byte[] file, int machine, ByteOrder order)
      throws BadInputException {
    ByteBuffer elf = ByteBuffer.wrap(file);
    if (file.length < HEADER || elf.getInt(0) != MAGIC_BIG_ENDIAN) {
      throw new BadInputException("this is no ELF file");
    }
    elf.order(order);
    int data = order == ByteOrder.LITTLE_ENDIAN ? DATA_LITTLE : DATA_BIG;
    if (file[CLASS_AT] != CLASS_32
        || file[DATA_AT] != data
        || elf.getShort(18) != (short) machine) {
      throw new BadInputException("this ELF file is for another CPU");
    }
    if (elf.getShort(16) != TYPE_EXECUTABLE) {
      throw new BadInputException("this ELF file is no kernel: it is not linked to an address");
    }
    long entry = unsigned(elf, 24);
    long at = unsigned(elf, 28);
    int size = elf.getShort(42);
    int count = elf.getShort(44) & 0xffff;
    if (size != PROGRAM_HEADER || at + (long) count * size > file.length) {
      throw new BadInputException("the ELF file is broken: it ends before its program headers");
    }
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int header = (int) at + i * size;
      if (elf.getInt(header) == LOAD) {
        parts.add(part(elf, header));
      }
    }
    if (parts.isEmpty()) {
      throw new BadInputException("the ELF file has nothing to load");
    }
    return new KernelImage(entry, parts);
  }

  private static Part part(ByteBuffer elf, int header) throws BadInputException {
    long offset = unsigned(elf, header + 4);
    long address = unsigned(elf, header + 12);
    long fileLength = unsigned(elf, header + 16);
    long memoryLength = unsigned(elf, header + 20);
    if (offset + fileLength > elf.capacity() || fileLength > memoryLength) {
      throw new BadInputException("the ELF file is broken: it ends before what it is to load");
    }
    return new Part(address, elf.slice((int) offset, (int) fileLength), memoryLength);
  }

  private static long unsigned(ByteBuffer elf, int at) {
    return Integer.toUnsignedLong(elf.getInt(at));
  }
}
