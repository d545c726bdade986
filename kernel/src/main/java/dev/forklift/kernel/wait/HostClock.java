package dev.forklift.kernel.wait;

import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/// The host's clocks, the realtime one with an offset of the kernel's own.
final class HostClock implements KernelClock {
  private final long boot = System.nanoTime();
  private final WaitQueue realtimeSet = new WaitQueue();
  private volatile long realtimeOffset;

  @Override
  public long monotonicNanos() {
    return System.nanoTime() - boot;
  }

  @Override
  public long realtimeNanos() {
    return hostNanos() + realtimeOffset;
  }

  @Override
  public void setRealtime(long nanos) {
    realtimeOffset = nanos - hostNanos();
    realtimeSet.wakeAll();
  }

  @Override
  public WaitQueue realtimeSet() {
    return realtimeSet;
  }

  @Override
  @SuppressWarnings("WaitNotInLoop") // the loop is the caller's
  public void await(Condition condition, long deadline) {
    if (deadline == NEVER) {
      condition.awaitUninterruptibly();
      return;
    }
    long left = deadline - monotonicNanos();
    if (left > 0) {
      try {
        var _ = condition.awaitNanos(left);
      } catch (InterruptedException e) {
        // Nobody interrupts our threads on purpose; a stray interrupt is a spurious wake-up.
      }
    }
  }

  private static long hostNanos() {
    Instant now = Instant.now();
    return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
  }
}
