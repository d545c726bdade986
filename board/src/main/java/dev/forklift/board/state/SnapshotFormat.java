package dev.forklift.board.state;

/// How a snapshot is written: magic number and version; the header; the parts, each with its name;
/// the pages of memory that hold something; a checksum of all that.
final class SnapshotFormat {
  static final long MAGIC = 0x464f_524b_4c49_4654L;

  /// Another one for each change of what any part hands over.
  static final int VERSION = 1;

  /// Instead of a page's number: there are no more.
  static final int END = -1;

  /// More than the state of anything but memory has.
  static final int MOST_BYTES = 16 << 20;

  static final int MOST_NAMES = 1 << 10;

  static final int BUFFER = 1 << 20;

  private SnapshotFormat() {}
}
