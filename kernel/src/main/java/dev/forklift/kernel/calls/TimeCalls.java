package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.INT;

import dev.forklift.kernel.abi.ClockId;
import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.abi.TimeLayout;
import dev.forklift.kernel.abi.Timespec;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.time.Clocks;
import dev.forklift.kernel.time.Nanosleep;
import dev.forklift.kernel.time.PosixClock;
import dev.forklift.kernel.time.TimeAdjustment;
import dev.forklift.kernel.time.Timex;
import org.jspecify.annotations.Nullable;

/// Clocks, setting them, and sleeping.
final class TimeCalls {
  private static final int TIME_ZONE_BYTES = 8;

  private TimeCalls() {}

  static void rows(SyscallTable table, DataModel model) {
    TimeLayout old = TimeLayout.old(model);
    table
        .sys(
            101,
            "nanosleep",
            ADDR,
            ADDR,
            (t, time, rest) -> sleep(t, old, ClockId.CLOCK_MONOTONIC, 0, time, rest))
        .sys(169, "gettimeofday", ADDR, ADDR, (t, out, zone) -> getTimeOfDay(t, old, out, zone))
        .sys(170, "settimeofday", ADDR, ADDR, (t, in, zone) -> setTimeOfDay(t, old, in, zone))
        .sys(171, "adjtimex", ADDR, (t, timex) -> adjust(t, old, timex, readTimex(t, old, timex)))
        .partial(171, "the speed of the clock stays as it is");
    setTimeRow(table, 112, "clock_settime", old);
    getTimeRow(table, 113, "clock_gettime", old);
    resolutionRow(table, 114, "clock_getres", old);
    sleepRow(table, 115, "clock_nanosleep", old);
    adjustRow(table, 266, "clock_adjtime", old);
    if (!model.is64Bit()) {
      TimeLayout time64 = TimeLayout.time64(model);
      getTimeRow(table, 403, "clock_gettime64", time64);
      setTimeRow(table, 404, "clock_settime64", time64);
      adjustRow(table, 405, "clock_adjtime64", time64);
      resolutionRow(table, 406, "clock_getres_time64", time64);
      sleepRow(table, 407, "clock_nanosleep_time64", time64);
    }
  }

  private static void setTimeRow(SyscallTable table, int number, String name, TimeLayout layout) {
    table.sys(number, name, INT, ADDR, (t, id, time) -> setTime(t, layout, id, time));
  }

  private static void getTimeRow(SyscallTable table, int number, String name, TimeLayout layout) {
    table.sys(number, name, INT, ADDR, (t, id, out) -> getTime(t, layout, id, out));
  }

  private static void resolutionRow(
      SyscallTable table, int number, String name, TimeLayout layout) {
    table.sys(number, name, INT, ADDR, (t, id, out) -> getResolution(t, layout, id, out));
  }

  private static void sleepRow(SyscallTable table, int number, String name, TimeLayout layout) {
    table.sys(
        number,
        name,
        INT,
        INT,
        ADDR,
        ADDR,
        (t, id, flags, time, rest) -> sleep(t, layout, id, flags, time, rest));
  }

  private static void adjustRow(SyscallTable table, int number, String name, TimeLayout layout) {
    table
        .sys(number, name, INT, ADDR, (t, id, timex) -> adjust(t, layout, id, timex))
        .partial(number, "the speed of the clock stays as it is");
  }

  private static PosixClock clock(Task task, int id) throws Errno {
    return task.kernel().clocks().find(id, task.timeUser());
  }

  private static long sleep(Task task, TimeLayout layout, int id, int flags, long time, long rest)
      throws Errno {
    PosixClock clock = clock(task, id);
    clock.requireSleep();
    long nanos = Times.read(task, layout, time).toValidNanos();
    if ((flags & ClockId.TIMER_ABSTIME) != 0) {
      Nanosleep.sleepUntil(task.timeUser(), clock, nanos);
    } else {
      Nanosleep.sleep(task.timeUser(), clock, nanos, remainder(task, layout, rest));
    }
    return 0;
  }

  private static Nanosleep.@Nullable Remainder remainder(
      Task task, TimeLayout layout, long address) {
    return address == 0 ? null : left -> Times.write(task, layout, address, left);
  }

  private static long getTime(Task task, TimeLayout layout, int id, long out) throws Errno {
    Times.write(task, layout, out, Timespec.ofNanos(clock(task, id).now()));
    return 0;
  }

  private static long setTime(Task task, TimeLayout layout, int id, long time) throws Errno {
    PosixClock clock = clock(task, id);
    clock.requireSettable();
    clock.set(Times.read(task, layout, time));
    return 0;
  }

  private static long getResolution(Task task, TimeLayout layout, int id, long out) throws Errno {
    Timespec resolution = Timespec.ofNanos(clock(task, id).resolution());
    if (out != 0) {
      Times.write(task, layout, out, resolution);
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
      StructWriter w =
          new StructWriter(layout.model()).u32(timeZone.minutesWest()).u32(timeZone.dstTime());
      task.memory().user().write(zone, w.toBytes());
    }
    return 0;
  }

  private static long setTimeOfDay(Task task, TimeLayout layout, long in, long zone) throws Errno {
    Timespec time = null;
    if (in != 0) {
      time = layout.timeval(Times.bytes(task, in, layout.timespecBytes()));
      if (time.nanos() < 0) {
        throw Errno.EINVAL;
      }
    }
    Clocks.TimeZone timeZone = null;
    if (zone != 0) {
      StructReader r = task.memory().user().structure(zone, TIME_ZONE_BYTES);
      timeZone = new Clocks.TimeZone(r.s32(), r.s32());
    }
    task.kernel().clocks().setTimeOfDay(time, timeZone, task.timeUser());
    return 0;
  }

  private static long adjust(Task task, TimeLayout layout, int id, long address) throws Errno {
    Timex request = readTimex(task, layout, address);
    clock(task, id).requireAdjustable();
    return adjust(task, layout, address, request);
  }

  private static Timex readTimex(Task task, TimeLayout layout, long address) throws Errno {
    return Timex.fromBytes(layout, Times.bytes(task, address, Timex.size(layout)));
  }

  private static long adjust(Task task, TimeLayout layout, long address, Timex request)
      throws Errno {
    TimeAdjustment.Answer answer =
        task.kernel().clocks().adjustment().adjust(request, task.timeUser());
    task.memory().user().write(address, answer.timex().toBytes(layout));
    return answer.state();
  }
}
