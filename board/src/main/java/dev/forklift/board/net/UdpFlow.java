package dev.forklift.board.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.util.function.Consumer;

/// Datagrams between a port of the guest and one of the world.
final class UdpFlow implements HostSockets.Owner {
  private static final int LARGEST = 1514 - Packets.ETHERNET - Packets.IP_HEADER - 8;
  private static final int AT_ONCE = 16;

  private final Endpoints endpoints;
  private final Consumer<byte[]> toGuest;
  private final DatagramChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(LARGEST);

  /// @param toGuest takes packets of IPv4
  UdpFlow(
      Endpoints endpoints, InetSocketAddress real, HostSockets sockets, Consumer<byte[]> toGuest)
      throws IOException {
    this.endpoints = endpoints;
    this.toGuest = toGuest;
    channel = DatagramChannel.open();
    try {
      // Only who was talked to can answer.
      channel.connect(real);
      sockets.register(channel, SelectionKey.OP_READ, this);
    } catch (IOException | IllegalArgumentException e) {
      channel.close();
      throw new IOException(e);
    }
  }

  void send(ByteBuffer payload) {
    try {
      channel.write(payload);
    } catch (IOException e) {
      // Lost, as datagrams are.
    }
  }

  @Override
  public void ready() {
    try {
      // The rest is looked at again; who is flooded still gets on.
      for (int i = 0; i < AT_ONCE && channel.read(buffer.clear()) > 0; i++) {
        byte[] payload = new byte[buffer.flip().remaining()];
        buffer.get(payload);
        byte[] datagram = Packets.udp(endpoints.port(), endpoints.guestPort(), payload);
        toGuest.accept(Packets.ip(Packets.UDP, endpoints.address(), Addresses.GUEST, datagram));
      }
    } catch (IOException e) {
      // Nobody is there; the guest finds out by waiting.
    }
  }

  void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // It is gone in any case.
    }
  }
}
