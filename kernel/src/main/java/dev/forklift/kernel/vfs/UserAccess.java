package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;

/// The memory of the calling process, for requests whose arguments lie there.
public interface UserAccess {
  /// How C data lies in that memory.
  DataModel model();

  /// Copies all of `length` bytes out of it, or fails with EFAULT.
  void read(long address, byte[] destination, int offset, int length) throws Errno;

  /// Copies all of `length` bytes into it, or fails with EFAULT.
  void write(long address, byte[] source, int offset, int length) throws Errno;

  /// A structure of `length` bytes.
  default StructReader structure(long address, int length) throws Errno {
    byte[] bytes = new byte[length];
    read(address, bytes, 0, length);
    return new StructReader(model(), bytes);
  }

  default void write(long address, StructWriter structure) throws Errno {
    byte[] bytes = structure.toBytes();
    write(address, bytes, 0, bytes.length);
  }

  /// A C `int`.
  default int readInt(long address) throws Errno {
    return structure(address, Integer.BYTES).s32();
  }

  default void writeInt(long address, int value) throws Errno {
    write(address, new StructWriter(model()).u32(value));
  }
}
