package dev.forklift.engine.gdb;

/// What the server waits for.
public sealed interface GdbEvent {
  /// A debugger has come.
  record Connected() implements GdbEvent {}

  /// The debugger has sent a packet. One char a byte.
  record Packet(String text) implements GdbEvent {}

  /// The debugger has sent its Ctrl-C.
  record Interrupt() implements GdbEvent {}

  /// The connection is gone.
  record Closed() implements GdbEvent {}

  /// Something has changed about the process: look at it.
  record Changed() implements GdbEvent {}
}
