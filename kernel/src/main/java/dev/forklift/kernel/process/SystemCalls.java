package dev.forklift.kernel.process;

/// What answers system calls; the table stands in a package that this one does not see.
public interface SystemCalls {
  /// Answers the system call that the task's registers ask for. The kernel lock is held.
  void call(Task task);
}
