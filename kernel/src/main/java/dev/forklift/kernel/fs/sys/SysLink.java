package dev.forklift.kernel.fs.sys;

import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.NewInode;

/// A symbolic link of /sys.
final class SysLink extends Inode {
  private final String target;

  SysLink(SysFileSystem fileSystem, long ino, String target) {
    super(fileSystem, ino, new NewInode(FileMode.S_IFLNK | 0777, 0, 0, 0));
    this.target = target;
  }

  @Override
  public String readlink(Caller caller) {
    return target;
  }
}
