package dev.forklift.kernel.fs.host;

import dev.forklift.engine.host.CallMemory;
import dev.forklift.engine.host.HostCalls.Call;
import dev.forklift.engine.host.HostStatus;
import dev.forklift.kernel.abi.Errno;

/// An open file of a Linux host.
final class LinuxContents implements HostContents {
  private final LinuxCalls calls = LinuxCalls.get();
  private final int descriptor;
  private final boolean writable;

  // Guarded by this: a descriptor that is closed while another thread reads would soon be that of
  // another file.
  private boolean closed;

  LinuxContents(int descriptor, boolean writable) {
    this.descriptor = descriptor;
    this.writable = writable;
  }

  @Override
  public boolean isWritable() {
    return writable;
  }

  private void requireOpen() throws Errno {
    if (closed) {
      throw Errno.EBADF;
    }
  }

  @Override
  public synchronized HostStatus status() throws Errno {
    requireOpen();
    return calls.status(descriptor, "");
  }

  @Override
  public synchronized int read(long offset, byte[] bytes, int start, int length) throws Errno {
    requireOpen();
    try (CallMemory memory = calls.memory()) {
      int chunk = memory.allocate(Math.min(length, CallMemory.CHUNK));
      int done = 0;
      while (done < length) {
        int count =
            (int)
                calls.call(
                    Call.PREAD64,
                    descriptor,
                    memory.address(chunk),
                    Math.min(length - done, CallMemory.CHUNK),
                    offset + done,
                    0);
        if (count == 0) {
          break;
        }
        memory.copyOut(chunk, bytes, start + done, count);
        done += count;
      }
      return done;
    }
  }

  @Override
  public synchronized int write(long offset, byte[] bytes, int start, int length) throws Errno {
    requireOpen();
    try (CallMemory memory = calls.memory()) {
      int chunk = memory.allocate(Math.min(length, CallMemory.CHUNK));
      int done = 0;
      do {
        int most = Math.min(length - done, CallMemory.CHUNK);
        memory.copyIn(bytes, start + done, chunk, most);
        int count = write(memory.address(chunk), most, offset + done, done > 0);
        done += count;
        if (count < most) {
          break;
        }
      } while (done < length);
      return done;
    }
  }

  /// @param partial whether something has been written already, so that an error is for the next
  ///   call
  private int write(long from, int length, long offset, boolean partial) throws Errno {
    try {
      return (int) calls.call(Call.PWRITE64, descriptor, from, length, offset, 0);
    } catch (Errno e) {
      if (partial) {
        return 0;
      }
      throw e;
    }
  }

  @Override
  public synchronized void setSize(long size) throws Errno {
    requireOpen();
    var _ = calls.call(Call.FTRUNCATE, descriptor, size, 0);
  }

  @Override
  public synchronized void setPermissions(int permissions) throws Errno {
    requireOpen();
    var _ = calls.call(Call.FCHMOD, descriptor, permissions, 0);
  }

  @Override
  public synchronized void sync() throws Errno {
    requireOpen();
    var _ = calls.call(Call.FSYNC, descriptor, 0, 0);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      calls.close(descriptor);
    }
  }
}
