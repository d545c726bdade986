package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.INT;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.fs.tty.Terminal;
import dev.forklift.kernel.process.Sessions;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TaskSelection;

/// Process groups and sessions.
final class SessionCalls {
  private SessionCalls() {}

  static void rows(SyscallTable table) {
    table
        .sys(58, "vhangup", SessionCalls::vhangup)
        .sys(154, "setpgid", INT, INT, SessionCalls::setpgid)
        .sys(155, "getpgid", INT, SessionCalls::getpgid)
        .sys(156, "getsid", INT, SessionCalls::getsid)
        .sys(157, "setsid", SessionCalls::setsid);
  }

  /// vhangup(2): nobody is at the session's terminal any more.
  private static long vhangup(Task task) throws Errno {
    if (!task.credentials().has(Capability.SYS_TTY_CONFIG)) {
      throw Errno.EPERM;
    }
    if (task.group().session().terminal() instanceof Terminal terminal) {
      terminal.hangUp();
    }
    return 0;
  }

  private static long setpgid(Task task, int pid, int group) throws Errno {
    Sessions.moveToGroup(task, pid, group);
    return 0;
  }

  private static long getpgid(Task task, int pid) throws Errno {
    Task target = TaskSelection.one(task, pid);
    return target.group().processGroup().pid().in(task.pidNamespace());
  }

  private static long getsid(Task task, int pid) throws Errno {
    Task target = TaskSelection.one(task, pid);
    return target.group().session().pid().in(task.pidNamespace());
  }

  private static long setsid(Task task) throws Errno {
    Sessions.begin(task);
    return task.group().session().pid().in(task.pidNamespace());
  }
}
