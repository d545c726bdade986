package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.vfs.DeferredWork;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.KernelLock;
import dev.forklift.kernel.wait.Sleeper;
import dev.forklift.kernel.wait.WaitQueue;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.BooleanSupplier;

/// Work that tasks leave to a kernel thread (Linux's workqueues, and its delayed `fput()` and
/// `mntput()`).
///
/// Whoever goes back to user mode waits until it is done, as if it had done it itself; tasks that
/// end do not wait.
public final class WorkQueue implements DeferredWork {
  private record Work(Runnable function, boolean blocking) {}

  private final KernelLock lock;
  private final Queue<Work> queue = new ArrayDeque<>();
  private final WaitQueue changed = new WaitQueue();
  private boolean served;
  private boolean busy;

  public WorkQueue(KernelLock lock) {
    this.lock = lock;
  }

  @Override
  public void defer(Runnable work) {
    add(new Work(work, false));
  }

  @Override
  public void deferBlocking(Runnable work) {
    add(new Work(work, true));
  }

  private void add(Work work) {
    if (!served) {
      // Before the machine boots, and after it has gone down.
      work.function.run();
      return;
    }
    queue.add(work);
    changed.wakeAll();
  }

  /// Waits until everything left to the kernel thread is done.
  void awaitDone(Task task) {
    if (!isDone()) {
      Kernel kernel = task.kernel();
      sleep(task, Sleeper.Mode.UNINTERRUPTIBLE, () -> isDone() || kernel.isDown());
    }
  }

  private boolean isDone() {
    return queue.isEmpty() && !busy;
  }

  /// There will be a kernel thread that serves it.
  public void begin() {
    served = true;
  }

  /// What the kernel thread does until the kernel goes down; nothing is left undone then.
  public void serve(Task self) {
    Kernel kernel = self.kernel();
    while (true) {
      Work work = queue.poll();
      if (work != null) {
        busy = true;
        try {
          run(work);
        } catch (RuntimeException | Error bug) {
          // Others wait for what they have left here: it goes on without this piece.
          // Asked for only here: to find a logger takes longer than many a guest program.
          System.getLogger(WorkQueue.class.getName())
              .log(System.Logger.Level.ERROR, "internal error in work left to " + self, bug);
          kernel.failed(self, bug);
        }
        busy = false;
        changed.wakeAll();
      } else if (kernel.isDown()) {
        served = false;
        return;
      } else {
        sleep(self, Sleeper.Mode.IDLE, () -> !queue.isEmpty() || kernel.isDown());
      }
    }
  }

  private void run(Work work) {
    if (!work.blocking) {
      work.function.run();
      return;
    }
    lock.release();
    try {
      work.function.run();
    } finally {
      lock.acquire();
    }
  }

  private void sleep(Task task, Sleeper.Mode mode, BooleanSupplier until) {
    try {
      task.await(mode, KernelClock.NEVER, until, List.of(changed));
    } catch (Errno e) {
      throw new IllegalStateException("a sleep that no signal ends", e);
    }
  }
}
