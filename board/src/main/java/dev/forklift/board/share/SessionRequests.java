package dev.forklift.board.share;

import dev.forklift.engine.host.HostError;

/// How a client comes, goes, and gets from one file to another.
final class SessionRequests {
  private static final String PROTOCOL = "9P2000.L";

  /// As short as messages may be made, so that every reply without contents fits.
  private static final int LEAST = 4096;

  private static final int MOST_STEPS = 16;

  private SessionRequests() {}

  static void version(Session session, Message request, Message reply) throws HostError {
    int wanted = request.get32();
    String protocol = request.getText();
    if (wanted < LEAST) {
      throw new HostError(Errors.EINVAL);
    }
    session.reset();
    session.setMost(Math.min(wanted, Session.MOST));
    reply.put32(session.most());
    reply.putText(protocol.equals(PROTOCOL) ? PROTOCOL : "unknown");
  }

  static void attach(Session session, Message request, Message reply) throws HostError {
    int number = request.get32();
    var _ = request.get32();
    var _ = request.getText();
    String folder = request.getText();
    if (!folder.isEmpty() && !folder.equals("/")) {
      throw new HostError(Errors.ENOENT);
    }
    session.fids().requireFree(number);
    session.qids().put(reply, session.root().status());
    session.fids().put(number, new Fid(session.root().hold()));
  }

  /// A request is done before the next one is looked at.
  static void flush(Session session, Message request, Message reply) throws HostError {
    var _ = request.get16();
  }

  /// Goes down by names; the new number is given only if all are there.
  static void walk(Session session, Message request, Message reply) throws HostError {
    Fid from = session.fid(request.get32());
    int number = request.get32();
    int steps = request.get16();
    Fid there = session.fids().find(number);
    if (there != from) {
      session.fids().requireFree(number);
    }
    if (steps > MOST_STEPS || (there == from && from.isOpen())) {
      throw new HostError(Errors.EINVAL);
    }
    int countAt = reply.position();
    reply.put16(0);
    int done = 0;
    SharedFile at = from.file().hold();
    try {
      for (; done < steps; done++) {
        SharedFile next = step(session, at, request.getText(), reply);
        at.drop();
        at = next;
      }
    } catch (HostError e) {
      at.drop();
      if (done == 0) {
        throw e;
      }
      reply.replace16(countAt, done);
      return;
    }
    reply.replace16(countAt, done);
    if (there == from) {
      from.become(at);
    } else {
      session.fids().put(number, new Fid(at));
    }
  }

  private static SharedFile step(Session session, SharedFile at, String name, Message reply)
      throws HostError {
    SharedFile next = at.walk(name);
    try {
      session.qids().put(reply, next.status());
      return next;
    } catch (HostError e) {
      next.drop();
      throw e;
    }
  }

  static void clunk(Session session, Message request, Message reply) throws HostError {
    session.fids().remove(request.get32());
  }

  /// Files are removed by their names; this only gives the number back, as it must.
  static void remove(Session session, Message request, Message reply) throws HostError {
    session.fids().remove(request.get32());
    throw new HostError(Errors.EOPNOTSUPP);
  }
}
