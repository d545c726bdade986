package dev.forklift.board.device;

/// A wire from a device to the CPU.
@FunctionalInterface
public interface InterruptLine {
  /// A wire that leads nowhere.
  InterruptLine NOWHERE = _ -> {};

  /// Raises it, or lets it down.
  void set(boolean raised);
}
