package dev.forklift.kernel.time;

import dev.forklift.kernel.wait.Deadline;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.Sleeper;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The timers of a kernel, by the time they are due.
///
/// A kernel thread runs [#run]; nothing expires without it.
public final class TimerQueue {
  private final KernelClock clock;
  private final WallBase monotonic;
  private final WallBase realtime;
  private final CpuTimers cpuTimers;
  private @Nullable Sleeper thread;

  public TimerQueue(KernelClock clock) {
    this.clock = clock;
    this.monotonic = new WallBase(this, clock, false);
    this.realtime = new WallBase(this, clock, true);
    this.cpuTimers = new CpuTimers(monotonic);
  }

  /// CLOCK_MONOTONIC.
  public TimerBase monotonic() {
    return monotonic;
  }

  /// CLOCK_REALTIME. Timers on it are due earlier or later when it is set.
  public TimerBase realtime() {
    return realtime;
  }

  /// A CPU clock.
  public TimerBase cpu(CpuClock cpuClock, CpuClock.Counted counted) {
    return new CpuBase(cpuTimers, cpuClock, counted);
  }

  /// What the timer thread does, under the kernel lock, until `stopped` holds. Whoever makes that
  /// true wakes the thread.
  public void run(Sleeper timerThread, BooleanSupplier stopped) {
    Runnable clockSet = timerThread::wake;
    clock.realtimeSet().add(clockSet);
    thread = timerThread;
    try {
      expire();
      while (!stopped.getAsBoolean()) {
        timerThread.sleep(Deadline.after(clock, untilNext()));
        expire();
      }
    } finally {
      thread = null;
      clock.realtimeSet().remove(clockSet);
    }
  }

  /// Lets all timers expire that are due now, those first that have been due longest. A timer that
  /// its own action makes due again waits for the next time.
  void expire() {
    Due due = new Due();
    for (KernelTimer next = due.next(); next != null; next = due.next()) {
      next.expire();
    }
  }

  /// Nanoseconds until [#expire] has something to do.
  long untilNext() {
    return Math.min(monotonic.untilFirst(), realtime.untilFirst());
  }

  /// A timer was armed that is due before all others.
  void earlier() {
    if (thread != null) {
      thread.wake();
    }
  }

  /// What is due at one moment.
  private final class Due {
    private final long monotonicNow = monotonic.now();
    private final long realtimeNow = realtime.now();

    @Nullable KernelTimer next() {
      KernelTimer a = monotonic.first();
      KernelTimer b = realtime.first();
      long lateA = a == null ? -1 : monotonicNow - a.expires();
      long lateB = b == null ? -1 : realtimeNow - b.expires();
      if (lateA < 0 && lateB < 0) {
        return null;
      }
      return lateA >= lateB ? a : b;
    }
  }
}
