package dev.forklift.board.share;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.host.HostError;
import java.nio.charset.StandardCharsets;

/// A client of the protocol, for tests.
final class ShareClient {
  /// The number of the root.
  static final int ROOT = 0;

  private static final int ERROR = 7;
  private static final int TAG = 5;

  private final Session session;
  private final Message reply = new Message(Session.MOST);
  private int room = Session.MOST;

  ShareClient(Session session) throws HostError {
    this.session = session;
    ask(100, m -> m.put32(1 << 16).putText("9P2000.L"));
    ask(104, m -> m.put32(ROOT).put32(-1).putText("user").putText("").put32(0));
  }

  interface Filling {
    void into(Message request) throws HostError;
  }

  /// Replies have to be this short.
  void setRoom(int bytes) {
    room = bytes;
  }

  /// Asks; answers the reply behind its header.
  Message ask(int type, Filling filling) throws HostError {
    Message request = new Message(Session.MOST);
    request.begin(type, TAG, Session.MOST);
    filling.into(request);
    request.received(request.end());
    int length = session.answer(request, reply, room);
    reply.received(length);
    assertThat(reply.get32()).isEqualTo(length);
    int answered = reply.get8();
    assertThat(reply.get16()).isEqualTo(TAG);
    if (answered == ERROR) {
      throw new HostError(reply.get32());
    }
    assertThat(answered).isEqualTo(type + 1);
    return reply;
  }

  /// Goes from one number to another; answers how many of the names were there.
  int walk(int from, int to, String... names) throws HostError {
    Message answer =
        ask(
            110,
            m -> {
              m.put32(from).put32(to).put16(names.length);
              for (String name : names) {
                m.putText(name);
              }
            });
    return answer.get16();
  }

  void open(int fid, int flags) throws HostError {
    ask(12, m -> m.put32(fid).put32(flags));
  }

  void create(int fid, String name, int flags, int mode) throws HostError {
    ask(14, m -> m.put32(fid).putText(name).put32(flags).put32(mode).put32(0));
  }

  String read(int fid, long offset, int count) throws HostError {
    Message answer = ask(116, m -> m.put32(fid).put64(offset).put32(count));
    int length = answer.get32();
    return new String(answer.array(), answer.position(), length, StandardCharsets.ISO_8859_1);
  }

  int write(int fid, long offset, String text) throws HostError {
    Message answer =
        ask(
            118,
            m -> {
              m.put32(fid).put64(offset).put32(text.length());
              for (int i = 0; i < text.length(); i++) {
                m.put8(text.charAt(i));
              }
            });
    return answer.get32();
  }

  void clunk(int fid) throws HostError {
    ask(120, m -> m.put32(fid));
  }

  /// Sets one thing.
  void setattr(int fid, int which, int mode, int uid, long size) throws HostError {
    ask(
        26,
        m -> {
          m.put32(fid).put32(which).put32(mode).put32(uid).put32(0).put64(size);
          m.put64(1000).put64(7).put64(2000).put64(8);
        });
  }
}
