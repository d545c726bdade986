package dev.forklift.engine.memory;

import org.jspecify.annotations.Nullable;

/// A task's membership in the set of those that run guest code in one address space.
///
/// Guest code runs between [#enter] and [#leave]. A change of the space that running code must not
/// miss (see [Sharers]) asks every sharer that is in there to come out, and lets nobody in until it
/// is done.
public final class Sharer {
  private final Sharers sharers;
  private final Runnable interrupt;
  private volatile @Nullable Thread running;

  Sharer(Sharers sharers, Runnable interrupt) {
    this.sharers = sharers;
    this.interrupt = interrupt;
  }

  /// Begins to run guest code on the current thread; waits while the space is being changed.
  public void enter() {
    if (running != null) {
      throw new IllegalStateException("entered twice");
    }
    Thread thread = Thread.currentThread();
    running = thread;
    while (sharers.isStopping()) {
      leave();
      sharers.awaitResume();
      running = thread;
    }
  }

  /// Guest code has come to a safe point and does not run any more.
  public void leave() {
    running = null;
    if (sharers.isStopping()) {
      sharers.left();
    }
  }

  /// The task is gone from the space.
  public void quit() {
    leave();
    sharers.remove(this);
  }

  boolean isRunning() {
    return running != null;
  }

  boolean isRunningOn(Thread thread) {
    return running == thread;
  }

  void interrupt() {
    interrupt.run();
  }
}
