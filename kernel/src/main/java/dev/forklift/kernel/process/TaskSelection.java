package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finding the tasks that a system call names by number.
public final class TaskSelection {
  private TaskSelection() {}

  /// The task with this id, or the caller for 0.
  ///
  /// @throws Errno ESRCH if there is none
  public static Task one(Task caller, int tid) throws Errno {
    Task found = tid == 0 ? caller : find(caller, tid);
    if (found == null) {
      throw Errno.ESRCH;
    }
    return found;
  }

  /// The task with this id, or null. No id is 0 or less.
  public static @Nullable Task find(Task caller, int tid) {
    Pid pid = caller.pidNamespace().find(tid);
    return pid == null ? null : pid.task();
  }

  /// All tasks of a process group, the caller's for 0.
  public static List<Task> ofProcessGroup(Task caller, int id) {
    ProcessGroup group;
    if (id == 0) {
      group = caller.group().processGroup();
    } else {
      Pid pid = caller.pidNamespace().find(id);
      group = pid == null ? null : pid.processGroup();
    }
    return group == null
        ? List.of()
        : group.members().stream().flatMap(member -> member.threads().stream()).toList();
  }

  /// All tasks of a user, as far as the caller can see them.
  ///
  /// @param kuid the kernel's id, or -1 for nobody
  public static List<Task> ofUser(Task caller, int kuid) {
    return caller.pidNamespace().tasks().stream()
        .filter(task -> task.credentials().uid() == kuid)
        .toList();
  }
}
