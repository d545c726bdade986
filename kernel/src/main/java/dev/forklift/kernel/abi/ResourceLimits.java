package dev.forklift.kernel.abi;

import java.util.Arrays;

/// Resource limits (getrlimit(2)), soft and hard, by asm-generic's numbers.
public final class ResourceLimits {
  public static final int RLIMIT_CPU = 0;
  public static final int RLIMIT_FSIZE = 1;
  public static final int RLIMIT_DATA = 2;
  public static final int RLIMIT_STACK = 3;
  public static final int RLIMIT_CORE = 4;
  public static final int RLIMIT_RSS = 5;
  public static final int RLIMIT_NPROC = 6;
  public static final int RLIMIT_NOFILE = 7;
  public static final int RLIMIT_MEMLOCK = 8;
  public static final int RLIMIT_AS = 9;
  public static final int RLIMIT_LOCKS = 10;
  public static final int RLIMIT_SIGPENDING = 11;
  public static final int RLIMIT_MSGQUEUE = 12;
  public static final int RLIMIT_NICE = 13;
  public static final int RLIMIT_RTPRIO = 14;
  public static final int RLIMIT_RTTIME = 15;
  public static final int COUNT = 16;

  /// No limit.
  public static final long INFINITY = Long.MAX_VALUE;

  private final long[] soft;
  private final long[] hard;

  private ResourceLimits(long[] soft, long[] hard) {
    this.soft = soft;
    this.hard = hard;
  }

  /// What init starts with on Linux.
  ///
  /// @param tasks how many tasks and pending signals a user may have
  public static ResourceLimits initial(long tasks) {
    long[] soft = new long[COUNT];
    long[] hard = new long[COUNT];
    Arrays.fill(soft, INFINITY);
    Arrays.fill(hard, INFINITY);
    soft[RLIMIT_STACK] = 8 << 20;
    soft[RLIMIT_CORE] = 0;
    soft[RLIMIT_NPROC] = hard[RLIMIT_NPROC] = tasks;
    soft[RLIMIT_NOFILE] = 1024;
    hard[RLIMIT_NOFILE] = 4096;
    soft[RLIMIT_MEMLOCK] = hard[RLIMIT_MEMLOCK] = 8 << 20;
    soft[RLIMIT_SIGPENDING] = hard[RLIMIT_SIGPENDING] = tasks;
    soft[RLIMIT_MSGQUEUE] = hard[RLIMIT_MSGQUEUE] = 819200;
    soft[RLIMIT_NICE] = hard[RLIMIT_NICE] = 0;
    soft[RLIMIT_RTPRIO] = hard[RLIMIT_RTPRIO] = 0;
    return new ResourceLimits(soft, hard);
  }

  public ResourceLimits copy() {
    return new ResourceLimits(soft.clone(), hard.clone());
  }

  public long soft(int resource) {
    return soft[resource];
  }

  public long hard(int resource) {
    return hard[resource];
  }

  public void set(int resource, long newSoft, long newHard) {
    soft[resource] = newSoft;
    hard[resource] = newHard;
  }
}
