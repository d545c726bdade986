package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.Errno;

/// A file opened with O_PATH.
final class PathOnlyFile extends OpenFile {
  PathOnlyFile(VfsPath path, int flags) throws Errno {
    super(path, flags);
  }

  @Override
  protected boolean isSeekable() {
    return false;
  }

  @Override
  public void setFlags(int newFlags) throws Errno {
    throw Errno.EBADF;
  }
}
