package dev.forklift.kernel.loader;

import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.vfs.OpenFile;
import java.io.IOException;

/// Reading program files.
final class FileBytes {
  private FileBytes() {}

  /// Reads what there is at `offset`, and says how much.
  static int read(OpenFile file, long offset, byte[] destination) throws Errno {
    MemoryFile memory = file.inode().memoryFile();
    if (memory == null || offset < 0) {
      throw Errno.EINVAL;
    }
    try {
      return memory.read(offset, destination, 0, destination.length);
    } catch (IOException e) {
      throw Errno.EIO;
    }
  }

  /// Reads all of `destination`, or fails with EIO.
  static void readFully(OpenFile file, long offset, byte[] destination) throws Errno {
    if (read(file, offset, destination) < destination.length) {
      throw Errno.EIO;
    }
  }
}
