package dev.forklift.kernel.process;

import dev.forklift.kernel.wait.KernelClock;

/// How long a task has run, in guest code and in the kernel, in nanoseconds.
///
/// Wall time between the borders of guest code counts as user time, and wall time of system calls
/// less their sleeping as system time: cheap, and close to CPU time while there are cores enough.
public final class TaskTimes {
  private final KernelClock clock;
  private final long start;
  private long user;
  private long system;
  private long since;

  TaskTimes(KernelClock clock) {
    this.clock = clock;
    this.start = clock.monotonicNanos();
    this.since = start;
  }

  /// When the task was made, on the monotonic clock.
  public long startNanos() {
    return start;
  }

  public long userNanos() {
    return user;
  }

  public long systemNanos() {
    return system;
  }

  /// Guest code begins: what has passed since was the kernel's.
  void enterUser() {
    long now = clock.monotonicNanos();
    system += now - since;
    since = now;
  }

  /// Guest code has come back.
  void leaveUser() {
    long now = clock.monotonicNanos();
    user += now - since;
    since = now;
  }

  /// A sleep is over: its time is nobody's.
  void slept(long nanos) {
    since += nanos;
  }
}
