package dev.forklift.kernel.fs.tmpfs;

import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Fcntl;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.vfs.AttributeChange;
import dev.forklift.kernel.vfs.NewInode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A regular file in memory.
final class TmpfsFile extends TmpfsInode {
  private final @Nullable Origin origin;
  private @Nullable MemoryFile memory;

  /// What may not be done to it any more. Only memfd_create(2) makes files that take further seals.
  private int seals = Fcntl.F_SEAL_SEAL;

  TmpfsFile(Tmpfs tmpfs, long ino, NewInode attributes, @Nullable Origin origin) {
    super(tmpfs, ino, attributes);
    this.origin = origin;
  }

  @Override
  public boolean isSealable() {
    return true;
  }

  @Override
  public int seals() {
    return seals;
  }

  @Override
  public void addSeals(int more) throws Errno {
    if ((more & ~Fcntl.F_ALL_SEALS) != 0) {
      throw Errno.EINVAL;
    }
    if ((seals & Fcntl.F_SEAL_SEAL) != 0) {
      throw Errno.EPERM;
    }
    seals |= more;
    boolean runs = (mode() & FileMode.S_IXUGO) != 0;
    if ((more & Fcntl.F_SEAL_EXEC) != 0 && runs) {
      seals |= Fcntl.F_SEAL_SHRINK | Fcntl.F_SEAL_GROW;
      seals |= Fcntl.F_SEAL_WRITE | Fcntl.F_SEAL_FUTURE_WRITE;
    }
  }

  /// Lets it be sealed from now on.
  void unseal() {
    seals = 0;
  }

  @Override
  public void setAttributes(AttributeChange change) throws Errno {
    Integer wanted = change.mode();
    if (wanted != null
        && (seals & Fcntl.F_SEAL_EXEC) != 0
        && ((wanted ^ mode()) & FileMode.S_IXUGO) != 0) {
      throw Errno.EPERM;
    }
    super.setAttributes(change);
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
  public long nextData(long offset) throws Errno {
    return memoryFile().nextData(offset);
  }

  @Override
  public long nextHole(long offset) throws Errno {
    return memoryFile().nextHole(offset);
  }

  @Override
  public void reserve(long offset, long length) throws Errno {
    try {
      if (!memoryFile().reserve(offset, length)) {
        throw Errno.ENOSPC;
      }
    } catch (IOException e) {
      throw Errno.EIO;
    }
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
