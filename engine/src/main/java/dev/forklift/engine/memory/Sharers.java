package dev.forklift.engine.memory;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The tasks that run guest code in one address space, and the way to get them all out of it.
///
/// A guest's load or store takes an array out of the page table and then touches it, without a
/// lock. Whoever takes a permission away must therefore know that nobody is between the two steps:
/// otherwise a store could still land in a page that fork has just begun to share (and be lost for
/// its own process when the page is copied), or in a file after munmap returned. [#stop] waits
/// until every sharer has passed a safe point, where it holds no such array, and keeps them out
/// until [#resume].
///
/// One stop at a time. Nobody may hold a lock that guest code can wait for (the space's, a file's)
/// when calling [#stop].
final class Sharers {
  private static final long RETRY_NANOS = 1_000_000;
  private static final int SPINS = 200;

  private final List<Sharer> all = new CopyOnWriteArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile boolean stopping;

  Sharer add(Runnable interrupt) {
    Sharer sharer = new Sharer(this, interrupt);
    all.add(sharer);
    return sharer;
  }

  void remove(Sharer sharer) {
    all.remove(sharer);
  }

  /// Whether somebody else than one single task may run guest code here.
  boolean areSeveral() {
    return all.size() > 1;
  }

  /// The sharer that runs guest code on this thread, or null.
  @Nullable Sharer current() {
    Thread thread = Thread.currentThread();
    for (Sharer sharer : all) {
      if (sharer.isRunningOn(thread)) {
        return sharer;
      }
    }
    return null;
  }

  boolean isStopping() {
    return stopping;
  }

  /// Gets every sharer out of guest code. Followed by [#resume] on the same thread.
  void stop() {
    if (current() != null) {
      throw new IllegalStateException("guest code would wait for itself");
    }
    boolean interrupted = false;
    lock.lock();
    try {
      while (stopping) {
        changed.awaitUninterruptibly();
      }
      // Written before any `running` is read, as a sharer writes `running` before it reads this:
      // one of the two sees the other.
      stopping = true;
      int spins = SPINS;
      while (interruptRunning()) {
        if (spins-- > 0) {
          Thread.onSpinWait();
          continue;
        }
        try {
          // The interrupt is repeated: the task may have taken note of it just before it entered.
          var _ = changed.awaitNanos(RETRY_NANOS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean interruptRunning() {
    boolean any = false;
    for (Sharer sharer : all) {
      if (sharer.isRunning()) {
        sharer.interrupt();
        any = true;
      }
    }
    return any;
  }

  /// Lets sharers in again.
  void resume() {
    lock.lock();
    try {
      stopping = false;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void left() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void awaitResume() {
    lock.lock();
    try {
      while (stopping) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }
}
