package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.INT;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.process.IoPriority;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TaskSelection;
import java.util.List;

/// I/O priorities.
final class IoPriorityCalls {
  private static final int IOPRIO_WHO_PROCESS = 1;
  private static final int IOPRIO_WHO_PGRP = 2;
  private static final int IOPRIO_WHO_USER = 3;

  private IoPriorityCalls() {}

  static void rows(SyscallTable table) {
    table
        .sys(30, "ioprio_set", INT, INT, FLAGS, IoPriorityCalls::set)
        .sys(31, "ioprio_get", INT, INT, IoPriorityCalls::get);
  }

  private static List<Task> tasks(Task task, int which, int who) throws Errno {
    List<Task> found =
        switch (which) {
          case IOPRIO_WHO_PROCESS -> List.of(TaskSelection.one(task, who));
          case IOPRIO_WHO_PGRP -> TaskSelection.ofProcessGroup(task, who);
          case IOPRIO_WHO_USER ->
              // Unlike setpriority, 0 is not the caller but user 0.
              TaskSelection.ofUser(task, task.credentials().userNamespace().kuid(who));
          default -> throw Errno.EINVAL;
        };
    if (found.isEmpty()) {
      throw Errno.ESRCH;
    }
    return found;
  }

  private static long set(Task task, int which, int who, int priority) throws Errno {
    Credentials caller = task.credentials();
    switch (IoPriority.classOf(priority)) {
      case IoPriority.REAL_TIME -> {
        if (!caller.has(Capability.SYS_ADMIN) && !caller.has(Capability.SYS_NICE)) {
          throw Errno.EPERM;
        }
      }
      case IoPriority.BEST_EFFORT, IoPriority.IDLE -> {}
      case IoPriority.NONE -> {
        if (IoPriority.level(priority) != 0) {
          throw Errno.EINVAL;
        }
      }
      default -> throw Errno.EINVAL;
    }
    for (Task target : tasks(task, which, who)) {
      int uid = target.credentials().uid();
      if (uid != caller.euid() && uid != caller.uid() && !caller.has(Capability.SYS_NICE)) {
        throw Errno.EPERM;
      }
      target.settings().setIoPriority(priority & 0xffff);
    }
    return 0;
  }

  /// Of one task what was set, of several the best that counts.
  private static long get(Task task, int which, int who) throws Errno {
    List<Task> targets = tasks(task, which, who);
    if (which == IOPRIO_WHO_PROCESS) {
      return targets.getFirst().settings().ioPriority();
    }
    return targets.stream()
        .mapToInt(IoPriority::effective)
        .reduce(IoPriority::better)
        .orElseThrow();
  }
}
