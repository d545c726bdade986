package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.INT;
import static dev.forklift.kernel.calls.Args.SIZE;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.TimeLayout;
import dev.forklift.kernel.abi.Timespec;
import dev.forklift.kernel.futex.FutexCall;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.Task;

/// Futexes and robust lists.
final class FutexCalls {
  private FutexCalls() {}

  static void rows(SyscallTable table, DataModel model) {
    TimeLayout old = TimeLayout.old(model);
    table
        .sys(
            98,
            "futex",
            ADDR,
            INT,
            INT,
            ADDR,
            ADDR,
            INT,
            (t, a, op, v, timeout, a2, v3) -> futex(t, old, a, op, v, timeout, a2, v3))
        .sys(99, "set_robust_list", ADDR, SIZE, FutexCalls::setRobustList)
        .sys(100, "get_robust_list", INT, ADDR, ADDR, FutexCalls::getRobustList);
    if (!model.is64Bit()) {
      TimeLayout time64 = TimeLayout.time64(model);
      table.sys(
          422,
          "futex_time64",
          ADDR,
          INT,
          INT,
          ADDR,
          ADDR,
          INT,
          (t, a, op, v, timeout, a2, v3) -> futex(t, time64, a, op, v, timeout, a2, v3));
    }
  }

  private static long futex(
      Task task,
      TimeLayout layout,
      long address,
      int operation,
      int value,
      long timeout,
      long address2,
      int value3)
      throws Errno {
    Timespec time = null;
    if (timeout != 0 && FutexCall.hasTimeout(operation)) {
      byte[] bytes = new byte[layout.timespecBytes()];
      task.memory().user().read(timeout, bytes);
      time = layout.timespec(bytes);
      if (!time.isValid()) {
        throw Errno.EINVAL;
      }
    }
    return new FutexCall(address, operation, value, time, address2, (int) timeout, value3)
        .perform(task.kernel().futexes(), task.futexUser());
  }

  private static long setRobustList(Task task, long head, long size) throws Errno {
    if (size != 3L * task.kernel().abi().dataModel().wordBytes()) {
      throw Errno.EINVAL;
    }
    task.setRobustList(head);
    return 0;
  }

  private static long getRobustList(Task task, int tid, long head, long size) throws Errno {
    Pid pid = tid == 0 ? task.pid() : task.pidNamespace().find(tid);
    Task target = pid == null ? null : pid.task();
    if (target == null) {
      throw Errno.ESRCH;
    }
    UserMemory user = task.memory().user();
    user.putWord(size, 3L * task.kernel().abi().dataModel().wordBytes());
    user.putWord(head, target.robustList());
    return 0;
  }
}
