package dev.forklift.kernel.futex;

import dev.forklift.kernel.abi.Errno;

/// How futex_waitv(2), futex_wake(2), futex_wait(2) and futex_requeue(2) name a futex: with flags
/// that have the size of its word, and values of 64 bits.
public final class Futex2 {
  private static final int SIZE_MASK = 3;
  private static final int SIZE_U32 = 2;
  private static final int PRIVATE = 128;

  /// The most futexes that one futex_waitv can wait for.
  public static final int WAITV_MAX = 128;

  private Futex2() {}

  /// Takes the futex that `flags` speak of.
  ///
  /// @throws Errno EINVAL for unknown flags and for sizes that no kernel has yet
  public static Futex futex(long address, int flags) throws Errno {
    if ((flags & ~(SIZE_MASK | PRIVATE)) != 0 || (flags & SIZE_MASK) != SIZE_U32) {
      throw Errno.EINVAL;
    }
    return new Futex(address, (flags & PRIVATE) == 0);
  }

  /// A value or bit set of a futex's size.
  ///
  /// @throws Errno EINVAL if it does not fit
  public static int value(long value) throws Errno {
    if (value >>> Integer.SIZE != 0) {
      throw Errno.EINVAL;
    }
    return (int) value;
  }
}
