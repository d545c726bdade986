package dev.forklift.kernel.futex;

import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.kernel.abi.Errno;

/// A task's memory as futexes use it. Every access may fail with EFAULT.
public interface FutexMemory {
  /// Reads a word, in one piece if it is aligned.
  int load(long address) throws Errno;

  /// The size of a pointer: 4 or 8.
  int pointerBytes();

  /// Reads a pointer.
  long loadPointer(long address) throws Errno;

  void store(long address, int value) throws Errno;

  /// Stores `replacement` where `expected` stands, atomically.
  ///
  /// @return what stood there before
  int compareExchange(long address, int expected, int replacement) throws Errno;

  /// Finds out what a futex is.
  ///
  /// @param forWriting whether the caller is going to change the word
  /// @throws Errno EINVAL if it is not aligned; EFAULT if it cannot be a futex
  FutexKey key(Futex futex, boolean forWriting) throws Errno;

  /// The memory of a guest.
  ///
  /// @param pointerBytes the size of a pointer, 4 or 8
  static FutexMemory of(AddressSpace space, int pointerBytes) {
    return new FutexSpace(space, pointerBytes);
  }
}
