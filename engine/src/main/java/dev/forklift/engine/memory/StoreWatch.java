package dev.forklift.engine.memory;

/// Somebody who wants to know what a machine's code does to the world; see [MachineSpace#watch].
public interface StoreWatch {
  /// Memory has changed. A store of what stood there already is not told.
  ///
  /// @param address the physical address
  void changed(long address, int bytes, long before, long after);

  /// A device was loaded from or stored to.
  void reachedDevice();
}
