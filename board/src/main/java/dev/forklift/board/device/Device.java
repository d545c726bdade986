package dev.forklift.board.device;

/// Something that answers at physical addresses.
///
/// Only the machine's thread calls it, and only there may it raise interrupts; what other threads
/// bring has to wait until that thread looks ([dev.forklift.board.time.WakeUp]).
public interface Device {
  /// Loads 1, 2 or 4 bytes, zero-extended.
  ///
  /// @param offset from the start of its first range
  int load(int offset, int bytes);

  /// Stores the low bytes of `value`.
  void store(int offset, int bytes, int value);
}
