package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.PollEvents;
import dev.forklift.kernel.vfs.NamelessFileSystem;
import dev.forklift.kernel.vfs.NewInode;
import dev.forklift.kernel.vfs.OpenFile;
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

  @Override
  public List<WaitQueue> pollQueues(int events) {
    return List.of(pid.exitQueue());
  }

  /// The lines that /proc/PID/fdinfo adds: the id as seen from the first namespace's processes, -1
  /// once reaped.
  @Override
  public String fdInfo() {
    Task task = pid.task();
    int number = task == null ? -1 : pid.in(kernel.pids());
    return "Pid:\t" + number + "\nNSpid:\t" + number + "\n";
  }
}
