package dev.forklift.kernel.futex;

import dev.forklift.kernel.abi.Errno;
import org.jspecify.annotations.Nullable;

/// One task that waits for one futex.
final class FutexWaiter {
  /// Where FUTEX_CMP_REQUEUE_PI may move a waiter to.
  record Target(FutexKey key, long address) {}

  final FutexUser user;
  final int bitset;

  /// What it waits for now.
  FutexKey key;

  /// Where that is in the user's memory.
  long address;

  /// Cleared by whoever ends the wait.
  boolean queued;

  /// Where it wants to be moved to; null unless it is in FUTEX_WAIT_REQUEUE_PI and not moved yet.
  @Nullable Target target;

  /// The lock it waits to be given, or null if it waits for a plain futex.
  @Nullable PiState lock;

  /// Why it was not given the lock, if the wait ended so.
  @Nullable Errno failure;

  FutexWaiter(FutexUser user, FutexKey key, long address, int bitset) {
    this.user = user;
    this.key = key;
    this.address = address;
    this.bitset = bitset;
  }

  /// Says whether only the operations on locks may end the wait.
  boolean isPi() {
    return lock != null || target != null;
  }
}
