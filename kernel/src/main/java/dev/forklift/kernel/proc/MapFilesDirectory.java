package dev.forklift.kernel.proc;

import dev.forklift.engine.memory.Region;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.DirectorySink;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.VfsPath;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// /proc/PID/map_files: a link to the file behind each region of a process's memory that has one,
/// by the region's first address and the one behind its last.
final class MapFilesDirectory extends ProcDirectory {
  private static final int FIRST = 2;

  private final ProcFileSystem proc;
  private final Pid pid;
  private final Map<String, Link> known = new HashMap<>();

  MapFilesDirectory(ProcFileSystem proc, Pid pid) {
    super(proc, pid, 0500);
    this.proc = proc;
    this.pid = pid;
  }

  private @Nullable Mm memory() {
    Task task = pid.task();
    return task == null ? null : task.mm();
  }

  /// The region that has exactly this name, with a file; or null.
  private @Nullable OpenFile file(String name) {
    Mm mm = memory();
    if (mm != null) {
      for (Region region : mm.regions()) {
        if (nameOf(region).equals(name)) {
          return Mm.vma(region).file();
        }
      }
    }
    return null;
  }

  private static String nameOf(Region region) {
    return Long.toHexString(region.start()) + "-" + Long.toHexString(region.end());
  }

  @Override
  public @Nullable Inode lookup(String name) {
    known.keySet().removeIf(other -> file(other) == null);
    OpenFile file = file(name);
    if (file == null) {
      return null;
    }
    Link link = known.computeIfAbsent(name, Link::new);
    link.refresh();
    return link;
  }

  @Override
  public long list(long position, DirectorySink sink) throws Errno {
    Mm mm = memory();
    if (mm == null) {
      return position;
    }
    int index = FIRST;
    for (Region region : mm.regions()) {
      Inode link = Mm.vma(region).file() == null ? null : lookup(nameOf(region));
      if (link == null || index++ < position) {
        continue;
      }
      int type = FileMode.directoryType(FileMode.S_IFLNK);
      if (!sink.add(nameOf(region), link.ino(), type, index)) {
        return index - 1L;
      }
    }
    return Math.max(position, index);
  }

  /// Its permissions tell what the file is open for.
  private final class Link extends ProcInode {
    private static final int SIZE = 64;

    private final String name;

    Link(String name) {
      super(proc, pid, FileMode.S_IFLNK);
      this.name = name;
    }

    @Override
    protected void refresh() {
      super.refresh();
      OpenFile file = file(name);
      if (file != null) {
        setMode(FileMode.S_IFLNK | (file.reads() ? 0400 : 0) | (file.writes() ? 0200 : 0));
      }
    }

    @Override
    public long size() {
      return SIZE;
    }

    private VfsPath target(Caller caller) throws Errno {
      var _ = ProcLink.requireAccess((Task) caller, pid);
      OpenFile file = file(name);
      if (file == null) {
        throw Errno.ENOENT;
      }
      return file.path();
    }

    @Override
    public String readlink(Caller caller) throws Errno {
      return target(caller).display(caller.fs().root());
    }

    /// What is mapped need not be a file that one could have opened: it may be nobody's any more.
    @Override
    public VfsPath magicTarget(Caller caller) throws Errno {
      if (!caller.credentials().has(Capability.CHECKPOINT_RESTORE)
          && !caller.credentials().has(Capability.SYS_ADMIN)) {
        throw Errno.EPERM;
      }
      return target(caller);
    }
  }
}
