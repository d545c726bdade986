package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FD;
import static dev.forklift.kernel.calls.Args.FILE;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.INT;
import static dev.forklift.kernel.calls.Args.MODE;
import static dev.forklift.kernel.calls.Args.PATH;
import static dev.forklift.kernel.calls.Args.SIZE;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.fs.pipe.Pipes;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.FileDescriptors;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.Opening;

/// Getting descriptors and closing them.
final class OpenCalls {
  private static final int OPEN_HOW_BYTES = 24;
  private static final int PAGE = 4096;
  private static final int CLOSE_RANGE_UNSHARE = 2;
  private static final int CLOSE_RANGE_CLOEXEC = 4;
  private static final int EFD_SEMAPHORE = 1;

  private final FileServices services;

  OpenCalls(FileServices services) {
    this.services = services;
  }

  void rows(SyscallTable table) {
    table
        .sys(19, "eventfd2", INT, FLAGS, this::eventfd)
        .sys(20, "epoll_create1", FLAGS, this::epollCreate)
        .sys(23, "dup", FD, (t, fd) -> t.files().duplicate(fd, 0, false, limit(t)))
        .sys(24, "dup3", FD, FD, FLAGS, OpenCalls::dup3)
        .sys(56, "openat", FD, PATH, FLAGS, MODE, OpenCalls::openat)
        .sys(57, "close", FD, OpenCalls::close)
        .sys(59, "pipe2", ADDR, FLAGS, this::pipe2)
        .sys(436, "close_range", INT, INT, FLAGS, OpenCalls::closeRange)
        .sys(437, "openat2", FD, PATH, ADDR, SIZE, OpenCalls::openat2)
        .sys(32, "flock", FILE, INT, OpenCalls::flock);
  }

  private static long limit(Task task) {
    return Paths.descriptorLimit(task);
  }

  private static long openat(Task task, int folder, long path, int flags, int mode) throws Errno {
    String name = Paths.read(task, path);
    int effective =
        task.kernel().abi().dataModel().is64Bit() ? flags | OpenFlags.O_LARGEFILE : flags;
    OpenFile file = Opening.open(task, Paths.start(task, folder, name), name, effective, mode);
    return Paths.install(task, file, (flags & OpenFlags.O_CLOEXEC) != 0);
  }

  private static long openat2(Task task, int folder, long path, long how, long size) throws Errno {
    if (size < OPEN_HOW_BYTES) {
      throw Errno.EINVAL;
    }
    if (size > PAGE) {
      throw Errno.E2BIG;
    }
    UserMemory user = task.memory().user();
    byte[] bytes = new byte[(int) size];
    user.read(how, bytes);
    for (int i = OPEN_HOW_BYTES; i < bytes.length; i++) {
      if (bytes[i] != 0) {
        throw Errno.E2BIG;
      }
    }
    StructReader in = new StructReader(user.model(), bytes);
    long flags = in.u64();
    long mode = in.u64();
    long resolve = in.u64();
    String name = Paths.read(task, path);
    OpenFile file = Opening.open(task, Paths.start(task, folder, name), name, flags, mode, resolve);
    return Paths.install(task, file, (flags & OpenFlags.O_CLOEXEC) != 0);
  }

  private static long close(Task task, int fd) throws Errno {
    task.files().close(fd);
    return 0;
  }

  private static long dup3(Task task, int fd, int target, int flags) throws Errno {
    Paths.checkFlags(flags, OpenFlags.O_CLOEXEC);
    if (fd == target) {
      throw Errno.EINVAL;
    }
    return task.files().duplicateTo(fd, target, (flags & OpenFlags.O_CLOEXEC) != 0, limit(task));
  }

  private static long closeRange(Task task, int first, int last, int flags) throws Errno {
    if ((flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)) != 0
        || Integer.compareUnsigned(first, last) > 0) {
      throw Errno.EINVAL;
    }
    int from = (int) Math.min(Integer.toUnsignedLong(first), Integer.MAX_VALUE);
    int to = (int) Math.min(Integer.toUnsignedLong(last), Integer.MAX_VALUE);
    boolean mark = (flags & CLOSE_RANGE_CLOEXEC) != 0;
    if ((flags & CLOSE_RANGE_UNSHARE) != 0 && task.files().isShared()) {
      FileDescriptors shared = task.files();
      task.setFiles(mark ? shared.fork() : shared.forkWithout(from, to));
      shared.release();
    }
    if (mark) {
      task.files().closeRangeOnExec(from, to);
    } else {
      task.files().closeRange(from, to);
    }
    return 0;
  }

  private long pipe2(Task task, long address, int flags) throws Errno {
    Paths.checkFlags(flags, OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK | OpenFlags.O_DIRECT);
    task.files().requireFree(2, limit(task));
    Pipes.Ends ends = services.pipes().create(task, flags);
    boolean closeOnExec = (flags & OpenFlags.O_CLOEXEC) != 0;
    int reader = Paths.install(task, ends.reader(), closeOnExec);
    int writer = Paths.install(task, ends.writer(), closeOnExec);
    try {
      UserMemory user = task.memory().user();
      user.putInt(address, reader);
      user.putInt(address + Integer.BYTES, writer);
    } catch (Errno e) {
      task.files().close(reader);
      task.files().close(writer);
      throw e;
    }
    return 0;
  }

  private long eventfd(Task task, int initial, int flags) throws Errno {
    Paths.checkFlags(flags, OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK | EFD_SEMAPHORE);
    OpenFile file =
        services
            .anonymous()
            .eventFile(
                Integer.toUnsignedLong(initial),
                flags,
                (flags & EFD_SEMAPHORE) != 0,
                task.kernel().abi().dataModel().order());
    return Paths.install(task, file, (flags & OpenFlags.O_CLOEXEC) != 0);
  }

  private long epollCreate(Task task, int flags) throws Errno {
    Paths.checkFlags(flags, OpenFlags.O_CLOEXEC);
    return Paths.install(task, services.anonymous().epollFile(), flags != 0);
  }

  private static long flock(Task task, OpenFile file, int operation) throws Errno {
    return Paths.use(
        file,
        f -> {
          f.inode().locks().flock(task, f, operation);
          return 0;
        });
  }
}
