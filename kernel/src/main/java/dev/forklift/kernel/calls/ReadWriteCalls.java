package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FD;
import static dev.forklift.kernel.calls.Args.FILE;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.INT;
import static dev.forklift.kernel.calls.Args.LONG;
import static dev.forklift.kernel.calls.Args.OFFSET;
import static dev.forklift.kernel.calls.Args.SIZE;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.mm.UserBuffer;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.FileCopy;
import dev.forklift.kernel.vfs.FileEvents;
import dev.forklift.kernel.vfs.OpenFile;

/// Reading, writing, seeking, and what else concerns the contents of open files.
final class ReadWriteCalls {
  /// RWF_HIPRI, DSYNC, SYNC, NOWAIT and APPEND.
  private static final int RWF_KNOWN = 0x1f;

  private static final int RWF_NOWAIT = 8;
  private static final int RWF_APPEND = 0x10;

  private ReadWriteCalls() {}

  static void rows(SyscallTable table, boolean is64Bit) {
    if (is64Bit) {
      table.sys(62, "lseek", FILE, LONG, INT, (t, file, offset, how) -> file.seek(offset, how));
    } else {
      table.sys(62, "_llseek", FILE, LONG, SIZE, ADDR, INT, ReadWriteCalls::llseek);
    }
    table
        .sys(46, is64Bit ? "ftruncate" : "ftruncate64", FILE, OFFSET, ReadWriteCalls::ftruncate)
        .sys(47, "fallocate", FILE, INT, OFFSET, OFFSET, ReadWriteCalls::fallocate)
        .sys(63, "read", FILE, ADDR, SIZE, ReadWriteCalls::read)
        .sys(64, "write", FILE, ADDR, SIZE, ReadWriteCalls::write)
        .sys(65, "readv", FILE, ADDR, SIZE, ReadWriteCalls::readv)
        .sys(66, "writev", FILE, ADDR, SIZE, ReadWriteCalls::writev)
        .sys(67, "pread64", FILE, ADDR, SIZE, OFFSET, ReadWriteCalls::pread)
        .sys(68, "pwrite64", FILE, ADDR, SIZE, OFFSET, ReadWriteCalls::pwrite)
        .sys(69, "preadv", FILE, ADDR, SIZE, SIZE, SIZE, ReadWriteCalls::preadv)
        .sys(70, "pwritev", FILE, ADDR, SIZE, SIZE, SIZE, ReadWriteCalls::pwritev)
        .sys(71, is64Bit ? "sendfile" : "sendfile64", FD, FD, ADDR, SIZE, ReadWriteCalls::sendfile)
        .sys(81, "sync", t -> 0)
        .sys(82, "fsync", FILE, ReadWriteCalls::fsync)
        .sys(83, "fdatasync", FILE, ReadWriteCalls::fsync)
        .sys(84, "sync_file_range", FILE, OFFSET, OFFSET, FLAGS, ReadWriteCalls::syncRange)
        .sys(213, "readahead", FILE, OFFSET, SIZE, ReadWriteCalls::readahead)
        .sys(
            223,
            is64Bit ? "fadvise64" : "fadvise64_64",
            FILE,
            OFFSET,
            OFFSET,
            INT,
            ReadWriteCalls::advise)
        .sys(267, "syncfs", FILE, (t, file) -> 0)
        .sys(
            285,
            "copy_file_range",
            FILE,
            ADDR,
            FILE,
            ADDR,
            SIZE,
            FLAGS,
            ReadWriteCalls::copyFileRange)
        .sys(286, "preadv2", FILE, ADDR, SIZE, SIZE, SIZE, FLAGS, ReadWriteCalls::preadv2)
        .sys(287, "pwritev2", FILE, ADDR, SIZE, SIZE, SIZE, FLAGS, ReadWriteCalls::pwritev2);
  }

  private static UserBuffer buffer(Task task, long address, long length) throws Errno {
    return UserBuffer.of(task.memory().user(), address, length);
  }

