package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.Errno;

/// Copies from one open file to another without a detour through user memory (sendfile(2),
/// copy_file_range(2)).
public final class FileCopy {
  private static final int CHUNK = 64 * 1024;

  private final Caller caller;
  private final OpenFile source;
  private final OpenFile target;
  private long from;
  private long to;

  /// @param from where to read, or -1 for the source's position, which then moves
  /// @param to where to write, or -1 for the target's position, which then moves
  public FileCopy(Caller caller, OpenFile source, long from, OpenFile target, long to) {
    this.caller = caller;
    this.source = source;
    this.target = target;
    this.from = from;
    this.to = to;
  }

  /// Copies up to `count` bytes.
  ///
  /// @return how many, fewer at the end of the source or if the target takes no more
  public long run(long count) throws Errno {
    source.retain();
    target.retain();
    long done = 0;
    try {
      byte[] chunk = new byte[(int) Math.min(CHUNK, count)];
      while (done < count) {
        int wanted = (int) Math.min(chunk.length, count - done);
        int got = (int) read(KernelBuffer.of(chunk, 0, wanted));
        if (got == 0) {
          break;
        }
        int written = 0;
        try {
          while (written < got) {
            written += (int) write(KernelBuffer.of(chunk, written, got));
          }
        } finally {
          done += written;
          unread(got - written);
        }
      }
    } catch (Errno e) {
      if (done == 0) {
        throw e;
      }
    } finally {
      source.release();
      target.release();
    }
    return done;
  }

  private long read(IoBuffer buffer) throws Errno {
    if (from < 0) {
      return source.read(caller, buffer);
    }
    long count = source.pread(caller, buffer, from);
    from += count;
    return count;
  }

  private long write(IoBuffer buffer) throws Errno {
    if (to < 0) {
      return target.write(caller, buffer);
    }
    long count = target.pwrite(caller, buffer, to);
    to += count;
    return count;
  }

  /// Goes back over what has been read and not been written.
  private void unread(int count) {
    if (count > 0) {
      if (from >= 0) {
        from -= count;
      } else if (source.isSeekable()) {
        source.setPosition(source.position() - count);
      }
    }
  }

  /// Where reading at an offset has got to.
  public long sourcePosition() {
    return from;
  }

  /// Where writing at an offset has got to.
  public long targetPosition() {
    return to;
  }
}
