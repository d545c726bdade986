package dev.forklift.kernel.process;

/// What the input and output of one task, or of several made with CLONE_IO, have in common: here
/// their priority.
public final class IoContext {
  private int priority;

  IoContext(int priority) {
    this.priority = priority;
  }

  int priority() {
    return priority;
  }

  void setPriority(int value) {
    priority = value;
  }
}
