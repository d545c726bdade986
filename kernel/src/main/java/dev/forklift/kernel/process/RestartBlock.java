package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;

/// How a system call that cannot simply be made again goes on after a signal (restart_syscall(2)):
/// with the rest of its time-out, for instance.
@FunctionalInterface
public interface RestartBlock {
  long restart(Task task) throws Errno;
}
