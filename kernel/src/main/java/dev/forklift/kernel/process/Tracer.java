package dev.forklift.kernel.process;

import dev.forklift.engine.cpu.Engine;

/// Somebody who controls tasks: a debugger.
///
/// Called under the kernel lock, mostly by the task's own thread; must be quick.
public interface Tracer {
  /// What runs the guest code of tasks that it controls: stops at its breakpoints.
  Engine engine();

  /// Says whether the task is to stop before it acts upon a signal.
  boolean wants(Task task, int signal);

  /// The task stands still, until [TaskTrace#resume].
  void stopped(Task task, TraceStop stop);

  /// A task of a traced process has made another task of that process. It will stop before its
  /// first instruction if its maker does.
  void created(Task child);

  /// The task begins to end.
  ///
  /// @param last whether it is the last of its process
  void exited(Task task, boolean last);
}
