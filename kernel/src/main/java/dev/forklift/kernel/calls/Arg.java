package dev.forklift.kernel.calls;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.process.Task;

/// A kind of argument: how it is taken from the registers, and how a trace shows it.
public interface Arg<T> {
  /// The argument that begins in the register slot `index`.
  T decode(SyscallFrame frame, int index) throws Errno;

  /// How many register slots it takes.
  default int slots(SyscallFrame frame) {
    return 1;
  }

  /// For traces, as strace would print it.
  String show(Task task, SyscallFrame frame, int index);
}
