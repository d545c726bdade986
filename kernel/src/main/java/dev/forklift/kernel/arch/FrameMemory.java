package dev.forklift.kernel.arch;

import dev.forklift.kernel.abi.Errno;

/// The memory of a process whose stack is being unwound.
public interface FrameMemory {
  /// A pointer.
  ///
  /// @throws Errno EFAULT if nothing is mapped there
  long word(long address) throws Errno;

  /// Four bytes of code or data, in the guest's byte order.
  ///
  /// @throws Errno EFAULT if nothing is mapped there
  int int32(long address) throws Errno;
}
