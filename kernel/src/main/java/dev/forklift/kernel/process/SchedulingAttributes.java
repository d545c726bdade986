package dev.forklift.kernel.process;

/// Scheduling policy and priority (sched(7)). Kept and reported; the host's scheduler decides.
public final class SchedulingAttributes {
  private int policy;
  private int priority;
  private int nice;
  private boolean resetOnFork;
  private int timerSlackNanos = 50_000;

  /// What a child starts with.
  SchedulingAttributes forChild() {
    SchedulingAttributes child = new SchedulingAttributes();
    if (!resetOnFork) {
      child.policy = policy;
      child.priority = priority;
      child.nice = nice;
    } else {
      child.nice = Math.max(nice, 0);
    }
    child.timerSlackNanos = timerSlackNanos;
    return child;
  }

  public int policy() {
    return policy;
  }

  public int priority() {
    return priority;
  }

  public boolean resetOnFork() {
    return resetOnFork;
  }

  public void setPolicy(int policy, int priority, boolean resetOnFork) {
    this.policy = policy;
    this.priority = priority;
    this.resetOnFork = resetOnFork;
  }

  public int nice() {
    return nice;
  }

  public void setNice(int nice) {
    this.nice = nice;
  }

  public int timerSlackNanos() {
    return timerSlackNanos;
  }

  public void setTimerSlackNanos(int nanos) {
    this.timerSlackNanos = nanos;
  }
}
