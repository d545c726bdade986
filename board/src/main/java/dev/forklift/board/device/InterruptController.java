package dev.forklift.board.device;

import dev.forklift.board.cpu.ExternalInterrupts;

/// A device that the interrupt lines of others lead to.
public interface InterruptController extends Device {
  /// How many lines can lead to it.
  int lines();

  /// A device raises a line, or lets it down.
  void set(int line, boolean raised);

  /// What the CPU sees of it.
  ///
  /// @param changed called when there is something new to see
  ExternalInterrupts connect(Runnable changed);
}
