package dev.forklift.kernel.gdb;

/// What the server waits for.
sealed interface Event {
  /// A debugger has come.
  record Connected() implements Event {}

  /// The debugger has sent a packet. One char a byte.
  record Packet(String text) implements Event {}

  /// The debugger has sent its Ctrl-C.
  record Interrupt() implements Event {}

  /// The connection is gone.
  record Closed() implements Event {}

  /// Something has changed about the process: look at it.
  record Changed() implements Event {}
}
