package dev.forklift.kernel.process;

/// I/O priorities (ioprio_set(2)): a class in the upper bits, a level in the lowest three. Kept and
/// reported; the host's scheduler decides.
public final class IoPriority {
  public static final int NONE = 0;
  public static final int REAL_TIME = 1;
  public static final int BEST_EFFORT = 2;
  public static final int IDLE = 3;

  private static final int CLASS_SHIFT = 13;

  private IoPriority() {}

  /// The class, 0 to 7, of which only four exist.
  public static int classOf(int priority) {
    return (priority >> CLASS_SHIFT) & 7;
  }

  public static int level(int priority) {
    return priority & 7;
  }

  static boolean isValid(int priority) {
    return classOf(priority) != NONE && classOf(priority) <= IDLE;
  }

  /// The priority that counts: without one of its own, a task's nice value and policy make it.
  public static int effective(Task task) {
    int own = task.settings().ioPriority();
    if (classOf(own) != NONE) {
      return own;
    }
    SchedulingAttributes scheduling = task.scheduling();
    int byPolicy =
        switch (scheduling.policy()) {
          case SchedulingAttributes.SCHED_FIFO, SchedulingAttributes.SCHED_RR -> REAL_TIME;
          case SchedulingAttributes.SCHED_IDLE -> IDLE;
          default -> BEST_EFFORT;
        };
    return byPolicy << CLASS_SHIFT | (scheduling.nice() + 20) / 5;
  }

  /// The better one of two: the lower number, where none at all is worse than any.
  public static int better(int one, int other) {
    if (!isValid(one)) {
      return other;
    }
    return isValid(other) ? Math.min(one, other) : one;
  }
}
