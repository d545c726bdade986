package dev.forklift.kernel.proc;

import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.GuestFault;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Fcntl;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.PtraceAccess;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.VfsPath;
import org.jspecify.annotations.Nullable;

/// /proc/PID/mem: the memory of a process as a file, protection notwithstanding.
final class MemoryInode extends ProcInode {
  private static final int CHUNK = 4096;

  MemoryInode(ProcFileSystem proc, Pid pid) {
    super(proc, pid, FileMode.S_IFREG | 0600);
  }

  @Override
  public OpenFile open(Caller caller, VfsPath path, int flags) throws Errno {
    Task task = task();
    if (!PtraceAccess.byFileSystemIds((Task) caller, task)) {
      throw Errno.EACCES;
    }
    return new Open(path, flags, task.mm());
  }

  /// The memory that the process had when the file was opened, as long as that lives.
  private static final class Open extends OpenFile {
    private final @Nullable Mm mm;

    Open(VfsPath path, int flags, @Nullable Mm mm) throws Errno {
      super(path, flags);
      this.mm = mm;
    }

    private @Nullable AddressSpace space() {
      return mm == null || mm.users() == 0 ? null : mm.space();
    }

    @Override
    protected long readAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
      return transfer(
          buffer,
          offset,
          (space, at, chunk, length) -> {
            space.peek(at, chunk, 0, length);
            return buffer.put(chunk, 0, length);
          });
    }

    @Override
    protected long writeAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
      return transfer(
          buffer,
          offset,
          (space, at, chunk, length) -> {
            int got = buffer.get(chunk, 0, length);
            space.poke(at, chunk, 0, got);
            return got;
          });
    }

    /// Moves one piece that lies within a page.
    @FunctionalInterface
    private interface Move {
      int move(AddressSpace space, long at, byte[] chunk, int length) throws Errno;
    }

    private long transfer(IoBuffer buffer, long offset, Move move) throws Errno {
      AddressSpace space = space();
      if (space == null) {
        return 0;
      }
      long done = 0;
      byte[] chunk = new byte[CHUNK];
      while (buffer.remaining() > 0) {
        long at = offset + done;
        int length = (int) Math.min(CHUNK - (at & (CHUNK - 1)), buffer.remaining());
        try {
          if (at < 0 || at >= space.limit()) {
            throw Errno.EIO;
          }
          int moved = move.move(space, at, chunk, length);
          done += moved;
          if (moved < length) {
            break;
          }
        } catch (GuestFault | Errno e) {
          if (done > 0) {
            break;
          }
          throw e instanceof Errno errno ? errno : Errno.EIO;
        }
      }
      return done;
    }

    @Override
    protected long seekTarget(long offset, int whence) throws Errno {
      if (whence != Fcntl.SEEK_SET && whence != Fcntl.SEEK_CUR) {
        throw Errno.EINVAL;
      }
      return super.seekTarget(offset, whence);
    }
  }
}
