package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cgroup.CgroupNamespace;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Namespace;
import dev.forklift.kernel.cred.NamespaceKind;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.ipc.IpcNamespace;
import dev.forklift.kernel.net.NetNamespace;
import dev.forklift.kernel.vfs.FsContext;
import dev.forklift.kernel.vfs.MountNamespace;

/// Makes the namespaces that clone and unshare ask for (Linux's `create_new_namespaces()`), the
/// user namespace aside, which is there before and owns them.
///
/// The kinds come in Linux's order, because the first that fails decides the error.
final class NewNamespaces {
  /// Flags that ask for one.
  static final long FLAGS =
      NamespaceKind.MNT.flag()
          | NamespaceKind.UTS.flag()
          | NamespaceKind.IPC.flag()
          | NamespaceKind.PID.flag()
          | NamespaceKind.CGROUP.flag()
          | NamespaceKind.NET.flag()
          | NamespaceKind.TIME.flag();

  private final Task maker;
  private final long flags;
  private final UserNamespace owner;
  private final Refusal refused;
  private final Undo undo = new Undo();

  private NewNamespaces(Task maker, long flags, UserNamespace owner, Refusal refused) {
    this.maker = maker;
    this.flags = flags;
    this.owner = owner;
    this.refused = refused;
  }

  /// Row 27 of the specification: says whether the caller may make any.
  static void requirePermission(Task maker, UserNamespace owner, Refusal refused) throws Errno {
    if (!maker.credentials().hasIn(owner, Capability.SYS_ADMIN)) {
      throw refused.by(CloneRule.NAMESPACE_NOT_PERMITTED);
    }
  }

  /// Rows 27b, 27c and 29: the caller's namespaces, with new ones in the places that `flags` names.
  ///
  /// @param fs moves into the copy of the mounts, if one is made
  static Namespaces make(Task maker, long flags, UserNamespace owner, FsContext fs, Refusal refused)
      throws Errno {
    NewNamespaces made = new NewNamespaces(maker, flags, owner, refused);
    try (Undo undo = made.undo) {
      Namespaces namespaces = made.all(fs);
      undo.keep();
      return namespaces;
    }
  }

  private Namespaces all(FsContext fs) throws Errno {
    Namespaces old = maker.namespaces();
    int creator = maker.credentials().euid();
    MountNamespace mnt =
        one(
            old.mnt(),
            () -> {
              MountNamespace.Copy copy = old.mnt().copy(owner, creator);
              copy.moveInto(fs);
              return copy.namespace();
            });
    UtsNamespace uts = one(old.uts(), () -> old.uts().copy(owner, creator));
    IpcNamespace ipc = one(old.ipc(), () -> IpcNamespace.create(owner, creator));
    checkPidNamespace(old.pidForChildren());
    PidNamespace pid = one(old.pidForChildren(), () -> old.pidForChildren().create(owner, creator));
    CgroupNamespace cgroup =
        one(old.cgroup(), () -> CgroupNamespace.create(owner, creator, maker.cgroup().group()));
    NetNamespace net = one(old.net(), () -> NetNamespace.create(owner, creator));
    if (has(NamespaceKind.TIME)) {
      // Only an architecture whose vDSO knows of them has time namespaces; none of ours does.
      throw refused.by(CloneRule.NO_TIME_NAMESPACES);
    }
    return new Namespaces(mnt, uts, ipc, pid, cgroup, net);
  }

  private boolean has(NamespaceKind kind) {
    return (flags & kind.flag()) != 0;
  }

  /// Row 29, but for the limit on their number.
  private void checkPidNamespace(PidNamespace current) throws Errno {
    if (!has(NamespaceKind.PID)) {
      return;
    }
    if (current != maker.pidNamespace()) {
      throw refused.by(CloneRule.PID_NAMESPACE_PENDING);
    }
    if (!owner.isWithin(current.userNamespace())) {
      throw refused.by(CloneRule.PID_NAMESPACE_OF_OTHERS);
    }
    if (current.level() == PidNamespace.MAX_LEVEL) {
      throw refused.by(CloneRule.PID_NAMESPACE_TOO_DEEP);
    }
  }

  private <T extends Namespace> T one(T current, Maker<T> maker) throws Errno {
    T result = current;
    if (has(current.kind())) {
      try {
        result = maker.make();
      } catch (Errno full) {
        throw refused.by(CloneRule.NAMESPACE_LIMIT);
      }
    } else {
      current.hold();
    }
    undo.onFailure(result::release);
    return result;
  }

  @FunctionalInterface
  private interface Maker<T> {
    T make() throws Errno;
  }
}
