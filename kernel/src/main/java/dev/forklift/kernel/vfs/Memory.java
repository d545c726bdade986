package dev.forklift.kernel.vfs;

import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.kernel.abi.Errno;
import java.io.IOException;

/// Memory files as system calls see them: what cannot be read is EIO.
final class Memory {
  private Memory() {}

  static int read(MemoryFile file, long offset, byte[] destination, int length) throws Errno {
    try {
      return file.read(offset, destination, 0, length);
    } catch (IOException e) {
      throw Errno.EIO;
    }
  }

  static int write(MemoryFile file, long offset, byte[] source, int length) throws Errno {
    try {
      return file.write(offset, source, 0, length);
    } catch (IOException e) {
      throw Errno.EIO;
    }
  }

  static void zero(MemoryFile file, long offset, long length) throws Errno {
    try {
      if (!file.zero(offset, length)) {
        throw Errno.ENOSPC;
      }
    } catch (IOException e) {
      throw Errno.EIO;
    }
  }
}
