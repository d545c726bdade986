package dev.forklift.kernel.cgroup;

/// A task, as much of it as control groups see.
public interface CgroupTask {
  boolean isKernelThread();

  /// Makes it look at what has changed for it: its group is to freeze, or to go on.
  void kick();

  /// Processor time in user mode so far.
  long userNanos();

  /// Processor time in the kernel so far.
  long systemNanos();
}
