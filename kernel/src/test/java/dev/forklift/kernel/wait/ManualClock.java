package dev.forklift.kernel.wait;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;

/// A clock that stands still until a test turns it.
public final class ManualClock implements KernelClock {
  private static final long PATIENCE = Duration.ofSeconds(20).toNanos();

  private final KernelLock lock;
  private final WaitQueue realtimeSet = new WaitQueue();
  private final List<Condition> sleepers = new ArrayList<>();
  private volatile long monotonic;
  private volatile long realtimeOffset = 1_700_000_000_000_000_000L;

  public ManualClock(KernelLock lock) {
    this.lock = lock;
  }

  @Override
  public long monotonicNanos() {
    return monotonic;
  }

  @Override
  public long realtimeNanos() {
    return monotonic + realtimeOffset;
  }

  @Override
  public void setRealtime(long nanos) {
    realtimeOffset = nanos - monotonic;
    realtimeSet.wakeAll();
  }

  @Override
  public WaitQueue realtimeSet() {
    return realtimeSet;
  }

  @SuppressWarnings("WaitNotInLoop") // its caller waits in a loop
  @Override
  public void await(Condition condition, long deadline) {
    if (monotonic < deadline) {
      sleepers.add(condition);
      condition.awaitUninterruptibly();
      sleepers.remove(condition);
    }
  }

  /// Lets time pass.
  @SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock, read without
  public void advance(long nanos) {
    lock.acquire();
    try {
      monotonic += nanos;
      sleepers.forEach(Condition::signal);
      sleepers.clear();
    } finally {
      lock.release();
    }
  }

  /// Waits, in real time, until this many threads sleep on the clock.
  public void awaitSleepers(int count) {
    long end = System.nanoTime() + PATIENCE;
    while (sleepers() != count) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError(sleepers() + " threads sleep, not " + count);
      }
      Thread.onSpinWait();
    }
  }

  private int sleepers() {
    lock.acquire();
    try {
      return sleepers.size();
    } finally {
      lock.release();
    }
  }
}
