package dev.forklift.kernel.calls;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.TimeLayout;
import dev.forklift.kernel.abi.Timespec;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.wait.Deadline;
import dev.forklift.kernel.wait.KernelClock;

/// A timeout in user memory, into which what is left of it is written in the end.
final class Timeout {
  private final Task task;
  private final long address;
  private final TimeLayout layout;
  private final long deadline;

  private Timeout(Task task, long address, TimeLayout layout) throws Errno {
    this.task = task;
    this.address = address;
    this.layout = layout;
    if (address == 0) {
      deadline = KernelClock.NEVER;
    } else {
      long nanos = Times.read(task, layout, address).toValidNanos();
      deadline = Deadline.after(task.clock(), nanos).nanos();
    }
  }

  /// Of a call that has no `time64` in its name; none if `address` is 0.
  static Timeout old(Task task, long address) throws Errno {
    return new Timeout(task, address, TimeLayout.old(model(task)));
  }

  /// Of a call that has.
  static Timeout time64(Task task, long address) throws Errno {
    return new Timeout(task, address, TimeLayout.time64(model(task)));
  }

  private static DataModel model(Task task) {
    return task.kernel().abi().dataModel();
  }

  /// When it is over, on the monotonic clock.
  long deadline() {
    return deadline;
  }

  boolean isOver() {
    return deadline != KernelClock.NEVER && task.clock().monotonicNanos() >= deadline;
  }

  /// Writes back what is left. Linux does not complain if that cannot be: a constant timeout is not
  /// changed.
  void writeBack() {
    try {
      writeBackStrictly();
    } catch (Errno e) {
      // See above.
    }
  }

  /// Writes back what is left.
  void writeBackStrictly() throws Errno {
    if (address != 0) {
      long left = Math.max(0, deadline - task.clock().monotonicNanos());
      Times.write(task, layout, address, Timespec.ofNanos(left));
    }
  }
}
