package dev.forklift.kernel.process;

import org.jspecify.annotations.Nullable;

/// Scheduling policy and priority (sched(7)). Kept and reported; the host's scheduler decides.
public final class SchedulingAttributes {
  public static final int SCHED_NORMAL = 0;
  public static final int SCHED_FIFO = 1;
  public static final int SCHED_RR = 2;
  public static final int SCHED_BATCH = 3;
  public static final int SCHED_IDLE = 5;
  public static final int SCHED_DEADLINE = 6;

  /// What SCHED_DEADLINE promises: `runtime` in each `period`, before `deadline`; nanoseconds.
  public record Reservation(long runtime, long deadline, long period) {
    /// None.
    public static final Reservation NONE = new Reservation(0, 0, 0);
  }

  private int policy;
  private int priority;
  private int nice;
  private Reservation reservation = Reservation.NONE;
  private boolean resetOnFork;
  private long timerSlackNanos = 50_000;
  private long defaultTimerSlackNanos = 50_000;

  /// What a child starts with; null under SCHED_DEADLINE, unless that is reset.
  @Nullable SchedulingAttributes forChild() {
    SchedulingAttributes child = new SchedulingAttributes();
    if (resetOnFork) {
      boolean fair = !isTimely();
      child.policy = fair ? policy : SCHED_NORMAL;
      child.nice = fair ? Math.max(nice, 0) : 0;
    } else if (policy == SCHED_DEADLINE) {
      return null;
    } else {
      child.policy = policy;
      child.priority = priority;
      child.nice = nice;
    }
    child.timerSlackNanos = timerSlackNanos;
    child.defaultTimerSlackNanos = timerSlackNanos;
    return child;
  }

  public int policy() {
    return policy;
  }

  public boolean isRealTime() {
    return policy == SCHED_FIFO || policy == SCHED_RR;
  }

  /// Says whether its timers are never late on purpose.
  public boolean isTimely() {
    return isRealTime() || policy == SCHED_DEADLINE;
  }

  /// 1 to 99 under the real-time policies, otherwise 0.
  public int priority() {
    return priority;
  }

  public Reservation reservation() {
    return reservation;
  }

  /// Says whether children start with an ordinary policy.
  public boolean resetOnFork() {
    return resetOnFork;
  }

  void set(int newPolicy, int newPriority, Reservation newReservation, boolean newResetOnFork) {
    policy = newPolicy;
    priority = newPriority;
    reservation = newReservation;
    resetOnFork = newResetOnFork;
  }

  /// -20, the most favoured, to 19.
  public int nice() {
    return nice;
  }

  public void setNice(int nice) {
    this.nice = nice;
  }

  /// How late timers may be (PR_SET_TIMERSLACK).
  public long timerSlackNanos() {
    return timerSlackNanos;
  }

  /// 0 sets what the task began with.
  public void setTimerSlackNanos(long nanos) {
    this.timerSlackNanos = nanos == 0 ? defaultTimerSlackNanos : nanos;
  }
}
