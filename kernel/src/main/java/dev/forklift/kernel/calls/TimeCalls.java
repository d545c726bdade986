package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.INT;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Itimerspec;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.abi.TimeLayout;
import dev.forklift.kernel.abi.Timespec;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.time.Clocks;
import dev.forklift.kernel.time.Nanosleep;
import dev.forklift.kernel.time.PosixClock;
import org.jspecify.annotations.Nullable;

/// Clocks, sleeping and interval timers.
final class TimeCalls {
  private static final int CLOCK_MONOTONIC = 1;
  private static final int TIMER_ABSTIME = 1;

  private TimeCalls() {}

  static void rows(SyscallTable table, DataModel model) {
    TimeLayout old = TimeLayout.old(model);
    table
        .sys(101, "nanosleep", ADDR, ADDR, (t, time, rest) -> nanosleep(t, old, time, rest))
        .sys(102, "getitimer", INT, ADDR, (t, which, out) -> getitimer(t, old, which, out))
        .sys(103, "setitimer", INT, ADDR, ADDR, (t, w, in, out) -> setitimer(t, old, w, in, out))
        .sys(112, "clock_settime", INT, ADDR, (t, id, time) -> setTime(t, old, id, time))
        .sys(113, "clock_gettime", INT, ADDR, (t, id, out) -> getTime(t, old, id, out))
        .sys(114, "clock_getres", INT, ADDR, (t, id, out) -> getResolution(t, old, id, out))
        .sys(
            115,
            "clock_nanosleep",
            INT,
            INT,
            ADDR,
            ADDR,
            (t, id, flags, time, rest) -> clockNanosleep(t, old, id, flags, time, rest))
        .sys(169, "gettimeofday", ADDR, ADDR, (t, out, zone) -> getTimeOfDay(t, old, out, zone))
        .sys(170, "settimeofday", ADDR, ADDR, (t, in, zone) -> setTimeOfDay(t, old, in));
    if (!model.is64Bit()) {
      TimeLayout time64 = TimeLayout.time64(model);
      table
          .sys(403, "clock_gettime64", INT, ADDR, (t, id, out) -> getTime(t, time64, id, out))
          .sys(404, "clock_settime64", INT, ADDR, (t, id, time) -> setTime(t, time64, id, time))
          .sys(
              406,
              "clock_getres_time64",
              INT,
              ADDR,
              (t, id, out) -> getResolution(t, time64, id, out))
          .sys(
              407,
              "clock_nanosleep_time64",
              INT,
              INT,
              ADDR,
              ADDR,
              (t, id, flags, time, rest) -> clockNanosleep(t, time64, id, flags, time, rest));
    }
  }

  private static Timespec read(Task task, TimeLayout layout, long address) throws Errno {
    byte[] bytes = new byte[layout.timespecBytes()];
    task.memory().user().read(address, bytes);
    return layout.timespec(bytes);
  }

  private static long nanosleep(Task task, TimeLayout layout, long time, long rest) throws Errno {
    return sleep(task, layout, CLOCK_MONOTONIC, 0, time, rest);
  }

  private static long clockNanosleep(
      Task task, TimeLayout layout, int id, int flags, long time, long rest) throws Errno {
    return sleep(task, layout, id, flags, time, rest);
  }

  private static long sleep(Task task, TimeLayout layout, int id, int flags, long time, long rest)
      throws Errno {
    PosixClock clock = task.kernel().clocks().find(id, task.timeUser());
    clock.requireSleep();
    long nanos = read(task, layout, time).toValidNanos();
    if ((flags & TIMER_ABSTIME) != 0) {
      Nanosleep.sleepUntil(task.timeUser(), clock, nanos);
    } else {
      Nanosleep.sleep(task.timeUser(), clock, nanos, remainder(task, layout, rest));
    }
    return 0;
  }

  private static Nanosleep.@Nullable Remainder remainder(
      Task task, TimeLayout layout, long address) {
    return address == 0 ? null : left -> task.memory().user().write(address, layout.bytes(left));
  }

  private static long getTime(Task task, TimeLayout layout, int id, long out) throws Errno {
    Timespec now = Timespec.ofNanos(task.kernel().clocks().find(id, task.timeUser()).now());
    task.memory().user().write(out, layout.bytes(now));
    return 0;
  }

  private static long setTime(Task task, TimeLayout layout, int id, long time) throws Errno {
    PosixClock clock = task.kernel().clocks().find(id, task.timeUser());
    clock.requireSettable();
    clock.set(read(task, layout, time));
    return 0;
  }

  private static long getResolution(Task task, TimeLayout layout, int id, long out) throws Errno {
    Timespec resolution =
        Timespec.ofNanos(task.kernel().clocks().find(id, task.timeUser()).resolution());
    if (out != 0) {
      task.memory().user().write(out, layout.bytes(resolution));
    }
    return 0;
  }

  private static long getTimeOfDay(Task task, TimeLayout layout, long out, long zone) throws Errno {
    if (out != 0) {
      Timespec now = Timespec.ofNanos(task.clock().realtimeNanos());
      task.memory().user().write(out, layout.timevalBytes(now));
    }
    if (zone != 0) {
      Clocks.TimeZone timeZone = task.kernel().clocks().timeZone();
      task.memory()
          .user()
          .write(
              zone,
              new StructWriter(layout.model())
                  .u32(timeZone.minutesWest())
                  .u32(timeZone.dstTime())
                  .toBytes());
    }
    return 0;
  }

  private static long setTimeOfDay(Task task, TimeLayout layout, long in) throws Errno {
    if (in != 0) {
      byte[] bytes = new byte[layout.timespecBytes()];
      task.memory().user().read(in, bytes);
      task.kernel().clocks().setRealtime(layout.timeval(bytes), task.timeUser());
    }
    return 0;
  }

  private static long getitimer(Task task, TimeLayout layout, int which, long out) throws Errno {
    Itimerspec setting = task.group().intervalTimers().get(which);
    task.memory().user().write(out, layout.itimervalBytes(setting));
    return 0;
  }

  private static long setitimer(Task task, TimeLayout layout, int which, long in, long out)
      throws Errno {
    Itimerspec setting = Itimerspec.ofNanos(0, 0);
    if (in != 0) {
      byte[] bytes = new byte[layout.itimerspecBytes()];
      task.memory().user().read(in, bytes);
      setting = layout.itimerval(bytes);
    }
    Itimerspec before = task.group().intervalTimers().set(which, setting);
    if (out != 0) {
      task.memory().user().write(out, layout.itimervalBytes(before));
    }
    return 0;
  }
}
