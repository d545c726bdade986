package dev.forklift.kernel.futex;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.wait.Deadline;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Those who wait, by futex, in the order they came.
final class FutexQueues {
  /// How a wait ended.
  enum End {
    WOKEN,
    TIMED_OUT,
    INTERRUPTED
  }

  private final Map<FutexKey, LinkedHashSet<FutexWaiter>> queues = new HashMap<>();

  void add(FutexWaiter waiter) {
    waiter.queued = true;
    queues.computeIfAbsent(waiter.key, _ -> new LinkedHashSet<>()).add(waiter);
  }

  /// Takes a waiter out, if it is still in.
  void remove(FutexWaiter waiter) {
    LinkedHashSet<FutexWaiter> queue = queues.get(waiter.key);
    if (waiter.queued && queue != null) {
      queue.remove(waiter);
      if (queue.isEmpty()) {
        queues.remove(waiter.key);
      }
    }
    waiter.queued = false;
  }

  /// Takes a waiter out and ends its sleep.
  void wake(FutexWaiter waiter) {
    remove(waiter);
    waiter.user.sleeper().wake();
  }

  /// Puts a waiter at the end of another queue.
  void move(FutexWaiter waiter, FutexKey key, long address) {
    remove(waiter);
    waiter.key = key;
    waiter.address = address;
    add(waiter);
  }

  /// The one that waits longest, or null.
  @Nullable FutexWaiter first(FutexKey key) {
    LinkedHashSet<FutexWaiter> queue = queues.get(key);
    return queue == null ? null : queue.getFirst();
  }

  /// All that wait now.
  List<FutexWaiter> all(FutexKey key) {
    LinkedHashSet<FutexWaiter> queue = queues.get(key);
    return queue == null ? List.of() : List.copyOf(queue);
  }

  /// Wakes those whose bit set meets `bitset`, at most `count`, but at least one even if `count` is
  /// not positive (as Linux counts).
  ///
  /// @throws Errno EINVAL if it comes upon a waiter for a lock
  int wake(FutexKey key, int bitset, int count) throws Errno {
    LinkedHashSet<FutexWaiter> queue = queues.get(key);
    if (queue == null) {
      return 0;
    }
    int woken = 0;
    for (Iterator<FutexWaiter> i = queue.iterator(); i.hasNext(); ) {
      FutexWaiter waiter = i.next();
      if (waiter.isPi()) {
        throw Errno.EINVAL;
      }
      if ((waiter.bitset & bitset) != 0) {
        i.remove();
        waiter.queued = false;
        waiter.user.sleeper().wake();
        woken++;
        if (woken >= count) {
          break;
        }
      }
    }
    if (queue.isEmpty()) {
      queues.remove(key);
    }
    return woken;
  }

  /// Sleeps until one of the waiters, which are all of `user`, is no longer queued.
  ///
  /// Those still queued stay so.
  static End sleep(FutexUser user, Collection<FutexWaiter> waiters, @Nullable Deadline deadline) {
    Deadline end = deadline == null ? Deadline.NEVER : deadline;
    while (true) {
      for (FutexWaiter waiter : waiters) {
        if (!waiter.queued) {
          return End.WOKEN;
        }
      }
      if (end.hasPassed(user.sleeper().clock())) {
        return End.TIMED_OUT;
      }
      if (user.sleeper().signalPending()) {
        return End.INTERRUPTED;
      }
      user.sleeper().sleep(end);
    }
  }
}
