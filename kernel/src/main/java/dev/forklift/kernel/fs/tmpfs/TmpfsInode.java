package dev.forklift.kernel.fs.tmpfs;

import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.NewInode;

/// What all files in memory have in common.
abstract class TmpfsInode extends Inode {
  private final Tmpfs tmpfs;

  TmpfsInode(Tmpfs tmpfs, long ino, NewInode attributes) {
    super(tmpfs, ino, attributes);
    this.tmpfs = tmpfs;
  }

  Tmpfs tmpfs() {
    return tmpfs;
  }

  /// Takes on times and number of names of what it is a copy of.
  void startFrom(Origin origin) {
    setTimes(origin.modifyTime(), origin.modifyTime(), origin.modifyTime());
    if (origin.nlink() > 1 || isDirectory()) {
      setNlink(Math.max(isDirectory() ? 2 : 1, origin.nlink()));
    }
  }

  /// The number of its names changes.
  void addLinks(int count) {
    setNlink(nlink() + count);
  }

  /// Its file system goes away.
  void discard() {}
}
