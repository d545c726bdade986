package dev.forklift.kernel.cgroup;

/// What can be shared out between control groups. All that there are count tasks, not memory or the
/// like, so that they work inside threaded subtrees as well.
public enum Controller {
  /// How many tasks there may be.
  PIDS("pids");

  private final String text;

  Controller(String text) {
    this.text = text;
  }

  /// The name, as in `cgroup.controllers`.
  public String text() {
    return text;
  }
}
