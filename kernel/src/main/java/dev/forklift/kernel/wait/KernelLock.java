package dev.forklift.kernel.wait;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The lock that a kernel's own code runs under.
public final class KernelLock {
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private @Nullable Thread toWake;

  public void acquire() {
    lock.lock();
  }

  public void release() {
    Thread thread = toWake;
    toWake = null;
    lock.unlock();
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  /// Wakes a parked thread that wants the lock, when it is given up.
  public void wakeAtRelease(Thread thread) {
    requireHeld();
    wakeNow();
    toWake = thread;
  }

  /// The lock is about to be given up in another way than by [#release].
  void wakeNow() {
    Thread thread = toWake;
    if (thread != null) {
      toWake = null;
      LockSupport.unpark(thread);
    }
  }

  public boolean isHeld() {
    return lock.isHeldByCurrentThread();
  }

  /// Fails loudly where kernel code runs without the lock: that is a bug of ours.
  public void requireHeld() {
    if (!lock.isHeldByCurrentThread()) {
      throw new IllegalStateException("kernel code without the kernel lock");
    }
  }

  Condition newCondition() {
    return lock.newCondition();
  }
}
