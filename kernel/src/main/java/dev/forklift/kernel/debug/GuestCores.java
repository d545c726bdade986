package dev.forklift.kernel.debug;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.process.CoreDumper;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.vfs.DirectoryChanges;
import dev.forklift.kernel.vfs.KernelBuffer;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.Opening;
import java.io.IOException;

/// Core files as a guest asks for them with RLIMIT_CORE: `core` in the current folder (core(5)).
public final class GuestCores implements CoreDumper {
  /// A limit below this is as none at all.
  private static final long SMALLEST = 4096;

  private static final String NAME = "core";
  private static final int OWNER_ONLY = 0600;

  /// Nobody is tricked into overwriting a file that is there.
  private static final int FLAGS =
      OpenFlags.O_CREAT
          | OpenFlags.O_EXCL
          | OpenFlags.O_WRONLY
          | OpenFlags.O_NOFOLLOW
          | OpenFlags.O_LARGEFILE;

  @Override
  public boolean dump(Task task, SigInfo info) {
    long limit = task.group().limits().soft(ResourceLimits.RLIMIT_CORE);
    if (limit < SMALLEST || !task.isDumpable()) {
      return false;
    }
    try {
      DirectoryChanges.unlink(task, null, NAME);
    } catch (Errno e) {
      // Then there is none, or opening will say what is wrong.
    }
    try {
      OpenFile file = Opening.open(task, null, NAME, FLAGS, OWNER_ONLY);
      try {
        write(task, CoreImage.of(task, info), file, limit);
        return true;
      } finally {
        file.release();
      }
    } catch (Errno e) {
      return false;
    }
  }

  /// What does not fit any more is left out; there is a core file all the same.
  private static void write(Task task, CoreImage image, OpenFile file, long limit) {
    try {
      image.writeTo(
          new CoreOutput() {
            private long written;

            @Override
            public void write(long offset, byte[] bytes, int length) throws IOException {
              written += length;
              try {
                if (written > limit
                    || file.pwrite(task, KernelBuffer.of(bytes, 0, length), offset) < length) {
                  throw new IOException("full");
                }
              } catch (Errno e) {
                throw new IOException(e);
              }
            }

            @Override
            public void end(long size) throws IOException {
              try {
                file.setSize(task, size);
              } catch (Errno e) {
                throw new IOException(e);
              }
            }
          });
    } catch (IOException e) {
      // No room.
    }
  }
}
