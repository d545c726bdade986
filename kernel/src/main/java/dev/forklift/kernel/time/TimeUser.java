package dev.forklift.kernel.time;

import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.wait.Sleeper;
import org.jspecify.annotations.Nullable;

/// A task, as far as clocks see it. Ids are those of its pid namespace.
public interface TimeUser {
  Sleeper sleeper();

  Credentials credentials();

  int tid();

  /// The CPU time of this task.
  CpuClock threadTime();

  /// The CPU time of this task's process.
  CpuClock processTime();

  /// The CPU time of a task of the same process; null if there is no such task.
  @Nullable CpuClock threadTime(int tid);

  /// The CPU time of a process; null if `pid` is not the id of one.
  @Nullable CpuClock processTime(int pid);
}
