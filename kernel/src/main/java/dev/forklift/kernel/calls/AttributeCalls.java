package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FD;
import static dev.forklift.kernel.calls.Args.FILE;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.INT;
import static dev.forklift.kernel.calls.Args.MODE;
import static dev.forklift.kernel.calls.Args.OFFSET;
import static dev.forklift.kernel.calls.Args.PATH;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.PathFlags;
import dev.forklift.kernel.abi.TimeLayout;
import dev.forklift.kernel.abi.Timespec;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.Attributes;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.VfsPath;

/// Changing what files are like.
final class AttributeCalls {
  private static final int UTIME_NOW = (1 << 30) - 1;
  private static final int UTIME_OMIT = (1 << 30) - 2;

  private AttributeCalls() {}

  static void rows(SyscallTable table, boolean is64Bit) {
    table
        .sys(45, is64Bit ? "truncate" : "truncate64", PATH, OFFSET, AttributeCalls::truncate)
        .sys(52, "fchmod", FILE, MODE, AttributeCalls::fchmod)
        .sys(53, "fchmodat", FD, PATH, MODE, (t, fd, p, mode) -> chmod(t, fd, p, mode, 0))
        .sys(54, "fchownat", FD, PATH, INT, INT, FLAGS, AttributeCalls::chown)
        .sys(55, "fchown", FILE, INT, INT, AttributeCalls::fchown)
        .sys(
            88,
            "utimensat",
            FD,
            PATH,
            ADDR,
            FLAGS,
            (t, fd, path, times, flags) -> utimes(t, fd, path, times, flags, old(t)))
        .sys(452, "fchmodat2", FD, PATH, MODE, FLAGS, AttributeCalls::chmod);
    if (!is64Bit) {
      table.sys(
          412,
          "utimensat_time64",
          FD,
          PATH,
          ADDR,
          FLAGS,
          (t, fd, path, times, flags) -> utimes(t, fd, path, times, flags, time64(t)));
    }
  }

  private static TimeLayout old(Task task) {
    return TimeLayout.old(task.kernel().abi().dataModel());
  }

  private static TimeLayout time64(Task task) {
    return TimeLayout.time64(task.kernel().abi().dataModel());
  }

  private static long truncate(Task task, long path, long size) throws Errno {
    if (size < 0) {
      throw Errno.EINVAL;
    }
    Attributes.truncate(task, Paths.find(task, PathFlags.AT_FDCWD, path, 0), size);
    return 0;
  }

  private static long fchmod(Task task, OpenFile file, int mode) throws Errno {
    Attributes.chmod(task, file.path(), mode);
    return 0;
  }

  private static long chmod(Task task, int folder, long path, int mode, int flags) throws Errno {
    Paths.checkFlags(flags, PathFlags.AT_SYMLINK_NOFOLLOW | PathFlags.AT_EMPTY_PATH);
    Attributes.chmod(task, Paths.find(task, folder, path, flags), mode);
    return 0;
  }

  private static long fchown(Task task, OpenFile file, int uid, int gid) throws Errno {
    Attributes.chown(task, file.path(), uid, gid);
    return 0;
  }

  private static long chown(Task task, int folder, long path, int uid, int gid, int flags)
      throws Errno {
    Paths.checkFlags(flags, PathFlags.AT_SYMLINK_NOFOLLOW | PathFlags.AT_EMPTY_PATH);
    Attributes.chown(task, Paths.find(task, folder, path, flags), uid, gid);
    return 0;
  }

  private static long utimes(
      Task task, int folder, long path, long times, int flags, TimeLayout layout) throws Errno {
    Attributes.Time access = new Attributes.Time.Now();
    Attributes.Time modify = new Attributes.Time.Now();
    if (times != 0) {
      byte[] bytes = new byte[layout.timespecBytes()];
      task.memory().user().read(times, bytes);
      access = time(layout.timespec(bytes));
      task.memory().user().read(times + bytes.length, bytes);
      modify = time(layout.timespec(bytes));
    }
    VfsPath target;
    if (path == 0 && folder != PathFlags.AT_FDCWD) {
      Paths.checkFlags(flags, 0);
      target = task.files().get(folder).path();
    } else {
      Paths.checkFlags(flags, PathFlags.AT_SYMLINK_NOFOLLOW | PathFlags.AT_EMPTY_PATH);
      target = Paths.find(task, folder, path, flags);
    }
    Attributes.utimes(task, target, access, modify);
    return 0;
  }

  private static Attributes.Time time(Timespec time) throws Errno {
    if (time.nanos() == UTIME_NOW) {
      return new Attributes.Time.Now();
    }
    if (time.nanos() == UTIME_OMIT) {
      return new Attributes.Time.Unchanged();
    }
    if (time.nanos() < 0 || time.nanos() >= 1_000_000_000) {
      throw Errno.EINVAL;
    }
    return new Attributes.Time.At(time.seconds() * 1_000_000_000 + time.nanos());
  }
}