  private static UserBuffer vector(Task task, long vector, long count) throws Errno {
    return UserBuffer.ofVector(task.memory().user(), vector, count);
  }

  private static void requireMode(boolean open) throws Errno {
    if (!open) {
      throw Errno.EBADF;
    }
  }

  private static long read(Task task, OpenFile file, long address, long length) throws Errno {
    requireMode(file.reads());
    UserBuffer buffer = buffer(task, address, length);
    return Paths.use(file, f -> f.read(task, buffer));
  }

  private static long write(Task task, OpenFile file, long address, long length) throws Errno {
    requireMode(file.writes());
    UserBuffer buffer = buffer(task, address, length);
    return Paths.use(file, f -> f.write(task, buffer));
  }

  private static long readv(Task task, OpenFile file, long vector, long count) throws Errno {
    requireMode(file.reads());
    UserBuffer buffer = vector(task, vector, count);
    return Paths.use(file, f -> f.read(task, buffer));
  }

  private static long writev(Task task, OpenFile file, long vector, long count) throws Errno {
    requireMode(file.writes());
    UserBuffer buffer = vector(task, vector, count);
    return Paths.use(file, f -> f.write(task, buffer));
  }

  private static long pread(Task task, OpenFile file, long address, long length, long offset)
      throws Errno {
    file.checkOffset(offset);
    requireMode(file.reads());
    UserBuffer buffer = buffer(task, address, length);
    return Paths.use(file, f -> f.pread(task, buffer, offset));
  }

  private static long pwrite(Task task, OpenFile file, long address, long length, long offset)
      throws Errno {
    file.checkOffset(offset);
    requireMode(file.writes());
    UserBuffer buffer = buffer(task, address, length);
    return Paths.use(file, f -> f.pwrite(task, buffer, offset));
  }

  /// An offset in two registers, the low one first whatever the byte order; a 64-bit guest needs
  /// the first one only.
  private static long offset(Task task, long low, long high) {
    return task.kernel().abi().dataModel().is64Bit() ? low : high << 32 | low;
  }

  private static long preadv(Task task, OpenFile file, long vector, long count, long low, long high)
      throws Errno {
    long offset = offset(task, low, high);
    file.checkOffset(offset);
    requireMode(file.reads());
    UserBuffer buffer = vector(task, vector, count);
    return Paths.use(file, f -> f.pread(task, buffer, offset));
  }

  private static long pwritev(
      Task task, OpenFile file, long vector, long count, long low, long high) throws Errno {
    long offset = offset(task, low, high);
    file.checkOffset(offset);
    requireMode(file.writes());
    UserBuffer buffer = vector(task, vector, count);
    return Paths.use(file, f -> f.pwrite(task, buffer, offset));
  }

  private static long preadv2(
      Task task, OpenFile file, long vector, long count, long low, long high, int flags)
      throws Errno {
    checkFlags(flags);
    if ((flags & RWF_APPEND) != 0) {
      throw Errno.EOPNOTSUPP;
    }
    return offset(task, low, high) == -1
        ? readv(task, file, vector, count)
        : preadv(task, file, vector, count, low, high);
  }

  private static long pwritev2(
      Task task, OpenFile file, long vector, long count, long low, long high, int flags)
      throws Errno {
    checkFlags(flags);
    boolean append = (flags & RWF_APPEND) != 0;
    if (offset(task, low, high) == -1 && !append) {
      return writev(task, file, vector, count);
    }
    if (!append) {
      return pwritev(task, file, vector, count, low, high);
    }
    file.checkOffset(0);
    requireMode(file.writes());
    UserBuffer buffer = vector(task, vector, count);
    return Paths.use(file, f -> f.pwrite(task, buffer, f.inode().size()));
  }

  private static void checkFlags(int flags) throws Errno {
    if ((flags & ~RWF_KNOWN) != 0 || (flags & RWF_NOWAIT) != 0) {
      throw Errno.EOPNOTSUPP;
    }
  }

  private static long llseek(Task task, OpenFile file, long high, long low, long result, int whence)
      throws Errno {
    long position = file.seek(high << 32 | low, whence);
    task.memory().user().putLong(result, position);
    return 0;
  }

