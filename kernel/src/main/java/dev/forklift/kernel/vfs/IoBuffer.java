package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.Errno;

/// The bytes of a read or write on the guest's side: one buffer or a vector of them.
public interface IoBuffer {
  /// Bytes left.
  long remaining();

  /// Takes up to `length` bytes that the guest wants to write.
  ///
  /// @return how many; fewer than asked for only at the end or before memory that cannot be read
  /// @throws Errno EFAULT if not a single byte can be read
  int get(byte[] destination, int offset, int length) throws Errno;

  /// Gives the guest up to `length` bytes that it wants to read.
  ///
  /// @return how many; fewer than asked for only at the end or before memory that cannot be written
  /// @throws Errno EFAULT if not a single byte can be written
  int put(byte[] source, int offset, int length) throws Errno;
}
