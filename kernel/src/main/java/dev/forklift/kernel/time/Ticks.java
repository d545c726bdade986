package dev.forklift.kernel.time;

import dev.forklift.kernel.wait.KernelClock;

/// What Linux counts in ticks, and shows of them. Timers here are finer than that.
public final class Ticks {
  /// Timer interrupts a second (`CONFIG_HZ`).
  public static final int HZ = 250;

  /// One tick, which is also the resolution that clocks say they have.
  public static final long NANOS = 1_000_000_000 / HZ;

  /// Units of `clock_t` a second, as times(2) and /proc show them.
  public static final int USER_HZ = 100;

  private static final long NANOS_PER_CLOCK_T = 1_000_000_000 / USER_HZ;

  /// Linux starts its count of ticks so that 32 bits of it overflow after five minutes.
  private static final long AT_BOOT = ((1L << 32) - 300 * HZ) * USER_HZ / HZ;

  private Ticks() {}

  /// Nanoseconds as `clock_t`.
  public static long clockT(long nanos) {
    return nanos / NANOS_PER_CLOCK_T;
  }

  /// What times(2) returns: `clock_t` since some time before boot.
  public static long sinceSomeTime(KernelClock clock) {
    return AT_BOOT + clockT(clock.monotonicNanos());
  }

  /// The last tick at or before a time: what coarse clocks show.
  static long floor(long nanos) {
    return nanos - Math.floorMod(nanos, NANOS);
  }
}
