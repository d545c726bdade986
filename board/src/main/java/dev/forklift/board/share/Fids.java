package dev.forklift.board.share;

import dev.forklift.engine.host.HostError;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The numbers that a client has for files.
final class Fids {
  /// More than any client has files at once.
  private static final int MOST = 1 << 16;

  private final Map<Integer, Fid> fids = new HashMap<>();

  Fid get(int number) throws HostError {
    Fid fid = fids.get(number);
    if (fid == null) {
      throw new HostError(Errors.EBADF);
    }
    return fid;
  }

  @Nullable Fid find(int number) {
    return fids.get(number);
  }

  /// Makes sure that a number can be given to a file.
  void requireFree(int number) throws HostError {
    if (fids.containsKey(number)) {
      throw new HostError(Errors.EBADF);
    }
    if (fids.size() >= MOST) {
      throw new HostError(Errors.ENFILE);
    }
  }

  void put(int number, Fid fid) {
    fids.put(number, fid);
  }

  void remove(int number) throws HostError {
    Fid fid = get(number);
    fids.remove(number);
    fid.close();
  }

  boolean isEmpty() {
    return fids.isEmpty();
  }

  void clear() {
    fids.values().forEach(Fid::close);
    fids.clear();
  }
}
