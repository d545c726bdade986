package dev.forklift.kernel.time;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Timespec;

/// CLOCK_REALTIME_ALARM and CLOCK_BOOTTIME_ALARM on a machine without a clock that could wake it
/// up: there, and of no use.
final class AlarmClock implements PosixClock {
  @Override
  public long now() throws Errno {
    throw Errno.EINVAL;
  }

  @Override
  public long resolution() throws Errno {
    throw Errno.EINVAL;
  }

  @Override
  public void requireSettable() throws Errno {
    throw Errno.EINVAL;
  }

  @Override
  public void set(Timespec time) throws Errno {
    throw Errno.EINVAL;
  }

  @Override
  public void requireSleep() {}

  @Override
  public void requireTimers() {}

  @Override
  public void requireAdjustable() throws Errno {
    throw Errno.EOPNOTSUPP;
  }

  @Override
  public TimerBase timerBase(boolean absolute) throws Errno {
    throw Errno.EOPNOTSUPP;
  }

  @Override
  public TimerBase sleepBase(boolean absolute) throws Errno {
    throw Errno.EOPNOTSUPP;
  }
}
