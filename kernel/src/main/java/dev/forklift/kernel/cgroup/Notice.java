package dev.forklift.kernel.cgroup;

import dev.forklift.kernel.wait.WaitQueue;

/// What a file of a control group tells of may change by itself: whoever polls or watches the file
/// learns it.
public final class Notice {
  private final WaitQueue queue = new WaitQueue();
  private Runnable listener = () -> {};
  private int count = 1;

  Notice() {}

  /// How often it has changed. Never 0, which stands for a reader that has seen nothing yet.
  public int count() {
    return count;
  }

  /// Woken when it changes.
  public WaitQueue queue() {
    return queue;
  }

  /// The file, which tells those who watch it.
  public void setListener(Runnable listener) {
    this.listener = listener;
  }

  void changed() {
    count++;
    queue.wakeAll();
    listener.run();
  }
}
