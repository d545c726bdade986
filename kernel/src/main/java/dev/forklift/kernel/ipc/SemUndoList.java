package dev.forklift.kernel.ipc;

import dev.forklift.kernel.abi.Errno;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What operations with SEM_UNDO have done, to be undone when the last task that shares the list
/// ends or leaves it (`struct sem_undo_list`).
public final class SemUndoList {
  private record Adjustment(short[] values, HostMemory memory) {}

  private final Map<SemaphoreSet, Adjustment> adjustments = new LinkedHashMap<>();
  private int users = 1;

  /// Another task shares it (CLONE_SYSVSEM).
  public SemUndoList share() {
    users++;
    return this;
  }

  /// A task leaves it. The last one has everything undone.
  ///
  /// @param process who is remembered as having done it
  public void leave(Object process) {
    if (--users > 0) {
      return;
    }
    for (SemaphoreSet set : List.copyOf(adjustments.keySet())) {
      Adjustment adjustment = adjustments.get(set);
      if (adjustment != null) {
        forget(set);
        set.undo(this, adjustment.values, process);
      }
    }
  }

  /// What is to be added to the semaphores of a set in the end; begun with zeros.
  ///
  /// @param near where memory for it comes from
  /// @throws Errno ENOMEM
  short[] of(SemaphoreSet set, HostMemory near) throws Errno {
    Adjustment known = adjustments.get(set);
    if (known != null) {
      return known.values;
    }
    HostMemory memory = near.more(SemaphoreSet.bytes(set.size()));
    short[] values = new short[set.size()];
    adjustments.put(set, new Adjustment(values, memory));
    set.addUndoList(this);
    return values;
  }

  void forget(SemaphoreSet set) {
    Adjustment forgotten = adjustments.remove(set);
    if (forgotten != null) {
      forgotten.memory.giveBack();
    }
  }

  /// A semaphore has been given a value: there is nothing to undo any more.
  void clear(SemaphoreSet set, int number) {
    Adjustment adjustment = adjustments.get(set);
    if (adjustment != null) {
      adjustment.values[number] = 0;
    }
  }
}
