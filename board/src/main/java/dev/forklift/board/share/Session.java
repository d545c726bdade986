package dev.forklift.board.share;

import dev.forklift.engine.host.HostError;

/// One client, and the folder that it sees.
final class Session {
  /// The longest message.
  static final int MOST = 512 << 10;

  private static final int LERROR = 6;

  private final SharedFile root;
  private final boolean readOnly;
  private final Owners owners;
  private final Fids fids = new Fids();
  private final Qids qids = new Qids();

  /// The longest message that was agreed on.
  private int most = MOST;

  Session(SharedFile root, boolean readOnly, Owners owners) {
    this.root = root;
    this.readOnly = readOnly;
    this.owners = owners;
  }

  SharedFile root() {
    return root;
  }

  boolean isReadOnly() {
    return readOnly;
  }

  Owners owners() {
    return owners;
  }

  Fids fids() {
    return fids;
  }

  Fid fid(int number) throws HostError {
    return fids.get(number);
  }

  Qids qids() {
    return qids;
  }

  int most() {
    return most;
  }

  void setMost(int length) {
    most = length;
  }

  /// Answers a request.
  ///
  /// @param room the most that the reply can have
  /// @return the length of the reply
  int answer(Message request, Message reply, int room) throws HostError {
    var _ = request.get32();
    int type = request.get8();
    int tag = request.get16();
    try {
      Request known = Request.of(type);
      if (known == null) {
        throw new HostError(Errors.EOPNOTSUPP);
      }
      if (readOnly && known.changes()) {
        throw new HostError(Errors.EROFS);
      }
      reply.begin(type + 1, tag, Math.min(room, most));
      known.handler().answer(this, request, reply);
    } catch (HostError e) {
      reply.begin(LERROR + 1, tag, room);
      reply.put32(e.number());
    }
    return reply.end();
  }

  /// Whether the client has any file.
  boolean isInUse() {
    return !fids.isEmpty();
  }

  /// Forgets what the client has said.
  void reset() {
    fids.clear();
    most = MOST;
  }
}
