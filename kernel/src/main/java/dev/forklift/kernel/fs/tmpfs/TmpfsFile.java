package dev.forklift.kernel.fs.tmpfs;

import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.vfs.NewInode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A regular file in memory.
final class TmpfsFile extends TmpfsInode {
  private final @Nullable Origin origin;
  private @Nullable MemoryFile memory;

  TmpfsFile(Tmpfs tmpfs, long ino, NewInode attributes, @Nullable Origin origin) {
    super(tmpfs, ino, attributes);
    this.origin = origin;
  }

  @Override
  public MemoryFile memoryFile() throws Errno {
    MemoryFile file = memory;
    if (file == null) {
      file = start();
      memory = file;
    }
    return file;
  }

  private MemoryFile start() throws Errno {
    if (origin == null) {
      return tmpfs().newMemory(null, 0);
    }
    try {
      return tmpfs().newMemory(origin.content(), origin.size());
    } catch (IOException e) {
      throw Errno.EIO;
    }
  }

  @Override
  public long size() {
    if (memory != null) {
      return memory.size();
    }
    return origin == null ? 0 : origin.size();
  }

  @Override
  public long blocks() {
    long bytes = size();
    if (memory != null && origin == null) {
      bytes = memory.allocatedBytes();
    }
    return (bytes + fileSystem().blockSize() - 1)
        / fileSystem().blockSize()
        * (fileSystem().blockSize() / 512);
  }

  @Override
  public void setSize(long size) throws Errno {
    memoryFile().setSize(size);
    touchModified();
  }

  @Override
  public void sync() {}

  @Override
  protected void onUnused() {
    discard();
  }

  @Override
  void discard() {
    if (memory != null) {
      memory.release();
    }
  }
}
