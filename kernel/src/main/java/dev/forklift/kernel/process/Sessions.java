package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;

/// Making sessions (setsid(2)).
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
}
