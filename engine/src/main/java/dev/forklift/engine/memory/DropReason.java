package dev.forklift.engine.memory;

/// Why translations of a page are dropped.
public enum DropReason {
  /// The guest, or the kernel for it, has stored to the code.
  STORED_TO,
  /// The translations of all guests together take too much room.
  NO_ROOM,
  /// More has become known of where its jumps go.
  OUTDATED,
  /// Nobody has the page any more.
  PAGE_FREED
}
