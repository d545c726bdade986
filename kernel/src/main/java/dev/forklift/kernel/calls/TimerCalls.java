package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.INT;

import dev.forklift.kernel.abi.ClockId;
import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Itimerspec;
import dev.forklift.kernel.abi.TimeLayout;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.time.PosixClock;
import dev.forklift.kernel.time.PosixTimers;
import dev.forklift.kernel.time.SigEvent;

/// Interval timers and POSIX timers.
final class TimerCalls {
  private TimerCalls() {}

  static void rows(SyscallTable table, DataModel model) {
    TimeLayout old = TimeLayout.old(model);
    table
        .sys(102, "getitimer", INT, ADDR, (t, which, out) -> getitimer(t, old, which, out))
        .sys(103, "setitimer", INT, ADDR, ADDR, (t, w, in, out) -> setitimer(t, old, w, in, out))
        .sys(107, "timer_create", INT, ADDR, ADDR, TimerCalls::create)
        .sys(109, "timer_getoverrun", INT, (t, id) -> timers(t).overrun(id))
        .sys(111, "timer_delete", INT, TimerCalls::delete);
    settingRows(table, 108, "timer_gettime", 110, "timer_settime", old);
    if (!model.is64Bit()) {
      TimeLayout time64 = TimeLayout.time64(model);
      settingRows(table, 408, "timer_gettime64", 409, "timer_settime64", time64);
    }
  }

  private static void settingRows(
      SyscallTable table, int get, String getName, int set, String setName, TimeLayout layout) {
    table
        .sys(get, getName, INT, ADDR, (t, id, out) -> get(t, layout, id, out))
        .sys(
            set,
            setName,
            INT,
            FLAGS,
            ADDR,
            ADDR,
            (t, id, flags, in, out) -> set(t, layout, id, flags, in, out));
  }

  private static PosixTimers timers(Task task) {
    return task.group().timers().posix();
  }

  private static long getitimer(Task task, TimeLayout layout, int which, long out) throws Errno {
    Itimerspec setting = task.group().timers().interval().get(which);
    task.memory().user().write(out, layout.itimervalBytes(setting));
    return 0;
  }

  private static long setitimer(Task task, TimeLayout layout, int which, long in, long out)
      throws Errno {
    Itimerspec setting = Itimerspec.ofNanos(0, 0);
    if (in != 0) {
      setting = layout.itimerval(Times.bytes(task, in, layout.itimerspecBytes()));
    }
    Itimerspec before = task.group().timers().interval().set(which, setting);
    if (out != 0) {
      task.memory().user().write(out, layout.itimervalBytes(before));
    }
    return 0;
  }

  private static long create(Task task, int clockId, long event, long id) throws Errno {
    SigEvent given = null;
    if (event != 0) {
      byte[] bytes = Times.bytes(task, event, SigEvent.SIZE);
      given = SigEvent.fromBytes(task.kernel().abi().dataModel(), bytes);
    }
    PosixClock clock = task.kernel().clocks().find(clockId, task.timeUser());
    timers(task).create(clock, given, timer -> task.memory().user().putInt(id, timer));
    return 0;
  }

  private static long get(Task task, TimeLayout layout, int id, long out) throws Errno {
    Times.write(task, layout, out, timers(task).get(id));
    return 0;
  }

  private static long set(Task task, TimeLayout layout, int id, int flags, long in, long out)
      throws Errno {
    if (in == 0) {
      throw Errno.EINVAL;
    }
    Itimerspec setting = Times.readSetting(task, layout, in);
    boolean absolute = (flags & ClockId.TIMER_ABSTIME) != 0;
    Itimerspec before = timers(task).set(id, absolute, setting);
    if (out != 0) {
      Times.write(task, layout, out, before);
    }
    return 0;
  }

  private static long delete(Task task, int id) throws Errno {
    timers(task).delete(id);
    return 0;
  }
}
