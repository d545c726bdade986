package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.INT;
import static dev.forklift.kernel.calls.Args.SIZE;

import dev.forklift.kernel.abi.ClockId;
import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.TimeLayout;
import dev.forklift.kernel.abi.Timespec;
import dev.forklift.kernel.futex.Futex;
import dev.forklift.kernel.futex.Futex2;
import dev.forklift.kernel.futex.FutexCall;
import dev.forklift.kernel.futex.Futexes;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.PtraceAccess;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.wait.Deadline;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Futexes and lists of robust ones.
final class FutexCalls {
  private static final int WAITV_BYTES = 24;

  private FutexCalls() {}

  static void rows(SyscallTable table, DataModel model) {
    futexRow(table, 98, "futex", TimeLayout.old(model));
    if (!model.is64Bit()) {
      futexRow(table, 422, "futex_time64", TimeLayout.time64(model));
    }
    table
        .sys(99, "set_robust_list", ADDR, SIZE, FutexCalls::setRobustList)
        .sys(100, "get_robust_list", INT, ADDR, ADDR, FutexCalls::getRobustList)
        .sys(449, "futex_waitv", ADDR, INT, FLAGS, ADDR, INT, FutexCalls::futexWaitv)
        .sys(454, "futex_wake", ADDR, SIZE, INT, FLAGS, FutexCalls::futexWake)
        .sys(455, "futex_wait", ADDR, SIZE, SIZE, FLAGS, ADDR, INT, FutexCalls::futexWait)
        .sys(456, "futex_requeue", ADDR, FLAGS, INT, INT, FutexCalls::futexRequeue);
  }

  private static void futexRow(SyscallTable table, int number, String name, TimeLayout layout) {
    table.sys(
        number,
        name,
        ADDR,
        FLAGS,
        INT,
        ADDR,
        ADDR,
        INT,
        (t, address, operation, value, timeout, second, value3) ->
            futex(t, layout, address, operation, value, timeout, second, value3));
  }

  private static long futex(
      Task task,
      TimeLayout layout,
      long address,
      int operation,
      int value,
      long timeout,
      long second,
      int value3)
      throws Errno {
    Timespec time =
        timeout != 0 && FutexCall.hasTimeout(operation) ? Times.read(task, layout, timeout) : null;
    return new FutexCall(address, operation, value, time, second, (int) timeout, value3)
        .perform(task.kernel().futexes(), task.futexUser());
  }

  private static long setRobustList(Task task, long head, long size) throws Errno {
    if (size != headBytes(task)) {
      throw Errno.EINVAL;
    }
    task.setRobustList(head);
    return 0;
  }

  /// The head of the list is three words.
  private static long headBytes(Task task) {
    return 3L * task.kernel().abi().dataModel().wordBytes();
  }

  private static long getRobustList(Task task, int tid, long head, long size) throws Errno {
    Task target = task;
    if (tid != 0) {
      Pid pid = task.pidNamespace().find(tid);
      target = pid == null ? null : pid.task();
    }
    if (target == null) {
      throw Errno.ESRCH;
    }
    if (!PtraceAccess.byRealIds(task, target)) {
      throw Errno.EPERM;
    }
    UserMemory user = task.memory().user();
    user.putWord(size, headBytes(task));
    user.putWord(head, target.robustList());
    return 0;
  }

  private static long futexWaitv(
      Task task, long waiters, int count, int flags, long timeout, int clock) throws Errno {
    if (flags != 0 || count <= 0 || count > Futex2.WAITV_MAX || waiters == 0) {
      throw Errno.EINVAL;
    }
    Deadline deadline = deadline(task, timeout, clock);
    return task.kernel()
        .futexes()
        .waitMultiple(task.futexUser(), readWaitv(task, waiters, count), deadline);
  }

  /// An array of `struct futex_waitv`.
  private static List<Futexes.Expected> readWaitv(Task task, long address, int count) throws Errno {
    List<Futexes.Expected> futexes = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      StructReader in =
          task.memory().user().structure(address + (long) i * WAITV_BYTES, WAITV_BYTES);
      long value = in.u64();
      long place = in.u64();
      int flags = in.s32();
      int reserved = in.s32();
      if (reserved != 0) {
        throw Errno.EINVAL;
      }
      boolean is64Bit = task.kernel().abi().dataModel().is64Bit();
      Futex futex = Futex2.futex(is64Bit ? place : place & 0xffff_ffffL, flags);
      futexes.add(new Futexes.Expected(futex, Futex2.value(value)));
    }
    return futexes;
  }

  /// The absolute timeout of the new calls, whose times have 64 bits everywhere.
  private static @Nullable Deadline deadline(Task task, long timeout, int clock) throws Errno {
    if (timeout == 0) {
      return null;
    }
    if (clock != ClockId.CLOCK_REALTIME && clock != ClockId.CLOCK_MONOTONIC) {
      throw Errno.EINVAL;
    }
    long nanos =
        Times.read(task, TimeLayout.time64(task.kernel().abi().dataModel()), timeout)
            .toValidNanos();
    return new Deadline(clock == ClockId.CLOCK_REALTIME, nanos);
  }

  private static long futexWake(Task task, long address, long mask, int count, int flags)
      throws Errno {
    Futex futex = Futex2.futex(address, flags);
    int bitset = Futex2.value(mask);
    return task.kernel().futexes().wakeStrictly(task.futexUser(), futex, count, bitset);
  }

  private static long futexWait(
      Task task, long address, long value, long mask, int flags, long timeout, int clock)
      throws Errno {
    Futex futex = Futex2.futex(address, flags);
    int expected = Futex2.value(value);
    int bitset = Futex2.value(mask);
    Deadline deadline = deadline(task, timeout, clock);
    task.kernel().futexes().waitOnce(task.futexUser(), futex, expected, bitset, deadline);
    return 0;
  }

  private static long futexRequeue(Task task, long waiters, int flags, int wakeCount, int moveCount)
      throws Errno {
    if (flags != 0 || waiters == 0) {
      throw Errno.EINVAL;
    }
    List<Futexes.Expected> both = readWaitv(task, waiters, 2);
    Futex from = both.get(0).futex();
    Futex to = both.get(1).futex();
    if (from.shared() != to.shared()) {
      throw Errno.EINVAL;
    }
    return task.kernel()
        .futexes()
        .requeue(task.futexUser(), from, wakeCount, to, moveCount, both.get(0).value());
  }
}
