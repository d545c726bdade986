package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.CloneFlags;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.Namespace;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.vfs.MountNamespace;
import dev.forklift.kernel.vfs.VfsPath;
import java.util.ArrayList;
import java.util.List;

/// Moves the calling task into namespaces that are there already (setns(2)).
///
/// All are looked at first, in Linux's order, and entered only if it may enter every one of them.
public final class SetNamespace {
  /// What setns(2) knows how to take from another process.
  private static final long KNOWN =
      (NewNamespaces.FLAGS | CloneFlags.CLONE_NEWUSER) & ~CloneFlags.CLONE_NEWTIME;

  private final Task task;
  private final long flags;
  private Namespaces namespaces;
  private Credentials credentials;

  private SetNamespace(Task task, long flags) {
    this.task = task;
    this.flags = flags;
    this.namespaces = task.namespaces();
    this.credentials = task.credentials();
  }

  /// Into the one that an open file stands for.
  ///
  /// @param flags 0, or the kind that it has to be of
  public static void enter(Task task, Namespace namespace, long flags) throws Errno {
    if (flags != 0 && namespace.kind().flag() != flags) {
      throw Errno.EINVAL;
    }
    SetNamespace call = new SetNamespace(task, namespace.kind().flag());
    call.check(namespace);
    call.commit();
  }

  /// Into those of another process.
  ///
  /// @param flags the kinds
  public static void enterAll(Task task, Pid pid, long flags) throws Errno {
    if (flags == 0 || (flags & ~KNOWN) != 0) {
      throw Errno.EINVAL;
    }
    SetNamespace call = new SetNamespace(task, flags);
    for (Namespace namespace : call.namespacesOf(pid)) {
      call.check(namespace);
    }
    call.commit();
  }

  private List<Namespace> namespacesOf(Pid pid) throws Errno {
    Task target = pid.task();
    if (target == null) {
      throw Errno.ESRCH;
    }
    if (!PtraceAccess.byRealIds(task, target)) {
      throw Errno.EPERM;
    }
    Namespaces theirs = target.nsproxy();
    if (theirs == null) {
      throw Errno.ESRCH;
    }
    List<Namespace> wanted = new ArrayList<>();
    // The user namespace first: what is owned by it can then be entered.
    for (Namespace each :
        List.of(
            target.credentials().userNamespace(),
            theirs.mnt(),
            theirs.uts(),
            theirs.ipc(),
            target.pidNamespace(),
            theirs.cgroup(),
            theirs.net())) {
      if ((flags & each.kind().flag()) != 0) {
        wanted.add(each);
      }
    }
    return wanted;
  }

  private void check(Namespace namespace) throws Errno {
    switch (namespace) {
      case UserNamespace user -> checkUser(user);
      case MountNamespace mounts -> checkMounts(mounts);
      case PidNamespace pids -> checkPids(pids);
      default -> requireAdministrator(namespace);
    }
    namespaces = namespaces.with(namespace);
  }

  private void requireAdministrator(Namespace namespace) throws Errno {
    require(namespace.userNamespace(), Capability.SYS_ADMIN);
    require(credentials.userNamespace(), Capability.SYS_ADMIN);
  }

  private void require(UserNamespace owner, Capability capability) throws Errno {
    if (!task.credentials().hasIn(owner, capability)) {
      throw Errno.EPERM;
    }
  }

  /// Entering one's own again would give back capabilities that were dropped.
  private void checkUser(UserNamespace user) throws Errno {
    boolean alone = task.group().threads().size() == 1 && !task.fs().isShared();
    if (user == task.credentials().userNamespace() || !alone) {
      throw Errno.EINVAL;
    }
    require(user, Capability.SYS_ADMIN);
    credentials = credentials.in(user);
  }

  private void checkMounts(MountNamespace mounts) throws Errno {
    require(mounts.userNamespace(), Capability.SYS_ADMIN);
    require(credentials.userNamespace(), Capability.SYS_CHROOT);
    require(credentials.userNamespace(), Capability.SYS_ADMIN);
    if (flags == CloneFlags.CLONE_NEWNS && task.fs().isShared()) {
      throw Errno.EINVAL;
    }
  }

  /// Children go down in the tree of namespaces, never up or aside.
  private void checkPids(PidNamespace pids) throws Errno {
    requireAdministrator(pids);
    if (!pids.isWithin(task.pidNamespace())) {
      throw Errno.EINVAL;
    }
  }

  private void commit() {
    if (credentials != task.credentials()) {
      credentials.userNamespace().hold();
      CredentialChange.commit(task, credentials);
    }
    if ((flags & CloneFlags.CLONE_NEWNS) != 0) {
      VfsPath root = namespaces.mnt().top();
      task.fs().setRoot(root);
      task.fs().setCwd(root);
    }
    if ((flags & CloneFlags.CLONE_NEWIPC) != 0) {
      task.leaveSemUndo();
    }
    task.switchNamespaces(namespaces.share());
  }
}
