package dev.forklift.kernel.vfs;

import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Fcntl;
import dev.forklift.kernel.abi.Ioctls;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.Signal;
import org.jspecify.annotations.Nullable;

/// An open regular file. Its contents are its inode's memory file, unless a kind of file reads and
/// writes them elsewhere.
public class RegularFile extends OpenFile {
  private static final int CHUNK = 64 * 1024;

  /// The largest file, MAX_LFS_FILESIZE of a 32-bit kernel.
  public static final long MAX_SIZE = (1L << 44) - 1;

  public RegularFile(VfsPath path, int flags) throws Errno {
    super(path, flags);
  }

  private MemoryFile memory() throws Errno {
    MemoryFile memory = inode().memoryFile();
    if (memory == null) {
      throw Errno.EINVAL;
    }
    return memory;
  }

  @Override
  protected long readAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
    long size = inode().size();
    long done = 0;
    byte[] chunk = new byte[chunkFor(Math.min(buffer.remaining(), size - offset))];
    while (buffer.remaining() > 0 && offset + done < size) {
      int wanted = (int) Math.min(Math.min(chunk.length, buffer.remaining()), size - offset - done);
      int got = readContents(offset + done, chunk, wanted);
      if (got <= 0) {
        break;
      }
      int taken;
      try {
        taken = buffer.put(chunk, 0, got);
      } catch (Errno e) {
        if (done == 0) {
          throw e;
        }
        break;
      }
      done += taken;
      if (taken < got) {
        break;
      }
    }
    if (!has(OpenFlags.O_NOATIME) && !path().mount().isReadOnly()) {
      inode().touchAccessed();
    }
    return done;
  }

  @Override
  protected long writeAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
    long length = buffer.remaining();
    if (length == 0) {
      return 0;
    }
    length = Math.min(length, roomAt(caller, offset));
    if ((inode().seals() & (Fcntl.F_SEAL_WRITE | Fcntl.F_SEAL_FUTURE_WRITE)) != 0) {
      throw Errno.EPERM;
    }
    Permissions.dropPrivileges(caller.credentials(), inode());
    long done = 0;
    byte[] chunk = new byte[chunkFor(length)];
    Errno failure = null;
    while (done < length) {
      int wanted = (int) Math.min(chunk.length, length - done);
      int got;
      try {
        got = buffer.get(chunk, 0, wanted);
      } catch (Errno e) {
        failure = e;
        break;
      }
      int written;
      try {
        written = writeContents(offset + done, chunk, got);
      } catch (Errno e) {
        failure = e;
        break;
      }
      done += written;
      if (written < got) {
        failure = Errno.ENOSPC;
        break;
      }
      if (got < wanted) {
        break;
      }
    }
    if (done == 0 && failure != null) {
      throw failure;
    }
    inode().touchModified();
    onWritten(offset, done);
    return done;
  }

  /// Reads contents at `offset`, all of which lies before the end unless somebody cuts them.
  protected int readContents(long offset, byte[] bytes, int length) throws Errno {
    return Memory.read(memory(), offset, bytes, length);
  }

  /// Writes contents at `offset`.
  ///
  /// @return how many bytes; fewer than `length` only where there is no room
  protected int writeContents(long offset, byte[] bytes, int length) throws Errno {
    return Memory.write(memory(), offset, bytes, length);
  }

  /// Called after a write.
  protected void onWritten(long offset, long length) throws Errno {}

  /// How many bytes may be written at `offset` before a limit is met.
  private long roomAt(Caller caller, long offset) throws Errno {
    long limit = caller.fileSizeLimit();
    if (Long.compareUnsigned(offset, limit) >= 0) {
      caller.raise(Signal.SIGXFSZ);
      throw Errno.EFBIG;
    }
    if (offset >= MAX_SIZE) {
      throw Errno.EFBIG;
    }
    if ((inode().seals() & Fcntl.F_SEAL_GROW) != 0) {
      long room = inode().size() - offset;
      if (room <= 0) {
        throw Errno.EPERM;
      }
      return room;
    }
    return Math.min(MAX_SIZE, limit < 0 ? MAX_SIZE : limit) - offset;
  }

  private static int chunkFor(long length) {
    return Math.clamp(length, 0, CHUNK);
  }

  @Override
  protected long seekTarget(long offset, int whence) throws Errno {
    if (whence == Fcntl.SEEK_DATA || whence == Fcntl.SEEK_HOLE) {
      long size = inode().size();
      if (offset < 0 || offset >= size) {
        throw Errno.ENXIO;
      }
      if (whence == Fcntl.SEEK_HOLE) {
        return inode().nextHole(offset);
      }
      long data = inode().nextData(offset);
      if (data >= size) {
        throw Errno.ENXIO;
      }
      return data;
    }
    long target = super.seekTarget(offset, whence);
    if (target > MAX_SIZE) {
      throw Errno.EINVAL;
    }
    return target;
  }

  @Override
  public long ioctl(Caller caller, int request, long argument, UserAccess memory) throws Errno {
    if (request == Ioctls.FIONREAD) {
      memory.writeInt(argument, Math.clamp(inode().size() - position(), 0, Integer.MAX_VALUE));
      return 0;
    }
    return super.ioctl(caller, request, argument, memory);
  }

  @Override
  public void sync() throws Errno {
    inode().sync();
  }

  @Override
  public @Nullable MemoryFile memoryForMapping(boolean shared) throws Errno {
    MemoryFile memory = inode().memoryFile();
    if (memory == null) {
      throw Errno.ENODEV;
    }
    if (!has(OpenFlags.O_NOATIME) && !path().mount().isReadOnly()) {
      inode().touchAccessed();
    }
    return memory;
  }

  @Override
  public void setSize(Caller caller, long size) throws Errno {
    if (!writes()) {
      throw Errno.EINVAL;
    }
    Attributes.changeSize(caller, inode(), size);
    FileEvents.at(path(), FileEvents.MODIFY);
  }

  @Override
  public void allocate(Caller caller, int mode, long offset, long length) throws Errno {
    int known = Fcntl.FALLOC_FL_KEEP_SIZE | Fcntl.FALLOC_FL_PUNCH_HOLE;
    if ((mode & ~known) != 0) {
      throw Errno.EOPNOTSUPP;
    }
    boolean punch = (mode & Fcntl.FALLOC_FL_PUNCH_HOLE) != 0;
    if (punch && (mode & Fcntl.FALLOC_FL_KEEP_SIZE) == 0) {
      throw Errno.EOPNOTSUPP;
    }
    long end = offset + length;
    if (end < 0 || end > MAX_SIZE) {
      throw Errno.EFBIG;
    }
    int seals = inode().seals();
    long size = inode().size();
    if (punch) {
      if ((seals & (Fcntl.F_SEAL_WRITE | Fcntl.F_SEAL_FUTURE_WRITE)) != 0) {
        throw Errno.EPERM;
      }
      if (offset < size) {
        Memory.zero(memory(), offset, Math.min(end, size) - offset);
      }
      inode().touchModified();
      return;
    }
    boolean grows = (mode & Fcntl.FALLOC_FL_KEEP_SIZE) == 0 && end > size;
    if (grows) {
      if ((seals & Fcntl.F_SEAL_GROW) != 0) {
        throw Errno.EPERM;
      }
      Attributes.checkSizeLimit(caller, inode(), end);
    }
    inode().reserve(offset, length);
    if (grows) {
      inode().setSize(end);
      inode().touchModified();
    }
  }
}
