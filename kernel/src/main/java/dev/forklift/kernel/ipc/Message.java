package dev.forklift.kernel.ipc;

/// A message in a System V queue.
///
/// @param type a positive number
record Message(long type, byte[] text, HostMemory memory) {
  /// What a message takes of the host's memory beside its text, roughly.
  static final int BYTES = 96;
}
