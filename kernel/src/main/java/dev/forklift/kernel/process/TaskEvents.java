package dev.forklift.kernel.process;

import dev.forklift.kernel.arch.KernelCloneArgs;

/// Somebody who watches tasks come and go: a live picture, a recording, a test. Called under the
/// kernel lock; must be quick.
public interface TaskEvents {
  /// Nobody watches.
  TaskEvents NONE = new TaskEvents() {};

  /// A task has been made and does not run yet.
  default void created(Task child, Task parent, KernelCloneArgs args) {}

  /// clone or clone3 is refused.
  default void refused(Task caller, CloneRule rule) {}

  /// A task has executed a program.
  default void executed(Task task) {}

  /// A task begins to end, with the status it has.
  default void exited(Task task) {}

  /// A task dies of a signal that dumps core by default, and all tasks of its process stand still:
  /// the moment to look at its registers and memory.
  default void killed(Task task, dev.forklift.kernel.signal.SigInfo info) {}

  /// A bug in the kernel has ended a task.
  default void failed(Task task, Throwable problem) {}
}
