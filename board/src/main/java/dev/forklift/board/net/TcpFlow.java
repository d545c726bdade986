package dev.forklift.board.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

/// A connection of the guest: its segments on one side, a socket of the host on the other.
///
/// What the guest has sent is acknowledged when it is in the buffer for the socket; what it has not
/// acknowledged is kept, and sent again when nothing happens for a while.
final class TcpFlow implements HostSockets.Owner {
  // Flags of a segment.
  static final int FIN = 1;
  static final int SYN = 1 << 1;
  static final int RESET = 1 << 2;
  static final int PUSH = 1 << 3;
  static final int ACK = 1 << 4;

  private static final int SEGMENT = 1460;
  private static final int BUFFER = 65_535;
  private static final int FIRST = 64_000;

  /// How often nothing may happen before it is given up.
  private static final int PATIENCE = 20;

  private enum State {
    /// The host has not answered.
    CONNECTING,
    /// The guest has not answered.
    ANSWERED,
    OPEN,
    CLOSED
  }

  private final Endpoints endpoints;
  private final HostSockets sockets;
  private final Consumer<byte[]> toGuest;
  private final SocketChannel channel;
  private final SelectionKey key;

  private State state = State.CONNECTING;

  // From the guest.
  private final ByteBuffer incoming = ByteBuffer.allocate(BUFFER);
  private int receiveNext;
  private boolean guestDone;
  private boolean shutDown;

  // To the guest: the buffer begins with what comes first and is not acknowledged.
  private final ByteBuffer outgoing = ByteBuffer.allocate(BUFFER);
  private int unacknowledged = FIRST;
  private int sendNext = FIRST;
  private int window;
  private boolean hostDone;
  private boolean finSent;
  private boolean finAcknowledged;
  private int silence;

  /// @param first the guest's first number
  /// @param toGuest takes packets of IPv4
  TcpFlow(
      Endpoints endpoints,
      int first,
      InetSocketAddress real,
      HostSockets sockets,
      Consumer<byte[]> toGuest)
      throws IOException {
    this.endpoints = endpoints;
    this.sockets = sockets;
    this.toGuest = toGuest;
    receiveNext = first + 1;
    channel = SocketChannel.open();
    try {
      key = sockets.register(channel, SelectionKey.OP_CONNECT, this);
      if (channel.connect(real)) {
        sockets.change(key, 0);
        answer();
      }
    } catch (IOException | IllegalArgumentException e) {
      channel.close();
      throw new IOException(e);
    }
  }

  boolean isClosed() {
    return state == State.CLOSED;
  }

  // The host's side.

  @Override
  public void ready() {
    try {
      if (state == State.CONNECTING && channel.finishConnect()) {
        answer();
      } else if (state == State.OPEN) {
        write();
        read();
        push();
      }
    } catch (IOException e) {
      reset();
    }
  }

  private void answer() {
    state = State.ANSWERED;
    sockets.change(key, 0);
    segment(SYN | ACK, unacknowledged, 0, 0);
    sendNext = unacknowledged + 1;
  }

  private void read() throws IOException {
    if (!hostDone && outgoing.hasRemaining() && channel.read(outgoing) < 0) {
      hostDone = true;
    }
  }

  private void write() throws IOException {
    boolean wasFull = incoming.remaining() < SEGMENT;
    if (incoming.position() > 0) {
      incoming.flip();
      channel.write(incoming);
      incoming.compact();
    }
    if (wasFull && incoming.remaining() >= SEGMENT) {
      acknowledge();
    }
    if (guestDone && incoming.position() == 0 && !shutDown) {
      shutDown = true;
      channel.shutdownOutput();
    }
  }

  // The guest's side.

  /// The guest has sent a segment.
  void received(int flags, int sequence, int acknowledged, int newWindow, ByteBuffer payload) {
    if ((flags & RESET) != 0) {
      close();
      return;
    }
    if ((flags & SYN) != 0) {
      if (state == State.ANSWERED) {
        segment(SYN | ACK, unacknowledged, 0, 0);
      }
      return;
    }
    if ((flags & ACK) == 0 || state == State.CONNECTING || state == State.CLOSED) {
      return;
    }
    acknowledged(acknowledged);
    window = newWindow;
    if (state != State.OPEN) {
      return;
    }
    try {
      int length = payload.remaining();
      take(sequence, payload, (flags & FIN) != 0);
      write();
      if (length > 0 || (flags & FIN) != 0) {
        acknowledge();
      }
      push();
    } catch (IOException e) {
      reset();
    }
  }

