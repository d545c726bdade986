package dev.forklift.board.share;

import dev.forklift.engine.host.CallMemory;
import dev.forklift.engine.host.HostCalls;
import dev.forklift.engine.host.HostCalls.Call;
import dev.forklift.engine.host.HostError;

/// A file or folder of the host that is open.
final class OpenFile implements AutoCloseable {
  private static final int LIST_BYTES = 1 << 15;

  private final HostCalls calls = HostCalls.get();
  private final int descriptor;

  OpenFile(int descriptor) {
    this.descriptor = descriptor;
  }

  /// Reads what there is, at most `length`.
  int read(long offset, byte[] bytes, int start, int length) throws HostError {
    try (CallMemory memory = calls.memory()) {
      int chunk = memory.allocate(CallMemory.CHUNK);
      int done = 0;
      while (done < length) {
        int most = Math.min(length - done, CallMemory.CHUNK);
        long at = memory.address(chunk);
        int count = (int) calls.call(Call.PREAD64, descriptor, at, most, offset + done, 0);
        memory.copyOut(chunk, bytes, start + done, count);
        done += count;
        if (count < most) {
          break;
        }
      }
      return done;
    }
  }

  /// Writes; answers how much the host took.
  int write(long offset, byte[] bytes, int start, int length) throws HostError {
    try (CallMemory memory = calls.memory()) {
      int chunk = memory.allocate(CallMemory.CHUNK);
      int done = 0;
      while (done < length) {
        int most = Math.min(length - done, CallMemory.CHUNK);
        memory.copyIn(bytes, start + done, chunk, most);
        int count;
        try {
          long at = memory.address(chunk);
          count = (int) calls.call(Call.PWRITE64, descriptor, at, most, offset + done, 0);
        } catch (HostError e) {
          if (done > 0) {
            break;
          }
          throw e;
        }
        done += count;
        if (count < most) {
          break;
        }
      }
      return done;
    }
  }

  void setSize(long size) throws HostError {
    var _ = calls.call(Call.FTRUNCATE, descriptor, size, 0);
  }

  void sync() throws HostError {
    var _ = calls.call(Call.FSYNC, descriptor, 0, 0);
  }

  /// Is told what is in a folder until it says that it is enough.
  interface Listing {
    /// Takes an entry; says whether to go on.
    ///
    /// @param next where to go on behind this entry
    boolean add(long ino, long next, int type, String name) throws HostError;
  }

  /// Lists a folder from a place on that an earlier list has named; 0 is the beginning.
  void list(long from, Listing listing) throws HostError {
    var _ = calls.call(Call.LSEEK, descriptor, from, 0);
    try (CallMemory memory = calls.memory()) {
      int out = memory.allocate(LIST_BYTES);
      while (true) {
        long address = memory.address(out);
        int length = (int) calls.call(Call.GETDENTS64, descriptor, address, LIST_BYTES);
        if (length == 0) {
          return;
        }
        for (int at = out; at < out + length; at += memory.getUnsigned16(at + 16)) {
          long next = memory.getLong(at + 8);
          String name = memory.string(at + 19);
          if (!listing.add(memory.getLong(at), next, memory.getByte(at + 18), name)) {
            return;
          }
        }
      }
    }
  }

  @Override
  public void close() {
    calls.close(descriptor);
  }
}
