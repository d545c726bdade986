package dev.forklift.kernel.time;

import dev.forklift.kernel.abi.ClockId;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Timespec;
import org.jspecify.annotations.Nullable;

/// A clock that shows the CPU time of a thread or process.
final class CpuTimeClock implements PosixClock {
  private final TimerQueue queue;
  private final TimeUser user;
  private final Names names;

  /// What a CPU clock's id says.
  ///
  /// @param fixed whether it is one of the two ids for the caller's own time
  /// @param pid 0 for the caller's
  /// @param counted one of `CPUCLOCK_*`
  private record Names(boolean fixed, int pid, boolean thread, int counted) {}

  private CpuTimeClock(TimerQueue queue, TimeUser user, Names names) {
    this.queue = queue;
    this.user = user;
    this.names = names;
  }

  /// CLOCK_PROCESS_CPUTIME_ID.
  static CpuTimeClock process(TimerQueue queue, TimeUser user) {
    return new CpuTimeClock(queue, user, new Names(true, 0, false, ClockId.CPUCLOCK_SCHED));
  }

  /// CLOCK_THREAD_CPUTIME_ID.
  static CpuTimeClock thread(TimerQueue queue, TimeUser user) {
    return new CpuTimeClock(queue, user, new Names(true, 0, true, ClockId.CPUCLOCK_SCHED));
  }

  /// A negative id.
  static CpuTimeClock dynamic(TimerQueue queue, TimeUser user, int id) {
    Names names = new Names(false, ClockId.pid(id), ClockId.isThread(id), ClockId.counted(id));
    return new CpuTimeClock(queue, user, names);
  }

  @Override
  public long now() throws Errno {
    if (!names.thread && names.pid == user.tid()) {
      // To read a process's time, any of its own thread's ids will do.
      return counted().of(user.processTime());
    }
    return counted().of(clock());
  }

  @Override
  public long resolution() throws Errno {
    clock();
    return names.counted == ClockId.CPUCLOCK_SCHED ? 1 : Ticks.NANOS;
  }

  @Override
  public void requireSettable() throws Errno {
    if (names.fixed) {
      throw Errno.EINVAL;
    }
  }

  @Override
  public void set(Timespec time) throws Errno {
    requireSettable();
    clock();
    throw Errno.EPERM;
  }

  @Override
  public void requireSleep() throws Errno {
    if (names.fixed && names.thread) {
      throw Errno.EOPNOTSUPP;
    }
  }

  @Override
  public void requireTimers() {}

  @Override
  public void requireAdjustable() throws Errno {
    throw Errno.EOPNOTSUPP;
  }

  @Override
  public TimerBase timerBase(boolean absolute) throws Errno {
    return queue.cpu(clock(), counted());
  }

  @Override
  public TimerBase sleepBase(boolean absolute) throws Errno {
    if (names.thread && (names.pid == 0 || names.pid == user.tid())) {
      throw Errno.EINVAL;
    }
    return timerBase(absolute);
  }

  private CpuClock.Counted counted() throws Errno {
    return switch (names.counted) {
      case ClockId.CPUCLOCK_VIRT -> CpuClock.Counted.USER;
      case ClockId.CPUCLOCK_PROF, ClockId.CPUCLOCK_SCHED -> CpuClock.Counted.TOTAL;
      default -> throw Errno.EINVAL;
    };
  }

  private CpuClock clock() throws Errno {
    var _ = counted();
    CpuClock found = names.thread ? threadTime() : processTime();
    if (found == null) {
      throw Errno.EINVAL;
    }
    return found;
  }

  private @Nullable CpuClock threadTime() {
    return names.pid == 0 ? user.threadTime() : user.threadTime(names.pid);
  }

  private @Nullable CpuClock processTime() {
    return names.pid == 0 ? user.processTime() : user.processTime(names.pid);
  }
}
