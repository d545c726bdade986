package dev.forklift.kernel.wait;

/// When a wait ends: a time of the monotonic or of the realtime clock.
///
/// @param realtime whether `nanos` is of CLOCK_REALTIME, which can be set meanwhile
public record Deadline(boolean realtime, long nanos) {
  /// Never.
  public static final Deadline NEVER = new Deadline(false, KernelClock.NEVER);

  /// When the monotonic clock shows `nanos`.
  public static Deadline monotonic(long nanos) {
    return new Deadline(false, nanos);
  }

  /// When the realtime clock shows `nanos`.
  public static Deadline realtime(long nanos) {
    return new Deadline(true, nanos);
  }

  /// When `nanos` have passed from now on, whatever happens to the realtime clock.
  public static Deadline after(KernelClock clock, long nanos) {
    long now = clock.monotonicNanos();
    return monotonic(nanos >= KernelClock.NEVER - now ? KernelClock.NEVER : now + nanos);
  }

  /// Says whether it never comes.
  public boolean isNever() {
    return nanos == KernelClock.NEVER;
  }

  public boolean hasPassed(KernelClock clock) {
    return !isNever() && nanos <= now(clock);
  }

  /// Nanoseconds until it comes; 0 or less if it has passed.
  public long remaining(KernelClock clock) {
    return isNever() ? KernelClock.NEVER : nanos - now(clock);
  }

  private long now(KernelClock clock) {
    return realtime ? clock.realtimeNanos() : clock.monotonicNanos();
  }
}
