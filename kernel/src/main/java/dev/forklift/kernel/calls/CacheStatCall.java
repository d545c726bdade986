package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FILE;
import static dev.forklift.kernel.calls.Args.FLAGS;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.Permissions;

/// cachestat(2): how much of a file is in memory. What is not a hole is.
final class CacheStatCall {
  private static final int RANGE_BYTES = 16;

  private CacheStatCall() {}

  static void rows(SyscallTable table) {
    table
        .sys(451, "cachestat", FILE, ADDR, ADDR, FLAGS, CacheStatCall::cachestat)
        .partial(451, "all data counts as cached and none as dirty");
  }

  private static long cachestat(Task task, OpenFile file, long range, long out, int flags)
      throws Errno {
    StructReader r = task.memory().user().structure(range, RANGE_BYTES);
    long offset = r.u64();
    long length = r.u64();
    if (!mayLook(task, file)) {
      throw Errno.EPERM;
    }
    Paths.checkFlags(flags, 0);
    long pages = 0;
    if (file.inode().isRegular()) {
      pages = cached(file.inode(), 1L << task.memory().layout().pageShift(), offset, length);
    }
    StructWriter w = new StructWriter(task.memory().user().model());
    task.memory().user().write(out, w.u64(pages).u64(0).u64(0).u64(0).u64(0).toBytes());
    return 0;
  }

  private static boolean mayLook(Task task, OpenFile file) {
    if (file.writes() || Permissions.owns(task.credentials(), file.inode())) {
      return true;
    }
    try {
      Permissions.check(task.credentials(), file.inode(), Permissions.WRITE);
      return true;
    } catch (Errno e) {
      return false;
    }
  }

  /// Counts pages with data; a length of 0 means up to the end.
  private static long cached(Inode inode, long pageBytes, long offset, long length) throws Errno {
    long size = inode.size();
    long first = Long.divideUnsigned(offset, pageBytes);
    long last = length == 0 ? Long.MAX_VALUE : Long.divideUnsigned(offset + length - 1, pageBytes);
    long end =
        Math.min((size + pageBytes - 1) / pageBytes, last == Long.MAX_VALUE ? last : last + 1);
    long count = 0;
    long page = first;
    while (page < end) {
      long data = inode.nextData(page * pageBytes);
      if (data >= size) {
        break;
      }
      long from = Math.max(page, data / pageBytes);
      long to = Math.min(end, (inode.nextHole(data) + pageBytes - 1) / pageBytes);
      count += Math.max(0, to - from);
      page = Math.max(to, from + 1);
    }
    return count;
  }
}
