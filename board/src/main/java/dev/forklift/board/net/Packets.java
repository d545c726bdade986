package dev.forklift.board.net;

import java.nio.ByteBuffer;

/// How packets look on the cable: Ethernet, IPv4 and what is in it.
final class Packets {
  static final int ETHERNET = 14;
  static final int IP_TYPE = 0x0800;
  static final int ARP_TYPE = 0x0806;

  static final int ICMP = 1;
  static final int TCP = 6;
  static final int UDP = 17;

  static final int IP_HEADER = 20;
  static final int UDP_HEADER = 8;
  static final int TCP_HEADER = 20;

  private static final int TIME_TO_LIVE = 64;
  private static final int DONT_FRAGMENT = 0x4000;

  // Where the checksums stand.
  private static final int UDP_CHECKSUM = 6;
  private static final int TCP_CHECKSUM = 16;

  private Packets() {}

  /// A frame from the gateway.
  static byte[] frame(byte[] destination, int type, byte[] payload) {
    return ByteBuffer.allocate(ETHERNET + payload.length)
        .put(destination)
        .put(Addresses.HARDWARE)
        .putShort((short) type)
        .put(payload)
        .array();
  }

  /// A packet of IPv4 whose payload has no checksum yet, if it is one of UDP or TCP.
  static byte[] ip(int protocol, int source, int destination, byte[] payload) {
    if (protocol == UDP || protocol == TCP) {
      int at = protocol == UDP ? UDP_CHECKSUM : TCP_CHECKSUM;
      int pseudo = protocol + payload.length;
      pseudo += (source >>> 16) + (source & 0xffff);
      pseudo += (destination >>> 16) + (destination & 0xffff);
      int sum = checksum(payload, 0, payload.length, pseudo);
      // A checksum of zero says in UDP that there is none.
      ByteBuffer.wrap(payload).putShort(at, (short) (sum == 0 ? 0xffff : sum));
    }
    ByteBuffer packet = ByteBuffer.allocate(IP_HEADER + payload.length);
    packet.put((byte) 0x45).put((byte) 0).putShort((short) packet.capacity());
    packet.putShort((short) 0).putShort((short) DONT_FRAGMENT);
    packet.put((byte) TIME_TO_LIVE).put((byte) protocol).putShort((short) 0);
    packet.putInt(source).putInt(destination).put(payload);
    packet.putShort(10, (short) checksum(packet.array(), 0, IP_HEADER, 0));
    return packet.array();
  }

  static byte[] udp(int sourcePort, int destinationPort, byte[] payload) {
    ByteBuffer datagram = ByteBuffer.allocate(UDP_HEADER + payload.length);
    datagram.putShort((short) sourcePort).putShort((short) destinationPort);
    datagram.putShort((short) datagram.capacity()).putShort((short) 0);
    return datagram.put(payload).array();
  }

  /// The sum of all 16-bit numbers, as these protocols have it.
  static int checksum(byte[] bytes, int start, int length, int first) {
    long sum = first;
    for (int i = 0; i < length; i++) {
      int value = bytes[start + i] & 0xff;
      sum += (i & 1) == 0 ? value << 8 : value;
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (int) ~sum & 0xffff;
  }
}
