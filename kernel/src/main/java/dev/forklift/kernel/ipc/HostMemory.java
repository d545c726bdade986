package dev.forklift.kernel.ipc;

import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.kernel.abi.Errno;

/// Memory of the host's that an object takes for its guest, counted like the guest's own.
final class HostMemory {
  private final FrameBudget budget;
  private final long bytes;

  private HostMemory(FrameBudget budget, long bytes) {
    this.budget = budget;
    this.bytes = bytes;
  }

  /// Takes memory.
  ///
  /// @throws Errno ENOMEM if there is none left
  static HostMemory take(FrameBudget budget, long bytes) throws Errno {
    if (!budget.take(bytes)) {
      throw Errno.ENOMEM;
    }
    return new HostMemory(budget, bytes);
  }

  /// Takes more from where this came from.
  HostMemory more(long further) throws Errno {
    return take(budget, further);
  }

  void giveBack() {
    budget.giveBack(bytes);
  }
}
