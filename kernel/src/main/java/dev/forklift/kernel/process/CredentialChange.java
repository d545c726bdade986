package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.Ucount;
import dev.forklift.kernel.cred.UserNamespace;

/// Gives tasks other credentials, with all that hangs on them (Linux's `commit_creds()`).
public final class CredentialChange {
  private CredentialChange() {}

  /// A task that becomes somebody else or more powerful cannot be looked into any more, and is not
  /// told of its parent's death.
  ///
  /// A new user namespace in them has been held for the task.
  public static void commit(Task task, Credentials now) {
    Credentials old = task.credentials();
    if (old.euid() != now.euid()
        || old.egid() != now.egid()
        || old.fsuid() != now.fsuid()
        || old.fsgid() != now.fsgid()
        || gains(old, now)) {
      setDumpable(task, false);
      task.setParentDeathSignal(0);
    }
    if (old.uid() != now.uid() && old.userNamespace() == now.userNamespace()) {
      task.settings().setOverTaskLimit(now.uid() != 0 && isOverLimit(task, now));
    }
    task.kernel().userChanged(old, now);
    task.setCredentials(now);
    if (old.userNamespace() != now.userNamespace()) {
      old.userNamespace().release();
    }
  }

  /// Whoever owns a user namespace has all capabilities in it, so does not gain any by entering it.
  private static boolean gains(Credentials old, Credentials now) {
    if (old.userNamespace() == now.userNamespace()) {
      return (now.permitted() & ~old.permitted()) != 0;
    }
    UserNamespace at = now.userNamespace();
    for (UserNamespace above = at.parent(); above != null; above = at.parent()) {
      if (above == old.userNamespace() && at.owner() == old.euid()) {
        return false;
      }
      at = above;
    }
    return true;
  }

  /// Whether a task can be looked into and dumps core is a matter of its memory, so of all tasks
  /// that share it.
  public static void setDumpable(Task task, boolean dumpable) {
    task.setDumpable(dumpable);
    if (task.mm() == null || task.memory().users() == 1) {
      return;
    }
    for (Task other : task.kernel().pids().tasks()) {
      if (other.mm() == task.mm()) {
        other.setDumpable(dumpable);
      }
    }
  }

  /// execve(2) makes good for setuid(2), which never fails because of RLIMIT_NPROC.
  ///
  /// @throws Errno EAGAIN if the user had too many tasks then, and still has
  public static void checkTaskLimit(Task task) throws Errno {
    if (task.settings().isOverTaskLimit() && isOverLimit(task, task.credentials())) {
      throw Errno.EAGAIN;
    }
    task.settings().setOverTaskLimit(false);
  }

  private static boolean isOverLimit(Task task, Credentials who) {
    long limit = task.group().limits().soft(ResourceLimits.RLIMIT_NPROC);
    return who.userNamespace().ucounts().isOver(who.uid(), Ucount.TASKS, 0, limit);
  }
}
