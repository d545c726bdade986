package dev.forklift.kernel.fs.host;

import dev.forklift.engine.host.CallMemory;
import dev.forklift.engine.host.HostCalls;
import dev.forklift.engine.host.HostError;
import dev.forklift.engine.host.HostStatus;
import dev.forklift.kernel.abi.Errno;

/// System calls of a Linux host on files, whose errors are those of the guest.
final class LinuxCalls {
  private final HostCalls calls = HostCalls.get();

  private static final class Linked {
    static final LinuxCalls CALLS = new LinuxCalls();
  }

  private LinuxCalls() {}

  static LinuxCalls get() {
    return Linked.CALLS;
  }

  private static Errno errno(HostError error) {
    Errno errno = Errno.of(error.number());
    return errno == null ? Errno.EIO : errno;
  }

  /// Memory for a call, to be closed.
  CallMemory memory() {
    return calls.memory();
  }

  /// Makes a call that answers with an error or at least 0.
  long call(HostCalls.Call call, long a, long b, long c, long d, long e) throws Errno {
    try {
      return calls.call(call, a, b, c, d, e);
    } catch (HostError error) {
      throw errno(error);
    }
  }

  long call(HostCalls.Call call, long a, long b, long c) throws Errno {
    return call(call, a, b, c, 0, 0);
  }

  /// Opens a file relative to a folder, and leaves the JVM enough descriptors.
  ///
  /// @throws Errno ENFILE if too many are open
  int open(int folder, long path, int flags, int mode) throws Errno {
    try {
      return calls.open(folder, path, flags, mode);
    } catch (HostError error) {
      throw errno(error);
    }
  }

  void close(int descriptor) {
    calls.close(descriptor);
  }

  /// About an open file, or an entry of an open folder if `path` is not empty.
  HostStatus status(int descriptor, String path) throws Errno {
    try {
      return calls.status(descriptor, path);
    } catch (HostError error) {
      throw errno(error);
    }
  }
}
