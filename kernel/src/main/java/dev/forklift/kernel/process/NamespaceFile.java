package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.NamespaceIoctls;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.cred.Namespace;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.MountNamespace;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.UserAccess;
import dev.forklift.kernel.vfs.VfsPath;
import org.jspecify.annotations.Nullable;

/// An open file of /proc/PID/ns: a namespace to enter (setns(2)) or to ask about (ioctl_nsfs(2)).
public final class NamespaceFile extends OpenFile {
  private final Namespace namespace;

  NamespaceFile(VfsPath path, int flags, Namespace namespace) throws Errno {
    super(path, flags);
    this.namespace = namespace;
  }

  public Namespace namespace() {
    return namespace;
  }

  @Override
  protected boolean isSeekable() {
    return false;
  }

  @Override
  public long ioctl(Caller caller, int request, long argument, UserAccess memory) throws Errno {
    Task task = (Task) caller;
    NamespaceFiles files = task.kernel().namespaceFiles();
    return switch (request) {
      case NamespaceIoctls.NS_GET_USERNS -> files.open(task, owner(task));
      case NamespaceIoctls.NS_GET_PARENT -> files.open(task, parent(task));
      case NamespaceIoctls.NS_GET_NSTYPE -> namespace.kind().flag();
      case NamespaceIoctls.NS_GET_OWNER_UID -> ownerUid(task, argument, memory);
      case NamespaceIoctls.NS_GET_MNTNS_ID -> mountsId(argument, memory);
      case NamespaceIoctls.NS_GET_PID_FROM_PIDNS,
          NamespaceIoctls.NS_GET_TGID_FROM_PIDNS,
          NamespaceIoctls.NS_GET_PID_IN_PIDNS,
          NamespaceIoctls.NS_GET_TGID_IN_PIDNS ->
          translate(task, request, (int) argument);
      default -> throw Errno.ENOTTY;
    };
  }

  /// The user namespace that owns it, if that is the caller's or below.
  private UserNamespace owner(Task task) throws Errno {
    UserNamespace owner =
        namespace instanceof UserNamespace user ? user.parent() : namespace.userNamespace();
    if (owner == null || !owner.isWithin(task.credentials().userNamespace())) {
      throw Errno.EPERM;
    }
    return owner;
  }

  private Namespace parent(Task task) throws Errno {
    return switch (namespace) {
      case UserNamespace _ -> owner(task);
      case PidNamespace pids -> visibleParent(pids.parent(), task);
      default -> throw Errno.EINVAL;
    };
  }

  private static Namespace visibleParent(@Nullable PidNamespace parent, Task task) throws Errno {
    if (parent == null || !parent.isWithin(task.pidNamespace())) {
      throw Errno.EPERM;
    }
    return parent;
  }

  private long ownerUid(Task task, long argument, UserAccess memory) throws Errno {
    if (!(namespace instanceof UserNamespace user)) {
      throw Errno.EINVAL;
    }
    memory.writeInt(argument, task.credentials().userNamespace().uid(user.owner()));
    return 0;
  }

  private long mountsId(long argument, UserAccess memory) throws Errno {
    if (!(namespace instanceof MountNamespace mounts)) {
      throw Errno.EINVAL;
    }
    memory.write(argument, new StructWriter(memory.model()).u64(mounts.id()));
    return 0;
  }

  /// What a task's number here is in the caller's namespace, or the other way round.
  private long translate(Task task, int request, int number) throws Errno {
    if (!(namespace instanceof PidNamespace pids)) {
      throw Errno.EINVAL;
    }
    PidNamespace own = task.pidNamespace();
    boolean here =
        request == NamespaceIoctls.NS_GET_PID_IN_PIDNS
            || request == NamespaceIoctls.NS_GET_TGID_IN_PIDNS;
    boolean process =
        request == NamespaceIoctls.NS_GET_TGID_FROM_PIDNS
            || request == NamespaceIoctls.NS_GET_TGID_IN_PIDNS;
    Pid pid = (here ? own : pids).find(number);
    Task found = pid == null ? null : pid.task();
    int translated =
        found == null ? 0 : (process ? found.group().pid() : found.pid()).in(here ? pids : own);
    if (translated == 0) {
      throw Errno.ESRCH;
    }
    return translated;
  }
}
