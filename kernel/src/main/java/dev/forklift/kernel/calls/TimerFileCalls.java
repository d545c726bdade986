package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FD;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.INT;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Itimerspec;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.TimeLayout;
import dev.forklift.kernel.fs.timerfd.TimerFile;
import dev.forklift.kernel.process.Task;

/// Timers that are files.
final class TimerFileCalls {
  private final FileServices services;

  TimerFileCalls(FileServices services) {
    this.services = services;
  }

  void rows(SyscallTable table, DataModel model) {
    table.sys(85, "timerfd_create", INT, FLAGS, this::create);
    settingRows(table, 86, "timerfd_settime", 87, "timerfd_gettime", TimeLayout.old(model));
    if (!model.is64Bit()) {
      TimeLayout time64 = TimeLayout.time64(model);
      settingRows(table, 411, "timerfd_settime64", 410, "timerfd_gettime64", time64);
    }
  }

  private static void settingRows(
      SyscallTable table, int set, String setName, int get, String getName, TimeLayout layout) {
    table
        .sys(
            set,
            setName,
            FD,
            FLAGS,
            ADDR,
            ADDR,
            (t, fd, flags, in, out) -> set(t, layout, fd, flags, in, out))
        .sys(get, getName, FD, ADDR, (t, fd, out) -> get(t, layout, fd, out));
  }

  private long create(Task task, int clock, int flags) throws Errno {
    TimerFile file =
        TimerFile.create(
            services.anonymous().path("timerfd"),
            task.kernel().clocks(),
            clock,
            flags,
            task.credentials(),
            task.kernel().abi().dataModel().order());
    return Paths.install(task, file, (flags & OpenFlags.O_CLOEXEC) != 0);
  }

  private static TimerFile file(Task task, int fd) throws Errno {
    if (task.files().get(fd) instanceof TimerFile file) {
      return file;
    }
    throw Errno.EINVAL;
  }

  private static long set(Task task, TimeLayout layout, int fd, int flags, long in, long out)
      throws Errno {
    Itimerspec setting = Times.readSetting(task, layout, in);
    TimerFile.checkSetting(flags, setting);
    TimerFile file = file(task, fd);
    file.requireSettable(task.credentials());
    Itimerspec before = file.set(flags, setting);
    if (out != 0) {
      Times.write(task, layout, out, before);
    }
    return 0;
  }

  private static long get(Task task, TimeLayout layout, int fd, long out) throws Errno {
    Times.write(task, layout, out, file(task, fd).get());
    return 0;
  }
}
