package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.NamespaceIoctls;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.PollEvents;
import dev.forklift.kernel.cred.Namespace;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.NamelessFileSystem;
import dev.forklift.kernel.vfs.NewInode;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.UserAccess;
import dev.forklift.kernel.vfs.VfsPath;
import dev.forklift.kernel.wait.WaitQueue;
import java.util.List;

/// A descriptor of a process or, opened so, of a single thread (pidfd_open(2)). Readable once that
/// has ended.
public final class PidFd extends OpenFile {
  private final Kernel kernel;
  private final Pid pid;
  private final boolean ofThread;

  private PidFd(VfsPath path, int flags, Kernel kernel, Pid pid, boolean ofThread) throws Errno {
    super(path, flags);
    this.kernel = kernel;
    this.pid = pid;
    this.ofThread = ofThread;
  }

  /// Opens one.
  ///
  /// @param flags O_NONBLOCK or 0
  public static PidFd open(Kernel kernel, Pid pid, boolean ofThread, int flags) throws Errno {
    NamelessFileSystem pidfs = kernel.pidfs();
    VfsPath path =
        pidfs.nameless(
            pidfs.plainInode(new NewInode(FileMode.S_IFREG | 0700, 0, 0, 0)), "anon_inode:[pidfd]");
    return new PidFd(path, OpenFlags.O_RDWR | flags, kernel, pid, ofThread);
  }

  /// Opens one of a process that somebody remembers.
  ///
  /// @throws Errno EINVAL if it has been reaped
  public static PidFd ofProcess(Kernel kernel, Pid pid) throws Errno {
    Task task = pid.task();
    if (task == null || !task.isLeader()) {
      throw Errno.EINVAL;
    }
    return open(kernel, pid, false, 0);
  }

  /// The pidfd that a descriptor is.
  ///
  /// @throws Errno EBADF if it is something else
  public static PidFd of(OpenFile file) throws Errno {
    if (file instanceof PidFd pidFd) {
      return pidFd;
    }
    throw Errno.EBADF;
  }

  public Pid pid() {
    return pid;
  }

  public boolean ofThread() {
    return ofThread;
  }

  @Override
  protected boolean isSeekable() {
    return false;
  }

  @Override
  public int poll() {
    Task task = pid.task();
    if (task == null) {
      return PollEvents.READABLE | PollEvents.POLLHUP;
    }
    boolean ended = ofThread ? task.isZombie() : task.group().isZombie();
    return ended ? PollEvents.READABLE : 0;
  }

  /// Opens one of the namespaces of its task (linux/pidfd.h).
  @Override
  public long ioctl(Caller caller, int request, long argument, UserAccess memory) throws Errno {
    if (argument != 0) {
      throw Errno.EINVAL;
    }
    Task target = pid.task();
    Namespaces theirs = target == null ? null : target.nsproxy();
    if (target == null || theirs == null) {
      throw Errno.ESRCH;
    }
    if (!PtraceAccess.byFileSystemIds((Task) caller, target)) {
      throw Errno.EACCES;
    }
    Namespace wanted =
        switch (request) {
          case NamespaceIoctls.PIDFD_GET_CGROUP_NAMESPACE -> theirs.cgroup();
          case NamespaceIoctls.PIDFD_GET_IPC_NAMESPACE -> theirs.ipc();
          case NamespaceIoctls.PIDFD_GET_MNT_NAMESPACE -> theirs.mnt();
          case NamespaceIoctls.PIDFD_GET_NET_NAMESPACE -> theirs.net();
          case NamespaceIoctls.PIDFD_GET_PID_NAMESPACE -> target.pidNamespace();
          case NamespaceIoctls.PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE -> theirs.pidForChildren();
          case NamespaceIoctls.PIDFD_GET_USER_NAMESPACE -> target.credentials().userNamespace();
          case NamespaceIoctls.PIDFD_GET_UTS_NAMESPACE -> theirs.uts();
          case NamespaceIoctls.PIDFD_GET_TIME_NAMESPACE,
              NamespaceIoctls.PIDFD_GET_TIME_FOR_CHILDREN_NAMESPACE ->
              throw Errno.EOPNOTSUPP;
          default -> throw Errno.ENOTTY;
        };
    return kernel.namespaceFiles().open((Task) caller, wanted);
  }

  @Override
  public List<WaitQueue> pollQueues(int events) {
    return List.of(pid.exitQueue());
  }

  /// The lines that /proc/PID/fdinfo adds: the id as seen from the namespace that this /proc shows,
  /// 0 if it cannot be seen and -1 once reaped, then what it is in the namespaces below.
  public String fdInfoIn(PidNamespace namespace) {
    int number = pid.task() == null ? -1 : pid.in(namespace);
    StringBuilder out = new StringBuilder();
    out.append("Pid:\t").append(number).append("\nNSpid:\t").append(number);
    if (number > 0) {
      pid.namespaces().stream()
          .skip(namespace.level() + 1L)
          .forEach(below -> out.append('\t').append(pid.in(below)));
    }
    return out.append('\n').toString();
  }
}
