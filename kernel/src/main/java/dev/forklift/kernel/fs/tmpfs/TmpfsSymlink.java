package dev.forklift.kernel.fs.tmpfs;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.NewInode;
import java.io.IOException;

/// A symbolic link.
final class TmpfsSymlink extends TmpfsInode {
  private final String target;

  TmpfsSymlink(Tmpfs tmpfs, long ino, NewInode attributes, String target) {
    super(tmpfs, ino, attributes);
    this.target = target;
  }

  static TmpfsSymlink of(Tmpfs tmpfs, long ino, NewInode attributes, Origin origin) throws Errno {
    try {
      return new TmpfsSymlink(tmpfs, ino, attributes, origin.readlink());
    } catch (IOException e) {
      throw Errno.EIO;
    }
  }

  @Override
  public String readlink(Caller caller) {
    return target;
  }

  @Override
  public long size() {
    return target.length();
  }
}
