package dev.forklift.kernel.time;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Timespec;

/// A clock that shows the time, of the day or since boot.
record WallClock(Clocks clocks, TimeUser user, Kind kind) implements PosixClock {
  /// Which one.
  enum Kind {
    // spotless:off
    //               realtime coarse  timers
    REALTIME        (true,    false,  true),
    MONOTONIC       (false,   false,  true),
    RAW             (false,   false,  false),
    REALTIME_COARSE (true,    true,   false),
    MONOTONIC_COARSE(false,   true,   false),
    BOOTTIME        (false,   false,  true),
    TAI             (true,    false,  true);
    // spotless:on

    private final boolean realtime;
    private final boolean coarse;
    private final boolean timers;

    Kind(boolean realtime, boolean coarse, boolean timers) {
      this.realtime = realtime;
      this.coarse = coarse;
      this.timers = timers;
    }
  }

  @Override
  public long now() {
    long now =
        kind.realtime
            ? clocks.kernelClock().realtimeNanos()
            : clocks.kernelClock().monotonicNanos();
    if (kind == Kind.TAI) {
      return now + clocks.adjustment().taiNanos();
    }
    return kind.coarse ? Ticks.floor(now) : now;
  }

  @Override
  public long resolution() {
    return Ticks.NANOS;
  }

  @Override
  public void requireSettable() throws Errno {
    if (kind != Kind.REALTIME) {
      throw Errno.EINVAL;
    }
  }

  @Override
  public void set(Timespec time) throws Errno {
    requireSettable();
    clocks.setRealtime(time, user);
  }

  @Override
  public void requireSleep() throws Errno {
    requireTimers();
  }

  @Override
  public void requireTimers() throws Errno {
    if (!kind.timers) {
      throw Errno.EOPNOTSUPP;
    }
  }

  @Override
  public void requireAdjustable() throws Errno {
    if (kind != Kind.REALTIME) {
      throw Errno.EOPNOTSUPP;
    }
  }

  @Override
  public TimerBase timerBase(boolean absolute) {
    // A duration passes whatever the clock is set to.
    return kind.realtime && absolute ? clocks.timers().realtime() : clocks.timers().monotonic();
  }

  @Override
  public TimerBase sleepBase(boolean absolute) {
    return timerBase(absolute);
  }
}
