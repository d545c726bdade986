package dev.forklift.board.share;

import dev.forklift.engine.host.HostError;
import dev.forklift.engine.host.HostStatus;
import java.util.ArrayList;
import java.util.List;

/// How the protocol tells files apart: by a number that is the inode's, with some bits on top for
/// the folders in which something else of the host is mounted.
final class Qids {
  static final int FOLDER = 0x80;
  static final int LINK = 0x02;

  private static final int TOP = 48;

  // Of getdents64(2).
  private static final int ENTRY_FOLDER = 4;
  private static final int ENTRY_LINK = 10;

  private final List<Long> devices = new ArrayList<>();

  private long number(long device, long ino) {
    int index = devices.indexOf(device);
    if (index < 0) {
      index = devices.size();
      devices.add(device);
    }
    return ino ^ ((long) index << TOP);
  }

  private static void put(Message reply, int type, long number) throws HostError {
    reply.put8(type).put32(0).put64(number);
  }

  void put(Message reply, HostStatus status) throws HostError {
    int type = SharedFile.isFolder(status) ? FOLDER : SharedFile.isLink(status) ? LINK : 0;
    put(reply, type, number(status.device(), status.ino()));
  }

  /// The one of an entry of a folder.
  void put(Message reply, HostStatus folder, long ino, int entryType) throws HostError {
    int type = entryType == ENTRY_FOLDER ? FOLDER : entryType == ENTRY_LINK ? LINK : 0;
    put(reply, type, number(folder.device(), ino));
  }
}
