package dev.forklift.kernel.proc;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.vfs.DirectorySink;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.NewInode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A folder with the same files in it as long as it is there.
class ProcDirectory extends ProcInode {
  private static final int FIRST = 2;

  private final Map<String, ProcInode> entries = new LinkedHashMap<>();

  ProcDirectory(ProcFileSystem proc, @Nullable Pid pid, int permissions) {
    super(proc, pid, FileMode.S_IFDIR | permissions);
    setNlink(2);
  }

  final ProcDirectory add(String name, ProcInode entry) {
    entries.put(name, entry);
    if (entry.isDirectory()) {
      setNlink(nlink() + 1);
    }
    return this;
  }

  /// Owners change, and entries come and go.
  @Override
  public final boolean keepsNames() {
    return false;
  }

  @Override
  public @Nullable Inode lookup(String name) throws Errno {
    ProcInode found = entries.get(name);
    if (found != null) {
      found.refresh();
    }
    return found;
  }

  @Override
  public long list(long position, DirectorySink sink) throws Errno {
    int index = FIRST;
    for (Map.Entry<String, ProcInode> entry : entries.entrySet()) {
      if (index++ < position) {
        continue;
      }
      ProcInode inode = entry.getValue();
      if (!sink.add(entry.getKey(), inode.ino(), FileMode.directoryType(inode.mode()), index)) {
        return index - 1L;
      }
    }
    return Math.max(position, index);
  }

  /// Names that are not there cannot be made.
  @Override
  public Inode make(String name, NewInode attributes) throws Errno {
    throw Errno.ENOENT;
  }

  @Override
  public Inode makeSymlink(String name, String target, NewInode attributes) throws Errno {
    throw Errno.ENOENT;
  }
}
