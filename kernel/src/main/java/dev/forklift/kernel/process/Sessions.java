package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;

/// Making sessions, and moving processes between the groups of one (setsid(2), setpgid(2)).
public final class Sessions {
  private Sessions() {}

  /// Makes the calling process the leader of a new session and of a new process group.
  ///
  /// @throws Errno EPERM if it leads a process group already
  public static void begin(Task task) throws Errno {
    ThreadGroup group = task.group();
    Pid pid = group.pid();
    if (pid.processGroup() != null) {
      throw Errno.EPERM;
    }
    Session old = group.session();
    Session session = new Session(pid);
    group.join(new ProcessGroup(pid, session));
    session.add(group);
    old.remove(group);
  }

  /// Moves a process to a group of the caller's session, or makes it the leader of a new one.
  ///
  /// The checks stand in Linux's order, because the first one that fails decides the error.
  ///
  /// @param pid the caller or one of its children; 0 for the caller
  /// @param groupId 0 for the process's own
  public static void moveToGroup(Task caller, int pid, int groupId) throws Errno {
    PidNamespace namespace = caller.pidNamespace();
    ThreadGroup own = caller.group();
    int process = pid == 0 ? caller.tgid() : pid;
    int wanted = groupId == 0 ? process : groupId;
    if (wanted < 0) {
      throw Errno.EINVAL;
    }
    Task target = TaskSelection.find(caller, process);
    if (target == null) {
      throw Errno.ESRCH;
    }
    if (!target.isLeader()) {
      throw Errno.EINVAL;
    }
    ThreadGroup moved = target.group();
    if (target.realParent().group() == own) {
      if (moved.session() != own.session()) {
        throw Errno.EPERM;
      }
      if (moved.hasExecuted()) {
        throw Errno.EACCES;
      }
    } else if (moved != own) {
      throw Errno.ESRCH;
    }
    if (moved.session().pid() == moved.pid()) {
      throw Errno.EPERM;
    }
    if (wanted == process) {
      ProcessGroup led = moved.pid().processGroup();
      moved.join(led != null ? led : new ProcessGroup(moved.pid(), moved.session()));
      return;
    }
    Pid id = namespace.find(wanted);
    ProcessGroup group = id == null ? null : id.processGroup();
    if (group == null || group.session() != own.session()) {
      throw Errno.EPERM;
    }
    moved.join(group);
  }
}
