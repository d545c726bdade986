package dev.forklift.kernel.wait;

import dev.forklift.kernel.abi.Errno;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Somebody who can sleep: a task, as far as sleeping is concerned.
///
/// All methods want the kernel lock held; sleeping gives it up meanwhile.
public abstract class Sleeper {
  /// What ends a sleep before its time.
  public enum Mode {
    /// Any signal that is to be delivered.
    INTERRUPTIBLE,
    /// Only a signal that kills.
    KILLABLE,
    /// Nothing.
    UNINTERRUPTIBLE,
    /// Nothing; of a kernel thread that has nothing to do.
    IDLE
  }

  private final KernelLock lock;
  private final KernelClock clock;
  private final Condition condition;
  private boolean woken;
  private @Nullable Mode sleeping;
  private @Nullable RestartBlock restartBlock;

  protected Sleeper(KernelLock lock, KernelClock clock) {
    this.lock = lock;
    this.clock = clock;
    this.condition = lock.newCondition();
  }

  /// Says whether a signal waits to be delivered.
  public abstract boolean signalPending();

  /// Says whether a signal waits that will kill.
  public abstract boolean fatalSignalPending();

  public final KernelClock clock() {
    return clock;
  }

  /// Ends the current sleep, or the next one at once: no wake-up is lost between looking at a
  /// condition and sleeping.
  public final void wake() {
    lock.requireHeld();
    woken = true;
    condition.signal();
  }

  /// Sleeps until woken or until the monotonic clock shows `deadline`. For waits with an order of
  /// their own; others use [#await].
  public final void sleep(long deadline) {
    sleep(Mode.INTERRUPTIBLE, deadline);
  }

  private void sleep(Mode mode, long deadline) {
    lock.requireHeld();
    sleeping = mode;
    if (!woken) {
      asleep();
      lock.wakeNow();
      while (!woken && (deadline == KernelClock.NEVER || clock.monotonicNanos() < deadline)) {
        clock.await(condition, deadline);
      }
      awake();
    }
    sleeping = null;
    woken = false;
  }

  /// Called before it sleeps, for those who count time.
  protected void asleep() {}

  /// Called when it has slept.
  protected void awake() {}

  /// Lets others run for a moment, if there are any.
  @SuppressWarnings("ThreadPriorityCheck") // sched_yield(2) asks for exactly this
  public final void giveWay() {
    asleep();
    lock.release();
    try {
      Thread.yield();
    } finally {
      lock.acquire();
      awake();
    }
  }

  /// How it sleeps, or null while it does not.
  public final @Nullable Mode sleeping() {
    return sleeping;
  }

  /// Says whether it has been woken and has only to notice it.
  public final boolean isWoken() {
    return woken;
  }

  /// Sleeps until woken or until `deadline`. A realtime deadline follows the clock if it is set.
  public final void sleep(Deadline deadline) {
    if (!deadline.realtime() || deadline.isNever()) {
      sleep(deadline.nanos());
      return;
    }
    Runnable waiter = this::wake;
    clock.realtimeSet().add(waiter);
    try {
      sleep(clock.monotonicNanos() + Math.max(0, deadline.remaining(clock)));
    } finally {
      clock.realtimeSet().remove(waiter);
    }
  }

  /// Remembers how the current system call goes on if no handler runs.
  ///
  /// @return ERESTART_RESTARTBLOCK, to be thrown
  public final Errno restartWith(RestartBlock block) {
    restartBlock = block;
    return Errno.ERESTART_RESTARTBLOCK;
  }

  /// restart_syscall(2): goes on with the call that was cut short last.
  ///
  /// @throws Errno EINTR if there is none
  public final long restart() throws Errno {
    RestartBlock block = restartBlock;
    restartBlock = null;
    if (block == null) {
      throw Errno.EINTR;
    }
    return block.restart();
  }

  /// Forgets what [#restartWith] remembered, as a handler that runs meanwhile makes it void.
  public final void forgetRestart() {
    restartBlock = null;
  }

  /// Says whether a sleep in this mode has to end because of a signal.
  public final boolean interrupted(Mode mode) {
    return switch (mode) {
      case INTERRUPTIBLE -> signalPending();
      case KILLABLE -> fatalSignalPending();
      case UNINTERRUPTIBLE, IDLE -> false;
    };
  }

  /// Sleeps on `queues` until `ready` holds.
  ///
  /// @return false if the deadline passed first
  /// @throws Errno ERESTARTSYS if a signal came first
  public final boolean await(
      Mode mode, long deadline, BooleanSupplier ready, List<WaitQueue> queues) throws Errno {
    if (ready.getAsBoolean()) {
      return true;
    }
    Runnable waiter = this::wake;
    queues.forEach(q -> q.add(waiter));
    try {
      while (true) {
        if (ready.getAsBoolean()) {
          return true;
        }
        if (interrupted(mode)) {
          throw Errno.ERESTARTSYS;
        }
        if (deadline != KernelClock.NEVER && clock.monotonicNanos() >= deadline) {
          return false;
        }
        sleep(mode, deadline);
      }
    } finally {
      queues.forEach(q -> q.remove(waiter));
    }
  }

  /// Sleeps on one queue, interruptibly and without a deadline, until `ready` holds.
  public final void await(WaitQueue queue, BooleanSupplier ready) throws Errno {
    await(Mode.INTERRUPTIBLE, KernelClock.NEVER, ready, List.of(queue));
  }
}
