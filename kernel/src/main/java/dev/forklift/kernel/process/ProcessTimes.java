package dev.forklift.kernel.process;

/// What a process's tasks that have ended have used, and children that were waited for.
public final class ProcessTimes {
  private ResourceUsage ended = ResourceUsage.NONE;
  private ResourceUsage children = ResourceUsage.NONE;

  /// A task has ended.
  void addOwn(ResourceUsage usage) {
    ended = ended.plus(usage);
  }

  /// Remembers the memory that a task is about to give up.
  void noteMemory(ResourceUsage usage) {
    ended = ended.plus(new ResourceUsage(0, 0, usage.peakResident(), 0, 0));
  }

  void addChildren(ResourceUsage usage) {
    children = children.plus(usage);
  }

  /// Of ended tasks, and the most memory that the process has given up.
  public ResourceUsage ended() {
    return ended;
  }

  /// Of children that were waited for, and of theirs.
  public ResourceUsage children() {
    return children;
  }
}
