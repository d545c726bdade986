package dev.forklift.kernel.calls;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Itimerspec;
import dev.forklift.kernel.abi.TimeLayout;
import dev.forklift.kernel.abi.Timespec;
import dev.forklift.kernel.process.Task;

/// Times in a task's memory.
final class Times {
  private Times() {}

  /// A `struct timespec`.
  static Timespec read(Task task, TimeLayout layout, long address) throws Errno {
    return layout.timespec(bytes(task, address, layout.timespecBytes()));
  }

  static void write(Task task, TimeLayout layout, long address, Timespec time) throws Errno {
    task.memory().user().write(address, layout.bytes(time));
  }

  /// A `struct itimerspec`.
  static Itimerspec readSetting(Task task, TimeLayout layout, long address) throws Errno {
    return layout.itimerspec(bytes(task, address, layout.itimerspecBytes()));
  }

  static void write(Task task, TimeLayout layout, long address, Itimerspec setting) throws Errno {
    task.memory().user().write(address, layout.bytes(setting));
  }

  static byte[] bytes(Task task, long address, int count) throws Errno {
    byte[] bytes = new byte[count];
    task.memory().user().read(address, bytes);
    return bytes;
  }
}
