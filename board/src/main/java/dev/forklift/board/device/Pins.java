package dev.forklift.board.device;

/// The pins of a device as they are seen from outside: lights, buttons.
public interface Pins {
  /// What the device drives: a bit a pin, whichever way the pins go.
  int output();

  /// Drives the pins from outside, until this is called again: a bit a pin. At first all are high,
  /// which is how a button that is not pressed reads. Only while the machine does not run, or on
  /// its thread.
  void drive(int levels);
}
