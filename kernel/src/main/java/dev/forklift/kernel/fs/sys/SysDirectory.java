package dev.forklift.kernel.fs.sys;

import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.vfs.DirectorySink;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.NewInode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A directory of /sys, in which nothing can be made.
final class SysDirectory extends Inode {
  private static final int FIRST = 2;

  private final Map<String, Inode> entries = new LinkedHashMap<>();

  SysDirectory(SysFileSystem fileSystem, long ino) {
    super(fileSystem, ino, new NewInode(FileMode.S_IFDIR | 0755, 0, 0, 0));
    setNlink(FIRST);
  }

  SysDirectory add(String name, Inode entry) {
    entries.put(name, entry);
    if (entry.isDirectory()) {
      setNlink(nlink() + 1);
    }
    return this;
  }

  @Override
  public boolean isEmptyForGood() {
    return entries.isEmpty();
  }

  @Override
  public @Nullable Inode lookup(String name) {
    return entries.get(name);
  }

  @Override
  public long list(long position, DirectorySink sink) {
    int index = FIRST;
    for (Map.Entry<String, Inode> entry : entries.entrySet()) {
      if (index++ < position) {
        continue;
      }
      Inode inode = entry.getValue();
      if (!sink.add(entry.getKey(), inode.ino(), FileMode.directoryType(inode.mode()), index)) {
        return index - 1L;
      }
    }
    return Math.max(position, index);
  }
}
