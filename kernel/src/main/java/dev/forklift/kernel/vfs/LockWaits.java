package dev.forklift.kernel.vfs;

import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who waits for whose record lock, over all files of a kernel: fcntl(2) refuses to close a circle.
final class LockWaits {
  private final IdentityHashMap<Object, Object> waits = new IdentityHashMap<>();

  /// Says whether `waiter` waiting for `holder` would wait for itself.
  boolean wouldDeadlock(Object waiter, Object holder) {
    Set<Object> seen = java.util.Collections.newSetFromMap(new IdentityHashMap<>());
    @Nullable Object at = holder;
    while (at != null && seen.add(at)) {
      if (at == waiter) {
        return true;
      }
      at = waits.get(at);
    }
    return false;
  }

  void begin(Object waiter, Object holder) {
    waits.put(waiter, holder);
  }

  void end(Object waiter) {
    waits.remove(waiter);
  }
}
