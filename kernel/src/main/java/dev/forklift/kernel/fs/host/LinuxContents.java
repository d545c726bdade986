package dev.forklift.kernel.fs.host;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.fs.host.LinuxCalls.Call;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

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
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(Math.max(1, length));
      int done = 0;
      while (done < length) {
        int count =
            (int)
                calls.call(
                    Call.PREAD64,
                    descriptor,
                    buffer.address() + done,
                    length - done,
                    offset + done,
                    0);
        if (count == 0) {
          break;
        }
        done += count;
      }
      MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, bytes, start, done);
      return done;
    }
  }

  @Override
  public synchronized int write(long offset, byte[] bytes, int start, int length) throws Errno {
    requireOpen();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(Math.max(1, length));
      MemorySegment.copy(bytes, start, buffer, ValueLayout.JAVA_BYTE, 0, length);
      return (int) calls.call(Call.PWRITE64, descriptor, buffer.address(), length, offset, 0);
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
