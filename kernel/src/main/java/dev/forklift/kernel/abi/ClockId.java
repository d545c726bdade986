package dev.forklift.kernel.abi;

/// Numbers of clocks (clock_gettime(2)), and how the clocks of processes are numbered.
///
/// A negative id names the CPU time of a process or thread: the complement of its pid, then a bit
/// that says thread, then two bits that say what is counted.
public final class ClockId {
  public static final int CLOCK_REALTIME = 0;
  public static final int CLOCK_MONOTONIC = 1;
  public static final int CLOCK_PROCESS_CPUTIME_ID = 2;
  public static final int CLOCK_THREAD_CPUTIME_ID = 3;
  public static final int CLOCK_MONOTONIC_RAW = 4;
  public static final int CLOCK_REALTIME_COARSE = 5;
  public static final int CLOCK_MONOTONIC_COARSE = 6;
  public static final int CLOCK_BOOTTIME = 7;
  public static final int CLOCK_REALTIME_ALARM = 8;
  public static final int CLOCK_BOOTTIME_ALARM = 9;
  public static final int CLOCK_TAI = 11;

  /// What a CPU clock counts: user and system time in ticks.
  public static final int CPUCLOCK_PROF = 0;

  /// What a CPU clock counts: user time in ticks.
  public static final int CPUCLOCK_VIRT = 1;

  /// What a CPU clock counts: all time on a CPU, exactly.
  public static final int CPUCLOCK_SCHED = 2;

  /// The low three bits of a clock that is a file.
  public static final int CLOCKFD = 3;

  /// timer_settime, clock_nanosleep: the time is a time of the clock.
  public static final int TIMER_ABSTIME = 1;

  private ClockId() {}

  /// Says whether the low bits of a negative id make it a file's clock.
  public static boolean isFile(int clock) {
    return clock < 0 && (clock & 7) == CLOCKFD;
  }

  /// The pid that a negative id names; 0 for the caller's.
  public static int pid(int clock) {
    return ~(clock >> 3);
  }

  /// Says whether a negative id names a thread's time.
  public static boolean isThread(int clock) {
    return (clock & 4) != 0;
  }

  /// What the clock of a negative id counts: one of `CPUCLOCK_*`, or 3, which is none.
  public static int counted(int clock) {
    return clock & 3;
  }
}
