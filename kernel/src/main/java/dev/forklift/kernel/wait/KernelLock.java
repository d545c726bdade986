package dev.forklift.kernel.wait;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The lock that a kernel's own code runs under.
public final class KernelLock {
  private final ReentrantLock lock = new ReentrantLock();

  public void acquire() {
    lock.lock();
  }

  public void release() {
    lock.unlock();
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
