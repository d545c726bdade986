package dev.forklift.kernel.process;

import dev.forklift.kernel.wait.WaitQueue;

/// What a parent in vfork(2) waits for: the child giving up the memory, by exec or exit.
final class VforkWait {
  private final WaitQueue queue = new WaitQueue();
  private boolean done;

  WaitQueue queue() {
    return queue;
  }

  boolean isDone() {
    return done;
  }

  void complete() {
    done = true;
    queue.wakeAll();
  }
}
