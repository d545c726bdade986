package dev.forklift.kernel.process;

import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.mm.Mm;

/// Who may look into whose memory and state (ptrace(2), "Ptrace access mode checking").
public final class PtraceAccess {
  private PtraceAccess() {}

  /// Says whether the caller's real ids allow it: what system calls such as kcmp ask.
  public static boolean byRealIds(Task caller, Task target) {
    Credentials who = caller.credentials();
    return mayAccess(caller, target, who.uid(), who.gid(), who.permitted());
  }

  /// Says whether the caller's file system ids allow it: what opening files in /proc asks.
  public static boolean byFileSystemIds(Task caller, Task target) {
    Credentials who = caller.credentials();
    return mayAccess(caller, target, who.fsuid(), who.fsgid(), who.effective());
  }

  private static boolean mayAccess(Task caller, Task target, int uid, int gid, long capabilities) {
    if (caller.group() == target.group()) {
      return true;
    }
    Credentials who = caller.credentials();
    Credentials whose = target.credentials();
    boolean sameUser = uid == whose.euid() && uid == whose.suid() && uid == whose.uid();
    boolean sameGroup = gid == whose.egid() && gid == whose.sgid() && gid == whose.gid();
    boolean privileged = who.hasIn(whose.userNamespace(), Capability.SYS_PTRACE);
    if (!(sameUser && sameGroup) && !privileged) {
      return false;
    }
    // Who is privileged over the task need not be so over the user namespace that its program was
    // executed in, which the task may have left.
    Mm mm = target.mm();
    if (mm != null
        && !target.isDumpable()
        && !who.hasIn(mm.userNamespace(), Capability.SYS_PTRACE)) {
      return false;
    }
    boolean coversCapabilities =
        who.userNamespace() == whose.userNamespace() && (whose.permitted() & ~capabilities) == 0;
    return coversCapabilities || privileged;
  }
}
