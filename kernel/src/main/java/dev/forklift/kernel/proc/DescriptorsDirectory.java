package dev.forklift.kernel.proc;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.PidFd;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.DirectorySink;
import dev.forklift.kernel.vfs.FileDescriptors;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.VfsPath;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// /proc/PID/fd, links to the open files of a process, and /proc/PID/fdinfo, more about them.
final class DescriptorsDirectory extends ProcDirectory {
  private static final int FIRST = 2;

  private final ProcFileSystem proc;
  private final Pid pid;
  private final boolean info;
  private final Map<Integer, ProcInode> known = new HashMap<>();

  DescriptorsDirectory(ProcFileSystem proc, Pid pid, boolean info) {
    super(proc, pid, info ? 0555 : 0500);
    this.proc = proc;
    this.pid = pid;
    this.info = info;
  }

  /// As many as there are descriptors, for /proc/PID/fd.
  @Override
  public long size() {
    Task task = pid.task();
    return info || task == null || task.isZombie() ? 0 : task.files().numbers().size();
  }

  private @Nullable FileDescriptors files() {
    Task task = pid.task();
    return task == null || task.isZombie() ? null : task.files();
  }

  private OpenFile file(int fd) throws Errno {
    FileDescriptors files = files();
    OpenFile file = files == null ? null : files.getOrNull(fd);
    if (file == null) {
      throw Errno.ENOENT;
    }
    return file;
  }

  @Override
  public @Nullable Inode lookup(String name) {
    int fd = PidDirectories.number(name);
    FileDescriptors files = files();
    known.keySet().removeIf(other -> files == null || files.getOrNull(other) == null);
    if (files == null || files.getOrNull(fd) == null) {
      return null;
    }
    ProcInode inode = known.computeIfAbsent(fd, this::make);
    inode.refresh();
    return inode;
  }

  private ProcInode make(int fd) {
    return info
        ? new ProcFile(proc, pid, 0444, reader -> describe(fd), null, this::requireAccess)
        : new Link(fd);
  }

  private void requireAccess(Task opener) throws Errno {
    var _ = ProcLink.requireAccess(opener, pid);
  }

  @Override
  public long list(long position, DirectorySink sink) throws Errno {
    FileDescriptors files = files();
    if (files == null) {
      throw Errno.ENOENT;
    }
    int type = FileMode.directoryType(info ? FileMode.S_IFREG : FileMode.S_IFLNK);
    List<Integer> numbers = files.numbers();
    long at = position;
    for (int fd : numbers) {
      long place = fd + (long) FIRST;
      if (place >= at) {
        String name = Integer.toString(fd);
        Inode inode = lookup(name);
        if (inode != null && !sink.add(name, inode.ino(), type, place + 1)) {
          return place;
        }
        at = place + 1;
      }
    }
    return at;
  }

  /// Only those who may look into the process see what fdinfo has.
  @Override
  public OpenFile open(Caller caller, VfsPath path, int flags) throws Errno {
    if (info) {
      requireAccess((Task) caller);
    }
    return super.open(caller, path, flags);
  }

  private String describe(int fd) throws Errno {
    Task task = pid.task();
    if (task == null) {
      throw Errno.ESRCH;
    }
    OpenFile file = file(fd);
    int flags = file.flags() | (task.files().isCloseOnExec(fd) ? OpenFlags.O_CLOEXEC : 0);
    return "pos:\t"
        + file.position()
        + "\nflags:\t0"
        + Integer.toOctalString(flags)
        + "\nmnt_id:\t"
        + file.path().mount().id()
        + "\nino:\t"
        + file.inode().ino()
        + "\n"
        + (file instanceof PidFd pidFd ? pidFd.fdInfoIn(proc.pids()) : file.fdInfo());
  }

  /// A link to an open file. Its permissions tell what the file is open for.
  private final class Link extends ProcInode {
    private static final int SIZE = 64;

    private final int fd;

    Link(int fd) {
      super(proc, pid, FileMode.S_IFLNK);
      this.fd = fd;
      refresh();
    }

    @Override
    protected void refresh() {
      super.refresh();
      FileDescriptors files = files();
      OpenFile file = files == null ? null : files.getOrNull(fd);
      if (file != null) {
        setMode(FileMode.S_IFLNK | (file.reads() ? 0500 : 0) | (file.writes() ? 0300 : 0));
      }
    }

    @Override
    public long size() {
      return SIZE;
    }

    @Override
    public String readlink(Caller caller) throws Errno {
      requireAccess((Task) caller);
      return file(fd).path().display(caller.fs().root());
    }

    @Override
    public VfsPath magicTarget(Caller caller) throws Errno {
      requireAccess((Task) caller);
      return file(fd).path();
    }
  }
}
