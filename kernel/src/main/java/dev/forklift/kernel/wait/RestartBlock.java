package dev.forklift.kernel.wait;

import dev.forklift.kernel.abi.Errno;

/// How a system call that a signal cut short goes on: what restart_syscall(2) runs.
///
/// For calls with a relative timeout, which simply calling them again would start anew.
@FunctionalInterface
public interface RestartBlock {
  /// Goes on.
  ///
  /// @return the result of the call
  /// @throws Errno its error, or a restart code again
  long restart() throws Errno;
}
