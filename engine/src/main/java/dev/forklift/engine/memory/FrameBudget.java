package dev.forklift.engine.memory;

import java.util.concurrent.atomic.AtomicLong;

/// How much memory all guests of one kernel may hold together.
///
/// The JVM must outlive a guest that maps until it is refused, so frames are counted against a
/// limit below the heap's size, and the guest meets the limit first.
public final class FrameBudget {
  private final long limit;
  private final AtomicLong used = new AtomicLong();

  /// @param limit bytes
  public FrameBudget(long limit) {
    this.limit = limit;
  }

  /// Takes `bytes`, or returns false if that would pass the limit.
  public boolean take(long bytes) {
    if (used.addAndGet(bytes) > limit) {
      used.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  public void giveBack(long bytes) {
    used.addAndGet(-bytes);
  }

  /// Bytes held now.
  public long used() {
    return used.get();
  }

  /// Bytes that may be held.
  public long limit() {
    return limit;
  }
}
