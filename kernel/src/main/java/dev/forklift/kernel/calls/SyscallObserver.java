package dev.forklift.kernel.calls;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.process.Task;
import org.jspecify.annotations.Nullable;

/// Somebody who watches system calls: a trace, statistics. Called under the kernel lock.
public interface SyscallObserver {
  /// Nobody watches.
  SyscallObserver NONE = new SyscallObserver() {};

  /// A call begins.
  default void enter(Syscall row, SyscallFrame frame) {}

  /// A call has been answered, or cut short by a signal.
  ///
  /// @param error null for success
  default void leave(Syscall row, SyscallFrame frame, long result, @Nullable Errno error) {}

  /// A number without a row has been answered with ENOSYS.
  default void unknown(Task task, int number, SyscallFrame frame) {}

  /// Both watch.
  static SyscallObserver both(SyscallObserver first, SyscallObserver second) {
    return new SyscallObserver() {
      @Override
      public void enter(Syscall row, SyscallFrame frame) {
        first.enter(row, frame);
        second.enter(row, frame);
      }

      @Override
      public void leave(Syscall row, SyscallFrame frame, long result, @Nullable Errno error) {
        first.leave(row, frame, result, error);
        second.leave(row, frame, result, error);
      }

      @Override
      public void unknown(Task task, int number, SyscallFrame frame) {
        first.unknown(task, number, frame);
        second.unknown(task, number, frame);
      }
    };
  }
}
