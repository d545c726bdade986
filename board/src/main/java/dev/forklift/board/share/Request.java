package dev.forklift.board.share;

import dev.forklift.engine.host.HostError;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The requests of 9P2000.L, what answers each, and whether it changes anything. The reply's number
/// is one more.
@SuppressWarnings("ImmutableEnumChecker") // the handlers are methods
enum Request {
  // spotless:off
  STATFS     (8,   false, FileRequests::fileSystem),
  LOPEN      (12,  false, FileRequests::open),
  LCREATE    (14,  true,  FolderRequests::create),
  SYMLINK    (16,  true,  FolderRequests::symlink),
  MKNOD      (18,  true,  FolderRequests::mknod),
  READLINK   (22,  false, FileRequests::readlink),
  GETATTR    (24,  false, FileRequests::getattr),
  SETATTR    (26,  true,  FileRequests::setattr),
  READDIR    (40,  false, FolderRequests::readdir),
  FSYNC      (50,  false, FileRequests::fsync),
  LOCK       (52,  false, FileRequests::lock),
  GETLOCK    (54,  false, FileRequests::getlock),
  LINK       (70,  true,  FolderRequests::link),
  MKDIR      (72,  true,  FolderRequests::mkdir),
  RENAMEAT   (74,  true,  FolderRequests::rename),
  UNLINKAT   (76,  true,  FolderRequests::unlink),
  VERSION    (100, false, SessionRequests::version),
  ATTACH     (104, false, SessionRequests::attach),
  FLUSH      (108, false, SessionRequests::flush),
  WALK       (110, false, SessionRequests::walk),
  READ       (116, false, FileRequests::read),
  WRITE      (118, true,  FileRequests::write),
  CLUNK      (120, false, SessionRequests::clunk),
  REMOVE     (122, false, SessionRequests::remove);
  // spotless:on

  /// Answers a request; the header of the reply is written already.
  interface Handler {
    void answer(Session session, Message request, Message reply) throws HostError;
  }

  private static final Map<Integer, Request> BY_NUMBER = new HashMap<>();

  static {
    for (Request request : values()) {
      BY_NUMBER.put(request.number, request);
    }
  }

  private final int number;
  private final boolean changes;
  private final Handler handler;

  Request(int number, boolean changes, Handler handler) {
    this.number = number;
    this.changes = changes;
    this.handler = handler;
  }

  /// The request with this number, or null.
  static @Nullable Request of(int number) {
    return BY_NUMBER.get(number);
  }

  boolean changes() {
    return changes;
  }

  Handler handler() {
    return handler;
  }
}
