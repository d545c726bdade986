package dev.forklift.kernel.fs.cgroup;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.NumberText;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.cgroup.Cgroup;
import dev.forklift.kernel.cgroup.CgroupMember;
import dev.forklift.kernel.cgroup.Migration;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.Signals;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.signal.SigInfo;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The tasks in a control group, as its files list, move and kill them.
final class CgroupTasks {
  private final Cgroup group;

  CgroupTasks(Cgroup group) {
    this.group = group;
  }

  /// `cgroup.procs`: the processes in it. Those of a threaded subtree are all in its top.
  ///
  /// @throws Errno EOPNOTSUPP for a group inside a threaded subtree, which has only threads
  String processes(Task reader) throws Errno {
    if (group.isThreaded()) {
      throw Errno.EOPNOTSUPP;
    }
    Set<Task> leaders = new LinkedHashSet<>();
    for (Cgroup below : group.threadedSubtree()) {
      for (CgroupMember member : below.members()) {
        leaders.add(((Task) member.task()).group().leader());
      }
    }
    return numbers(reader, leaders);
  }

  /// `cgroup.threads`: the tasks in it.
  String threads(Task reader) {
    Set<Task> all = new LinkedHashSet<>();
    for (CgroupMember member : group.members()) {
      all.add((Task) member.task());
    }
    return numbers(reader, all);
  }

  private static String numbers(Task reader, Set<Task> tasks) {
    StringBuilder out = new StringBuilder();
    for (Task task : tasks) {
      out.append(task.pid().in(reader.pidNamespace())).append('\n');
    }
    return out.toString();
  }

  /// A write to `cgroup.procs`.
  void moveProcess(Task writer, CgroupFile.Opener opener, String text) throws Errno {
    Task leader = task(writer, text).group().leader();
    move(leader, opener, true, leader.group().threads());
  }

  /// A write to `cgroup.threads`.
  void moveThread(Task writer, CgroupFile.Opener opener, String text) throws Errno {
    Task task = task(writer, text);
    move(task, opener, false, List.of(task));
  }

  /// The task that a number names; 0 is the writer.
  private static Task task(Task writer, String text) throws Errno {
    int number;
    try {
      number = NumberText.parseInt(text.strip());
    } catch (Errno e) {
      throw Errno.EINVAL;
    }
    if (number < 0) {
      throw Errno.EINVAL;
    }
    if (number == 0) {
      return writer;
    }
    Pid pid = writer.pidNamespace().find(number);
    Task task = pid == null ? null : pid.task();
    if (task == null) {
      throw Errno.ESRCH;
    }
    return task;
  }

  private void move(Task task, CgroupFile.Opener opener, boolean wholeProcess, List<Task> all)
      throws Errno {
    // The kernel's own threads stay where they were made.
    if (task.isKernelThread()) {
      throw Errno.EINVAL;
    }
    Migration.check(task.cgroup().group(), group, opener.who(), opener.visible(), wholeProcess);
    Migration.move(all.stream().map(Task::cgroup).toList(), group);
  }

  /// A write to `cgroup.kill`: ends everybody in it and below.
  void kill(Task writer, String text) throws Errno {
    if (NumberText.parseInt(text.strip()) != 1) {
      throw Errno.ERANGE;
    }
    if (group.isThreaded()) {
      throw Errno.EOPNOTSUPP;
    }
    Set<Task> victims = new LinkedHashSet<>();
    for (Cgroup below : group.subtree()) {
      below.members().forEach(member -> victims.add((Task) member.task()));
    }
    for (Task victim : victims) {
      if (!victim.isKernelThread() && !victim.fatalSignalPending()) {
        Signals.sendToTask(
            victim,
            SigInfo.user(
                Signal.SIGKILL,
                writer.group().pid().in(victim.pidNamespace()),
                writer.credentials().uid()));
      }
    }
  }
}
