package dev.forklift.kernel.fs.inotify;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.StructWriter;
import org.jspecify.annotations.Nullable;

/// An event as it is read: `struct inotify_event`.
///
/// @param watch the watch descriptor, -1 for a full queue
record InotifyEvent(int watch, int mask, int cookie, @Nullable String name) {
  private static final int HEADER = 16;

  /// Says whether it would tell nothing new behind `last`.
  boolean repeats(@Nullable InotifyEvent last) {
    return last != null
        && last.watch == watch
        && last.mask == mask
        && (name == null ? last.name == null : name.equals(last.name));
  }

  /// Names end with a zero byte and are filled up to a multiple of the header.
  int nameBytes() {
    return name == null ? 0 : (name.length() / HEADER + 1) * HEADER;
  }

  int size() {
    return HEADER + nameBytes();
  }

  byte[] toBytes(DataModel model) {
    StructWriter w = new StructWriter(model).u32(watch).u32(mask).u32(cookie).u32(nameBytes());
    if (name != null) {
      w.string(name, nameBytes());
    }
    return w.toBytes();
  }
}
