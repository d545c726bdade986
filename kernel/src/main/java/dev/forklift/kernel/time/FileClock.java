package dev.forklift.kernel.time;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Timespec;

/// A clock that is a file (of a PTP device): there are none here.
final class FileClock implements PosixClock {
  @Override
  public long now() throws Errno {
    throw Errno.EINVAL;
  }

  @Override
  public long resolution() throws Errno {
    throw Errno.EINVAL;
  }

  @Override
  public void requireSettable() {}

  @Override
  public void set(Timespec time) throws Errno {
    throw Errno.EINVAL;
  }

  @Override
  public void requireSleep() throws Errno {
    throw Errno.EOPNOTSUPP;
  }

  @Override
  public void requireTimers() throws Errno {
    throw Errno.EOPNOTSUPP;
  }

  @Override
  public void requireAdjustable() throws Errno {
    throw Errno.EINVAL;
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
