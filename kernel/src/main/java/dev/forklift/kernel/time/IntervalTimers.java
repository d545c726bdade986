package dev.forklift.kernel.time;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Itimerspec;
import dev.forklift.kernel.abi.Signal;

/// The three interval timers of a process (setitimer(2)). Exec keeps them; a child has none armed.
public final class IntervalTimers {
  public static final int ITIMER_REAL = 0;
  public static final int ITIMER_VIRTUAL = 1;
  public static final int ITIMER_PROF = 2;

  private static final long MICROSECOND = 1000;

  private final RealTimer real;
  private final CpuTimer virtual;
  private final CpuTimer prof;

  public IntervalTimers(TimerQueue queue, CpuClock processTime, TimerTarget target) {
    real = new RealTimer(queue.monotonic(), target);
    virtual = new CpuTimer(queue.cpu(processTime, CpuClock.Counted.USER), target, Signal.SIGVTALRM);
    prof = new CpuTimer(queue.cpu(processTime, CpuClock.Counted.TOTAL), target, Signal.SIGPROF);
  }

  /// getitimer(2).
  public Itimerspec get(int which) throws Errno {
    return timer(which).get();
  }

  /// setitimer(2).
  ///
  /// @return how the timer was set before
  public Itimerspec set(int which, Itimerspec setting) throws Errno {
    if (!setting.isValid()) {
      throw Errno.EINVAL;
    }
    OneTimer timer = timer(which);
    Itimerspec old = timer.get();
    timer.set(setting.interval().toNanos(), setting.value().toNanos());
    return old;
  }

  /// alarm(2).
  ///
  /// @return the seconds that were left before, rounded, but not to 0
  public long alarm(long seconds) {
    Itimerspec old = real.get();
    real.set(
        0, seconds >= Long.MAX_VALUE / 1_000_000_000 ? Long.MAX_VALUE : seconds * 1_000_000_000);
    long left = old.value().seconds();
    long nanos = old.value().nanos();
    return (left == 0 && nanos > 0) || nanos >= 500_000_000 ? left + 1 : left;
  }

  /// A SIGALRM was taken by a task of the process: a repeating timer starts anew only now, so that
  /// signals that nobody takes cost nothing.
  public void alarmTaken() {
    real.goOn();
  }

  /// Disarms all, at the end of the process.
  public void release() {
    real.timer.cancel();
    virtual.timer.cancel();
    prof.timer.cancel();
  }

  private OneTimer timer(int which) throws Errno {
    return switch (which) {
      case ITIMER_REAL -> real;
      case ITIMER_VIRTUAL -> virtual;
      case ITIMER_PROF -> prof;
      default -> throw Errno.EINVAL;
    };
  }

  private interface OneTimer {
    Itimerspec get();

    void set(long interval, long value);
  }

  /// ITIMER_REAL.
  private static final class RealTimer implements OneTimer {
    private final TimerBase base;
    private final KernelTimer timer;
    private final Period period = new Period();

    RealTimer(TimerBase base, TimerTarget target) {
      this.base = base;
      this.timer = new KernelTimer(() -> target.raise(Signal.SIGALRM));
    }

    @Override
    public Itimerspec get() {
      long left = timer.isArmed() ? Math.max(MICROSECOND, timer.expires() - base.now()) : 0;
      return Itimerspec.ofNanos(period.interval(), left);
    }

    @Override
    public void set(long interval, long value) {
      timer.cancel();
      if (value == 0) {
        period.set(0, 0);
      } else {
        period.set(interval, base.after(value));
        timer.arm(base, period.expires());
      }
    }

    void goOn() {
      if (!timer.isArmed() && period.repeats()) {
        period.forward(base.now());
        timer.arm(base, period.expires());
      }
    }
  }

  /// ITIMER_VIRTUAL and ITIMER_PROF, which count in ticks on Linux: they are set one tick late.
  private static final class CpuTimer implements OneTimer {
    private final TimerBase base;
    private final TimerTarget target;
    private final int signal;
    private final KernelTimer timer = new KernelTimer(this::expired);
    private long interval;

    CpuTimer(TimerBase base, TimerTarget target, int signal) {
      this.base = base;
      this.target = target;
      this.signal = signal;
    }

    @Override
    public Itimerspec get() {
      long left = 0;
      if (timer.isArmed()) {
        left = timer.expires() - base.now();
        left = left <= 0 ? Ticks.NANOS : left;
      }
      return Itimerspec.ofNanos(interval, left);
    }

    @Override
    public void set(long newInterval, long value) {
      timer.cancel();
      interval = newInterval;
      if (value > 0) {
        timer.arm(
            base, base.after(value > Long.MAX_VALUE - Ticks.NANOS ? value : value + Ticks.NANOS));
      }
    }

    private void expired() {
      if (interval > 0) {
        timer.arm(base, timer.expires() + interval);
      }
      target.raise(signal);
    }
  }
}
