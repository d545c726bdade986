package dev.forklift.kernel.cred;

import dev.forklift.kernel.abi.CloneFlags;

/// What a namespace separates (namespaces(7)). In the order in which Linux tries to make them for a
/// new task, a user namespace aside, which comes before all others.
public enum NamespaceKind {
  // spotless:off
  USER   ("user",   CloneFlags.CLONE_NEWUSER),
  MNT    ("mnt",    CloneFlags.CLONE_NEWNS),
  UTS    ("uts",    CloneFlags.CLONE_NEWUTS),
  IPC    ("ipc",    CloneFlags.CLONE_NEWIPC),
  PID    ("pid",    CloneFlags.CLONE_NEWPID),
  CGROUP ("cgroup", CloneFlags.CLONE_NEWCGROUP),
  NET    ("net",    CloneFlags.CLONE_NEWNET),
  TIME   ("time",   CloneFlags.CLONE_NEWTIME);
  // spotless:on

  private final String text;
  private final long flag;

  NamespaceKind(String text, long flag) {
    this.text = text;
    this.flag = flag;
  }

  /// The name, as in `uts:[4026531838]`.
  public String text() {
    return text;
  }

  /// The flag that asks for a new one.
  public long flag() {
    return flag;
  }
}
