package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.Errno;

/// A file opened with O_PATH.
class PathOnlyFile extends OpenFile {
  PathOnlyFile(VfsPath path, int flags) throws Errno {
    super(path, flags);
  }

  @Override
  protected final boolean isSeekable() {
    return false;
  }

  @Override
  public final void setFlags(int newFlags) throws Errno {
    throw Errno.EBADF;
  }
}
