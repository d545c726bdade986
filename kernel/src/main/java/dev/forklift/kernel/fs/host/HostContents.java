package dev.forklift.kernel.fs.host;

import dev.forklift.engine.host.HostStatus;
import dev.forklift.kernel.abi.Errno;

/// An open regular file of the host. May be used and closed by several threads at once; what comes
/// after closing is refused with EBADF.
interface HostContents extends AutoCloseable {
  boolean isWritable();

  HostStatus status() throws Errno;

  /// Reads, and answers how many bytes there were; fewer than asked for only at the end.
  int read(long offset, byte[] bytes, int start, int length) throws Errno;

  /// Writes, and answers how many bytes were written.
  int write(long offset, byte[] bytes, int start, int length) throws Errno;

  void setSize(long size) throws Errno;

  void setPermissions(int permissions) throws Errno;

  void sync() throws Errno;

  @Override
  void close();
}