  private void acknowledged(int upTo) {
    int count = upTo - unacknowledged;
    if (count <= 0 || count > sendNext - unacknowledged) {
      return;
    }
    silence = 0;
    unacknowledged = upTo;
    if (state == State.ANSWERED) {
      state = State.OPEN;
      count--;
    }
    if (finSent && upTo == sendNext) {
      finAcknowledged = true;
      count--;
    }
    outgoing.flip();
    outgoing.position(count);
    outgoing.compact();
  }

  /// Takes what comes next and has room. The rest the guest sends again.
  private void take(int sequence, ByteBuffer payload, boolean last) {
    int known = receiveNext - sequence;
    if (known < 0 || known > payload.remaining() || guestDone) {
      return;
    }
    payload.position(payload.position() + known);
    int count = Math.min(payload.remaining(), incoming.remaining());
    boolean all = count == payload.remaining();
    incoming.put(payload.slice(payload.position(), count));
    receiveNext += count;
    if (all && last) {
      guestDone = true;
      receiveNext++;
    }
  }

  /// Sends what the guest has room for.
  private void push() {
    int sent = sendNext - unacknowledged - (finSent ? 1 : 0);
    while (sent < outgoing.position() && sent < window && !finSent) {
      int count = Math.min(SEGMENT, Math.min(outgoing.position(), window) - sent);
      segment(PUSH | ACK, sendNext, sent, count);
      sendNext += count;
      sent += count;
    }
    if (hostDone && sent == outgoing.position() && !finSent) {
      segment(FIN | ACK, sendNext, 0, 0);
      sendNext++;
      finSent = true;
    }
    if (guestDone && shutDown && finAcknowledged) {
      close();
      return;
    }
    int wanted = !hostDone && outgoing.hasRemaining() ? SelectionKey.OP_READ : 0;
    sockets.change(key, wanted | (incoming.position() > 0 ? SelectionKey.OP_WRITE : 0));
  }

  /// Some time has gone by.
  void tick() {
    if (state == State.CONNECTING || sendNext == unacknowledged || finAcknowledged) {
      return;
    }
    silence++;
    if (silence > PATIENCE) {
      reset();
    } else if (silence > 1 && state == State.ANSWERED) {
      segment(SYN | ACK, unacknowledged, 0, 0);
    } else if (silence > 1 && state == State.OPEN) {
      // All of it again, and a little where there is no room: the answer says whether there is now.
      sendNext = unacknowledged;
      finSent = false;
      window = Math.max(window, 1);
      push();
    }
  }

  private void acknowledge() {
    segment(ACK, sendNext, 0, 0);
  }

  private void segment(int flags, int sequence, int from, int count) {
    byte[] payload = new byte[count];
    outgoing.get(from, payload, 0, count);
    toGuest.accept(packet(endpoints, flags, sequence, receiveNext, incoming.remaining(), payload));
  }

  /// A segment to the guest, in a packet of IPv4.
  static byte[] packet(
      Endpoints from, int flags, int sequence, int acknowledged, int window, byte[] payload) {
    boolean first = (flags & SYN) != 0;
    int header = Packets.TCP_HEADER + (first ? Integer.BYTES : 0);
    ByteBuffer segment = ByteBuffer.allocate(header + payload.length);
    segment.putShort((short) from.port()).putShort((short) from.guestPort());
    segment.putInt(sequence).putInt(acknowledged);
    segment.put((byte) ((header / Integer.BYTES) << 4)).put((byte) flags);
    segment.putShort((short) window).putShort((short) 0).putShort((short) 0);
    if (first) {
      segment.put((byte) 2).put((byte) Integer.BYTES).putShort((short) SEGMENT);
    }
    segment.put(payload);
    return Packets.ip(Packets.TCP, from.address(), Addresses.GUEST, segment.array());
  }

  private void reset() {
    if (state != State.CLOSED) {
      segment(RESET | ACK, sendNext, 0, 0);
      close();
    }
  }

  void close() {
    state = State.CLOSED;
    try {
      channel.close();
    } catch (IOException e) {
      // It is gone in any case.
    }
  }
}
