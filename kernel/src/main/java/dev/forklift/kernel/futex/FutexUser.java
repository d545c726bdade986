package dev.forklift.kernel.futex;

import dev.forklift.kernel.wait.Sleeper;
import org.jspecify.annotations.Nullable;

/// A task, as far as futexes see it. One object for each task, equal to no other.
public interface FutexUser {
  Sleeper sleeper();

  /// The memory it uses now.
  FutexMemory memory();

  /// The tid of `task`, which may be this one, in this task's pid namespace.
  int tidOf(FutexUser task);

  /// The task that this one knows by `tid`; null if there is none, or if it is so far into its exit
  /// that [Futexes#exit] was called for it.
  @Nullable FutexUser find(int tid);

  /// Says whether it is a kernel thread, which owns no lock of user space.
  boolean isKernelThread();
}
