package dev.forklift.kernel.fs.host;

import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Fcntl;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.RegularFile;
import dev.forklift.kernel.vfs.VfsPath;
import org.jspecify.annotations.Nullable;

/// An open file of the host.
final class HostOpenFile extends RegularFile {
  private final HostFile file;

  HostOpenFile(VfsPath path, int flags, HostFile file) throws Errno {
    super(path, flags);
    this.file = file;
  }

  @Override
  protected int readContents(long offset, byte[] bytes, int length) throws Errno {
    return file.read(offset, bytes, length);
  }

  @Override
  protected int writeContents(long offset, byte[] bytes, int length) throws Errno {
    return file.write(offset, bytes, length);
  }

  @Override
  public @Nullable MemoryFile memoryForMapping(boolean shared) throws Errno {
    MemoryFile memory = super.memoryForMapping(shared);
    if (shared && writes()) {
      file.willBeStoredInto();
    }
    return memory;
  }

  @Override
  public void allocate(Caller caller, int mode, long offset, long length) throws Errno {
    if ((mode & Fcntl.FALLOC_FL_PUNCH_HOLE) != 0) {
      throw Errno.EOPNOTSUPP;
    }
    super.allocate(caller, mode, offset, length);
  }

  @Override
  protected void onClose() {
    file.release();
  }
}
