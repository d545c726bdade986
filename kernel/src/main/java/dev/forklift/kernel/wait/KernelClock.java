package dev.forklift.kernel.wait;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/// Where a kernel's time comes from, and how it is waited for.
///
/// One interface, so that a deterministic clock can take the place of the host's.
public interface KernelClock {
  /// A deadline that never comes.
  long NEVER = Long.MAX_VALUE;

  /// CLOCK_MONOTONIC: nanoseconds since this kernel booted.
  long monotonicNanos();

  /// CLOCK_REALTIME: nanoseconds since 1970.
  long realtimeNanos();

  /// Waits on `condition` until signalled or until the monotonic clock shows `deadline`; may return
  /// early for no reason.
  void await(Condition condition, long deadline);

  /// The host's clocks.
  static KernelClock host() {
    long boot = System.nanoTime();
    return new KernelClock() {
      @Override
      public long monotonicNanos() {
        return System.nanoTime() - boot;
      }

      @Override
      public long realtimeNanos() {
        java.time.Instant now = java.time.Instant.now();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
      }

      @Override
      public void await(Condition condition, long deadline) {
        if (deadline == NEVER) {
          condition.awaitUninterruptibly();
          return;
        }
        long left = deadline - monotonicNanos();
        if (left > 0) {
          try {
            long unused = condition.awaitNanos(left);
          } catch (InterruptedException e) {
            // Nobody interrupts our threads on purpose; a stray interrupt is a spurious wake-up.
          }
        }
      }
    };
  }
}