  private static long ftruncate(Task task, OpenFile file, long size) throws Errno {
    if (size < 0) {
      throw Errno.EINVAL;
    }
    file.setSize(task, size);
    return 0;
  }

  private static long fallocate(Task task, OpenFile file, int mode, long offset, long length)
      throws Errno {
    if (offset < 0 || length <= 0) {
      throw Errno.EINVAL;
    }
    requireMode(file.writes());
    if (file.inode().isDirectory()) {
      throw Errno.EISDIR;
    }
    file.allocate(task, mode, offset, length);
    FileEvents.at(file.path(), FileEvents.MODIFY);
    return 0;
  }

  private static long fsync(Task task, OpenFile file) throws Errno {
    file.sync();
    return 0;
  }

  private static long syncRange(Task task, OpenFile file, long offset, long length, int flags)
      throws Errno {
    Paths.checkFlags(flags, 7);
    if (offset < 0 || length < 0 || offset + length < 0) {
      throw Errno.EINVAL;
    }
    if (!file.inode().isRegular() && !file.inode().isDirectory()) {
      throw Errno.ESPIPE;
    }
    return 0;
  }

  private static long readahead(Task task, OpenFile file, long offset, long count) throws Errno {
    requireMode(file.reads());
    if (!file.inode().isRegular()) {
      throw Errno.EINVAL;
    }
    return 0;
  }

  private static long advise(Task task, OpenFile file, long offset, long length, int advice)
      throws Errno {
    if (file.inode().isFifo()) {
      throw Errno.ESPIPE;
    }
    if (length < 0 || advice < 0 || advice > 5) {
      throw Errno.EINVAL;
    }
    return 0;
  }

  /// sendfile(2): from a file that can seek to anything.
  private static long sendfile(Task task, int out, int in, long offset, long count) throws Errno {
    UserMemory user = task.memory().user();
    long from = offset == 0 ? -1 : user.getLong(offset);
    OpenFile source = task.files().get(in);
    requireMode(source.reads());
    if (offset != 0) {
      source.checkOffset(from);
    }
    OpenFile target = task.files().get(out);
    requireMode(target.writes());
    if (source.inode().isFifo() || source.inode().isDirectory() || target.has(OpenFlags.O_APPEND)) {
      throw Errno.EINVAL;
    }
    FileCopy copy = new FileCopy(task, source, from, target, -1);
    try {
      return copy.run(count);
    } finally {
      if (offset != 0) {
        user.putLong(offset, copy.sourcePosition());
      }
    }
  }

  private static long copyFileRange(
      Task task,
      OpenFile source,
      long sourceOffset,
      OpenFile target,
      long targetOffset,
      long count,
      int flags)
      throws Errno {
    Paths.checkFlags(flags, 0);
    UserMemory user = task.memory().user();
    long from = sourceOffset == 0 ? -1 : user.getLong(sourceOffset);
    long to = targetOffset == 0 ? -1 : user.getLong(targetOffset);
    if (source.inode().isDirectory() || target.inode().isDirectory()) {
      throw Errno.EISDIR;
    }
    if (!source.inode().isRegular() || !target.inode().isRegular()) {
      throw Errno.EINVAL;
    }
    requireMode(source.reads() && target.writes() && !target.has(OpenFlags.O_APPEND));
    if (source.inode().fileSystem() != target.inode().fileSystem()) {
      throw Errno.EXDEV;
    }
    long first = from < 0 ? source.position() : from;
    long second = to < 0 ? target.position() : to;
    if (source.inode() == target.inode() && first < second + count && second < first + count) {
      throw Errno.EINVAL;
    }
    FileCopy copy = new FileCopy(task, source, from, target, to);
    long done = copy.run(count);
    if (sourceOffset != 0) {
      user.putLong(sourceOffset, copy.sourcePosition());
    }
    if (targetOffset != 0) {
      user.putLong(targetOffset, copy.targetPosition());
    }
    return done;
  }
}
