package dev.forklift.board.share;

import dev.forklift.engine.host.HostError;
import org.jspecify.annotations.Nullable;

/// What a number of the client's stands for: a file, and whether it is open.
final class Fid {
  private SharedFile file;
  private @Nullable OpenFile open;

  /// @param file held for it
  Fid(SharedFile file) {
    this.file = file;
  }

  SharedFile file() {
    return file;
  }

  boolean isOpen() {
    return open != null;
  }

  OpenFile open() throws HostError {
    OpenFile now = open;
    if (now == null) {
      throw new HostError(Errors.EBADF);
    }
    return now;
  }

  void setOpen(OpenFile opened) {
    open = opened;
  }

  /// It stands for another file, held for it.
  void become(SharedFile other) {
    file.drop();
    file = other;
  }

  void close() {
    if (open != null) {
      open.close();
    }
    file.drop();
  }
}
