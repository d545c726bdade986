package dev.forklift.kernel.process;

import dev.forklift.kernel.wait.KernelLock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The host's threads that tasks run on, one each. A thread whose task has ended waits for another
/// one.
///
/// Such a thread is not woken before whoever clones gives the kernel lock up, since a task wants it
/// first of all: woken at once it would only go to sleep again. All methods but [#end] want the
/// lock held.
public final class TaskThreads {
  private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final KernelLock lock;

  // The one that waited last is the first to go on: its stack is still in the host's caches.
  private final Deque<Worker> waiting = new ArrayDeque<>();
  private final Set<Worker> all = new HashSet<>();
  private volatile boolean ended;

  public TaskThreads(KernelLock lock) {
    this.lock = lock;
  }

  /// Starts a task.
  ///
  /// @throws OutOfMemoryError if the host has no thread left
  void start(TaskThread task) {
    lock.requireHeld();
    Worker worker = waiting.pollLast();
    if (worker != null) {
      worker.task = task;
      lock.wakeAtRelease(worker.thread);
      return;
    }
    worker = new Worker(task);
    worker.thread.start();
    all.add(worker);
  }

  /// Waits until all tasks have ended, and their threads with them. Nobody starts any more.
  ///
  /// @return false if that took too long
  public boolean end(long timeout, TimeUnit unit) throws InterruptedException {
    long deadline = System.nanoTime() + unit.toNanos(timeout);
    List<Worker> left;
    lock.acquire();
    try {
      ended = true;
      waiting.forEach(worker -> LockSupport.unpark(worker.thread));
      left = new ArrayList<>(all);
    } finally {
      lock.release();
    }
    for (Worker worker : left) {
      long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      worker.thread.join(Math.max(1, millis));
      if (worker.thread.isAlive()) {
        return false;
      }
    }
    return true;
  }

  private final class Worker implements Runnable {
    private final Thread thread =
        Thread.ofPlatform().daemon().name("forklift-task").unstarted(this);
    private volatile @Nullable TaskThread task;

    Worker(TaskThread first) {
      task = first;
    }

    @Override
    public void run() {
      for (TaskThread next = task; next != null; next = await()) {
        task = null;
        next.run(this::isFree);
      }
    }

    /// The task has ended; the lock is still held.
    private void isFree() {
      waiting.addLast(this);
    }

    private @Nullable TaskThread await() {
      long since = System.nanoTime();
      while (true) {
        TaskThread next = task;
        if (next != null) {
          return next;
        }
        // What was meant for the last task is not for the next one.
        var _ = Thread.interrupted();
        long left = since + KEPT_NANOS - System.nanoTime();
        if ((ended || left <= 0) && goes()) {
          return null;
        }
        LockSupport.parkNanos(TaskThreads.this, left);
      }
    }

    /// Says whether there is no task for it, so that it can end.
    private boolean goes() {
      lock.acquire();
      try {
        return waiting.remove(this) && all.remove(this);
      } finally {
        lock.release();
      }
    }
  }
}
