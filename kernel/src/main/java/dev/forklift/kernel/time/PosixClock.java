package dev.forklift.kernel.time;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Timespec;

/// What a `clockid_t` names, as the calling task sees it.
///
/// Some things are refused for what kind of clock it is, before arguments are looked at, and some
/// because there is no such process; callers keep Linux's order by asking in their own.
public interface PosixClock {
  /// Reads it.
  ///
  /// @throws Errno EINVAL if what it counts is not there
  long now() throws Errno;

  /// What clock_getres(2) says.
  long resolution() throws Errno;

  /// Refuses with EINVAL what cannot be set at all.
  void requireSettable() throws Errno;

  /// Sets it to a time that may be anything, as the caller may.
  void set(Timespec time) throws Errno;

  /// Refuses with EOPNOTSUPP clocks that cannot be slept on.
  void requireSleep() throws Errno;

  /// Refuses with EOPNOTSUPP clocks that have no timers.
  void requireTimers() throws Errno;

  /// Refuses with EOPNOTSUPP, or EINVAL, clocks that clock_adjtime(2) is not for.
  void requireAdjustable() throws Errno;

  /// What to arm timers on.
  ///
  /// @param absolute whether they are set to a time of the clock, and not to a duration
  /// @throws Errno EINVAL if what it counts is not there
  TimerBase timerBase(boolean absolute) throws Errno;

  /// What to sleep on; as [#timerBase], but a thread cannot wait for its own CPU time.
  TimerBase sleepBase(boolean absolute) throws Errno;
}
