package dev.forklift.kernel.process;

/// What an administrator may say about new tasks, in /proc/sys/kernel.
public final class CloneSettings {
  /// Numbers below it are not given out again after the first round (`RESERVED_PIDS`).
  static final int RESERVED_PIDS = 300;

  /// What `pid_max` is at least, so that some number is always left to give out.
  public static final int LEAST_PID_MAX = RESERVED_PIDS + 1;

  private static final int FIRST_PID_MAX = 32768;

  private int pidMax = FIRST_PID_MAX;
  private int threadsMax;
  private boolean userNamespacesForAll = true;

  CloneSettings(int threadsMax) {
    this.threadsMax = threadsMax;
  }

  /// One above the largest number that a task may have (`pid_max`).
  public int pidMax() {
    return pidMax;
  }

  public void setPidMax(int value) {
    pidMax = value;
  }

  /// How many tasks there may be at once (`threads-max`).
  public int threadsMax() {
    return threadsMax;
  }

  public void setThreadsMax(int value) {
    threadsMax = value;
  }

  /// Whether it takes no capability to make a user namespace (`unprivileged_userns_clone`, which
  /// only Debian's kernels have).
  public boolean userNamespacesForAll() {
    return userNamespacesForAll;
  }

  public void setUserNamespacesForAll(boolean value) {
    userNamespacesForAll = value;
  }
}
