package dev.forklift.kernel.fs.dev;

import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Fcntl;
import dev.forklift.kernel.abi.Ioctls;
import dev.forklift.kernel.random.RandomSource;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.UserAccess;
import dev.forklift.kernel.vfs.VfsPath;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The devices of major number 1: null, zero, full, random, urandom.
public final class MemoryDevices {
  static final int MAJOR = 1;
  static final int NULL = 3;
  static final int ZERO = 5;
  static final int FULL = 7;
  static final int RANDOM = 8;
  static final int URANDOM = 9;

  private static final int CHUNK = 4096;
  private static final int ENTROPY_BITS = 256;

  private MemoryDevices() {}

  /// Makes them known.
  ///
  /// @param sharedMemory makes what a shared mapping of /dev/zero shows
  public static void register(
      FileSystems systems, RandomSource random, Supplier<MemoryFile> sharedMemory) {
    systems.registerCharacterDevice(MAJOR, NULL, (c, path, flags) -> new NullFile(path, flags));
    systems.registerCharacterDevice(
        MAJOR, ZERO, (c, path, flags) -> new ZeroFile(path, flags, sharedMemory));
    systems.registerCharacterDevice(MAJOR, FULL, (c, path, flags) -> new FullFile(path, flags));
    FileSystems.Driver randomDriver = (c, path, flags) -> new RandomFile(path, flags, random);
    systems.registerCharacterDevice(MAJOR, RANDOM, randomDriver);
    systems.registerCharacterDevice(MAJOR, URANDOM, randomDriver);
  }

  /// A file whose position means nothing.
  private abstract static class MemoryDevice extends OpenFile {
    MemoryDevice(VfsPath path, int flags) throws Errno {
      super(path, flags);
    }

    @Override
    protected long writeAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
      return buffer.remaining();
    }

    @Override
    protected long seekTarget(long offset, int whence) throws Errno {
      return switch (whence) {
        case Fcntl.SEEK_SET, Fcntl.SEEK_CUR, Fcntl.SEEK_END -> 0;
        default -> throw Errno.EINVAL;
      };
    }
  }

  private static final class NullFile extends MemoryDevice {
    NullFile(VfsPath path, int flags) throws Errno {
      super(path, flags);
    }

    @Override
    protected long readAt(Caller caller, IoBuffer buffer, long offset) {
      return 0;
    }
  }

  private static class ZeroFile extends MemoryDevice {
    private final Supplier<MemoryFile> sharedMemory;

    ZeroFile(VfsPath path, int flags, Supplier<MemoryFile> sharedMemory) throws Errno {
      super(path, flags);
      this.sharedMemory = sharedMemory;
    }

    @Override
    protected long readAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
      return zeros(buffer);
    }

    @Override
    public @Nullable MemoryFile memoryForMapping(boolean shared) {
      return shared ? sharedMemory.get() : null;
    }
  }

  private static final class FullFile extends MemoryDevice {
    FullFile(VfsPath path, int flags) throws Errno {
      super(path, flags);
    }

    @Override
    protected long readAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
      return zeros(buffer);
    }

    @Override
    protected long writeAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
      throw Errno.ENOSPC;
    }
  }

  private static final class RandomFile extends MemoryDevice {
    private final RandomSource random;

    RandomFile(VfsPath path, int flags, RandomSource random) throws Errno {
      super(path, flags);
      this.random = random;
    }

    @Override
    protected long readAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
      byte[] chunk = new byte[CHUNK];
      return fill(
          buffer,
          chunk,
          length -> {
            random.fill(chunk, 0, length);
          });
    }

    @Override
    public long ioctl(Caller caller, int request, long argument, UserAccess memory) throws Errno {
      if (request == Ioctls.RNDGETENTCNT) {
        memory.writeInt(argument, ENTROPY_BITS);
        return 0;
      }
      throw Errno.EINVAL;
    }
  }

  private static long zeros(IoBuffer buffer) throws Errno {
    return fill(buffer, new byte[CHUNK], length -> {});
  }

  private static long fill(IoBuffer buffer, byte[] chunk, java.util.function.IntConsumer next)
      throws Errno {
    long done = 0;
    while (buffer.remaining() > 0) {
      int length = (int) Math.min(chunk.length, buffer.remaining());
      next.accept(length);
      int given;
      try {
        given = buffer.put(chunk, 0, length);
      } catch (Errno e) {
        if (done == 0) {
          throw e;
        }
        break;
      }
      done += given;
      if (given < length) {
        break;
      }
    }
    return done;
  }
}
