package dev.forklift.kernel.abi;

/// A time or a duration in seconds and nanoseconds (timespec(3type)).
public record Timespec(long seconds, long nanos) {
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  public static Timespec ofNanos(long nanos) {
    return new Timespec(
        Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND));
  }

  /// Says whether it is normalised and not negative, as system calls want their timeouts.
  public boolean isValid() {
    return seconds >= 0 && nanos >= 0 && nanos < NANOS_PER_SECOND;
  }

  /// The same in nanoseconds; what is too long for a `long` becomes its largest value, which is
  /// never reached.
  public long toNanos() {
    return seconds >= Long.MAX_VALUE / NANOS_PER_SECOND
        ? Long.MAX_VALUE
        : seconds * NANOS_PER_SECOND + nanos;
  }

  /// The same in nanoseconds, refusing what [#isValid] refuses.
  ///
  /// @throws Errno EINVAL
  public long toValidNanos() throws Errno {
    if (!isValid()) {
      throw Errno.EINVAL;
    }
    return toNanos();
  }
}
