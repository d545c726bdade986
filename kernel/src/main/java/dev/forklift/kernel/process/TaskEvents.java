package dev.forklift.kernel.process;

import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.signal.SigInfo;

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
  default void killed(Task task, SigInfo info) {}

  /// A bug in the kernel has ended a task.
  default void failed(Task task, Throwable problem) {}

  /// Both watch.
  static TaskEvents both(TaskEvents first, TaskEvents second) {
    return new TaskEvents() {
      @Override
      public void created(Task child, Task parent, KernelCloneArgs args) {
        first.created(child, parent, args);
        second.created(child, parent, args);
      }

      @Override
      public void refused(Task caller, CloneRule rule) {
        first.refused(caller, rule);
        second.refused(caller, rule);
      }

      @Override
      public void executed(Task task) {
        first.executed(task);
        second.executed(task);
      }

      @Override
      public void exited(Task task) {
        first.exited(task);
        second.exited(task);
      }

      @Override
      public void killed(Task task, SigInfo info) {
        first.killed(task, info);
        second.killed(task, info);
      }

      @Override
      public void failed(Task task, Throwable problem) {
        first.failed(task, problem);
        second.failed(task, problem);
      }
    };
  }
}
