package dev.forklift.kernel.process;

import dev.forklift.kernel.wait.KernelClock;

/// How long a task has run, in guest code and in the kernel, in nanoseconds.
///
/// Wall time between the borders of guest code counts as user time, and wall time of system calls
/// less their sleeping as system time: cheap, and close to CPU time while there are cores enough.
/// Waiting for the kernel lock is nobody's time. Guarded by the kernel lock.
public final class TaskTimes {
  /// What the task does now.
  private enum State {
    USER,
    SYSTEM,
    /// Asleep, or not begun.
    IDLE
  }

  private final KernelClock clock;
  private final long start;
  private State state = State.IDLE;
  private long user;
  private long system;
  private long since;

  /// What [#userNanos] has answered last: it never goes back.
  private long shownUser;

  private long voluntarySwitches;
  private long involuntarySwitches;

  TaskTimes(KernelClock clock) {
    this.clock = clock;
    this.start = clock.monotonicNanos();
    this.since = start;
  }

  /// When the task was made, on the monotonic clock.
  public long startNanos() {
    return start;
  }

  /// Up to now, also while the task runs.
  public long userNanos() {
    shownUser = Math.max(shownUser, state == State.USER ? user + elapsed() : user);
    return shownUser;
  }

  /// Up to now.
  public long systemNanos() {
    return state == State.SYSTEM ? system + elapsed() : system;
  }

  /// How often it has gone to sleep.
  public long voluntarySwitches() {
    return voluntarySwitches;
  }

  /// How often it was made to leave guest code without a system call of its own.
  public long involuntarySwitches() {
    return involuntarySwitches;
  }

  void countInterruption() {
    involuntarySwitches++;
  }

  private long elapsed() {
    return clock.monotonicNanos() - since;
  }

  /// The task begins to run, or to run again after sleeping.
  void awake() {
    since = clock.monotonicNanos();
    state = State.SYSTEM;
  }

  /// The task goes to sleep.
  void asleep() {
    voluntarySwitches++;
    end();
  }

  /// The task has ended.
  void end() {
    long now = clock.monotonicNanos();
    if (state == State.SYSTEM) {
      system += now - since;
    }
    since = now;
    state = State.IDLE;
  }

  /// Guest code begins.
  void enterUser() {
    end();
    state = State.USER;
  }

  /// Guest code has come back, at a time of the monotonic clock that has passed meanwhile.
  void leaveUser(long time) {
    user += Math.max(0, time - since);
    since = clock.monotonicNanos();
    state = State.SYSTEM;
  }
}
