package dev.forklift.engine.memory;

/// What answers at the physical addresses of a machine where there is no memory: its devices.
///
/// Called on the thread of the CPU that makes the access.
public interface Bus {
  /// Loads so many bytes (1, 2, 4 or 8), zero-extended.
  long load(long address, int bytes);

  /// Stores the low bytes of `value`.
  void store(long address, int bytes, long value);
}
