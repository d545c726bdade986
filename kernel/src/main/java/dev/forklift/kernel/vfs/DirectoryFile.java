package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Fcntl;
import dev.forklift.kernel.abi.FileMode;

/// An open directory.
final class DirectoryFile extends OpenFile {
  private static final int FIRST_CHILD = 2;

  DirectoryFile(VfsPath path, int flags) throws Errno {
    super(path, flags);
  }

  @Override
  protected long readAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
    throw Errno.EISDIR;
  }

  @Override
  public void list(Caller caller, DirectorySink sink) throws Errno {
    Inode directory = inode();
    if (directory.nlink() == 0) {
      throw Errno.ENOENT;
    }
    int type = FileMode.directoryType(FileMode.S_IFDIR);
    if (position() == 0) {
      if (!sink.add(".", directory.ino(), type, 1)) {
        return;
      }
      setPosition(1);
    }
    if (position() == 1) {
      if (!sink.add("..", PathNames.parentOf(path()).ino(), type, FIRST_CHILD)) {
        return;
      }
      setPosition(FIRST_CHILD);
    }
    setPosition(directory.list(position(), sink));
    FileEvents.at(path(), FileEvents.ACCESS);
    if (!path().mount().isReadOnly()) {
      directory.touchAccessed();
    }
  }

  @Override
  protected long seekTarget(long offset, int whence) throws Errno {
    if (whence != Fcntl.SEEK_SET && whence != Fcntl.SEEK_CUR) {
      throw Errno.EINVAL;
    }
    return super.seekTarget(offset, whence);
  }

  @Override
  public void sync() {}
}
