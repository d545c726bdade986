package dev.forklift.kernel.mm;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.vfs.IoBuffer;

/// Copying between the memory of two processes (process_vm_readv(2), process_vm_writev(2)).
public final class ProcessVm {
  private static final int CHUNK = 64 * 1024;

  private ProcessVm() {}

  /// Copies from `source` to `destination` until either ends or cannot be accessed.
  ///
  /// @return how many bytes
  /// @throws Errno EFAULT if not a single one could be copied
  public static long copy(IoBuffer source, IoBuffer destination) throws Errno {
    long total = Math.min(source.remaining(), destination.remaining());
    byte[] chunk = new byte[(int) Math.min(CHUNK, total)];
    long done = 0;
    while (done < total) {
      int wanted = (int) Math.min(chunk.length, total - done);
      try {
        int got = source.get(chunk, 0, wanted);
        int put = destination.put(chunk, 0, got);
        done += put;
        if (put < wanted) {
          break;
        }
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
