package dev.forklift.kernel.wait;

import java.util.ArrayList;
import java.util.List;

/// Those who wait for something to happen: sleeping tasks, and whatever wants to be told (epoll).
///
/// Whoever changes what others wait for calls [#wakeAll]; those woken look for themselves whether
/// it was for them. Guarded by the kernel lock.
public final class WaitQueue {
  private final List<Runnable> waiters = new ArrayList<>(0);

  /// `waiter` is told of every wake-up until removed, under the kernel lock.
  public void add(Runnable waiter) {
    waiters.add(waiter);
  }

  /// Removes one registration of exactly this object.
  public void remove(Runnable waiter) {
    for (int i = 0; i < waiters.size(); i++) {
      if (waiters.get(i) == waiter) {
        waiters.remove(i);
        return;
      }
    }
  }

  public void wakeAll() {
    if (!waiters.isEmpty()) {
      List.copyOf(waiters).forEach(Runnable::run);
    }
  }

  public boolean isEmpty() {
    return waiters.isEmpty();
  }
}
