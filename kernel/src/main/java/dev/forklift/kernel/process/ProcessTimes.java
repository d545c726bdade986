package dev.forklift.kernel.process;

/// CPU time in nanoseconds: of a process's tasks that have ended, and of children waited for.
public final class ProcessTimes {
  private long user;
  private long system;
  private long childrenUser;
  private long childrenSystem;

  void addOwn(long user, long system) {
    this.user += user;
    this.system += system;
  }

  void addChildren(long user, long system) {
    childrenUser += user;
    childrenSystem += system;
  }

  /// User time of ended tasks.
  public long endedUser() {
    return user;
  }

  /// System time of ended tasks.
  public long endedSystem() {
    return system;
  }

  public long childrenUser() {
    return childrenUser;
  }

  public long childrenSystem() {
    return childrenSystem;
  }
}
