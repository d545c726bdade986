package dev.forklift.kernel.fs.pipe;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.vfs.KernelBuffer;
import dev.forklift.kernel.vfs.OpenFile;
import java.util.Arrays;

/// Moves bytes into pipes, out of them and between them (splice(2), tee(2), vmsplice(2)).
///
/// The files have been checked for their modes.
public final class Splice {
  private final Caller caller;
  private final boolean nonblocking;

  /// @param nonblocking whether pipes are not to be waited for (SPLICE_F_NONBLOCK)
  public Splice(Caller caller, boolean nonblocking) {
    this.caller = caller;
    this.nonblocking = nonblocking;
  }

  /// Whether it is an end of a pipe.
  public static boolean isPipe(OpenFile file) {
    return file instanceof PipeFile;
  }

  private static Pipe pipe(OpenFile file) {
    return ((PipeFile) file).pipe();
  }

  private boolean nonblocking(OpenFile file) {
    return nonblocking || file.isNonblocking();
  }

  /// Moves up to `count` bytes from one pipe to another.
  public long betweenPipes(OpenFile from, OpenFile to, long count) throws Errno {
    Pipe source = pipe(from);
    Pipe target = pipe(to);
    if (source == target) {
      throw Errno.EINVAL;
    }
    boolean hurry = nonblocking(from) || nonblocking(to);
    if (!source.awaitBytes(caller, hurry)) {
      return 0;
    }
    target.awaitRoom(caller, hurry);
    long done = 0;
    while (done < count && target.hasRoom()) {
      byte[] bytes = source.take((int) Math.min(count - done, PipeBuffer.PAGE));
      if (bytes.length == 0) {
        break;
      }
      target.put(bytes);
      done += bytes.length;
    }
    return done;
  }

  /// Copies up to `count` bytes from one pipe to another (tee(2)).
  public long tee(OpenFile from, OpenFile to, long count) throws Errno {
    Pipe source = pipe(from);
    Pipe target = pipe(to);
    if (source == target) {
      throw Errno.EINVAL;
    }
    boolean hurry = nonblocking(from) || nonblocking(to);
    if (!source.awaitBytes(caller, hurry)) {
      return 0;
    }
    target.awaitRoom(caller, hurry);
    return source.copyTo(target, count);
  }

  /// Moves up to `count` bytes of a file into a pipe.
  ///
  /// @param offset where to read, or -1 for the file's position, which then moves
  public long fromFile(OpenFile file, long offset, OpenFile to, long count) throws Errno {
    Pipe pipe = pipe(to);
    pipe.awaitRoom(caller, nonblocking(to));
    long most = Math.min(count, (long) pipe.freeBuffers() * PipeBuffer.PAGE);
    byte[] bytes = new byte[(int) most];
    KernelBuffer buffer = KernelBuffer.of(bytes, 0, bytes.length);
    int got = (int) (offset < 0 ? file.read(caller, buffer) : file.pread(caller, buffer, offset));
    for (int done = 0; done < got; done += PipeBuffer.PAGE) {
      pipe.put(Arrays.copyOfRange(bytes, done, Math.min(got, done + PipeBuffer.PAGE)));
    }
    return got;
  }

  /// Moves up to `count` bytes of a pipe into a file.
  ///
  /// @param offset where to write, or -1 for the file's position, which then moves
  public long toFile(OpenFile from, OpenFile file, long offset, long count) throws Errno {
    if (file.has(OpenFlags.O_APPEND)) {
      throw Errno.EINVAL;
    }
    Pipe pipe = pipe(from);
    if (!pipe.awaitBytes(caller, nonblocking(from))) {
      return 0;
    }
    long done = 0;
    while (done < count) {
      byte[] bytes = pipe.take((int) Math.min(count - done, PipeBuffer.PAGE));
      if (bytes.length == 0) {
        break;
      }
      int written = 0;
      try {
        KernelBuffer buffer = KernelBuffer.of(bytes, 0, bytes.length);
        written =
            (int)
                (offset < 0
                    ? file.write(caller, buffer)
                    : file.pwrite(caller, buffer, offset + done));
      } catch (Errno e) {
        if (done == 0) {
          throw e;
        }
      } finally {
        if (written < bytes.length) {
          pipe.putBack(Arrays.copyOfRange(bytes, written, bytes.length));
        }
      }
      done += written;
      if (written < bytes.length) {
        break;
      }
    }
    return done;
  }

  /// Puts a copy of user memory into a pipe (vmsplice(2)).
  public long fromMemory(IoBuffer memory, OpenFile to) throws Errno {
    Pipe pipe = pipe(to);
    long done = 0;
    while (memory.remaining() > 0) {
      try {
        // Waits for room at most once.
        pipe.awaitRoom(caller, done > 0 || nonblocking);
        byte[] bytes = new byte[(int) Math.min(memory.remaining(), PipeBuffer.PAGE)];
        int got = memory.get(bytes, 0, bytes.length);
        pipe.put(Arrays.copyOf(bytes, got));
        done += got;
      } catch (Errno e) {
        if (done == 0) {
          throw e;
        }
        break;
      }
    }
    return done;
  }
}
