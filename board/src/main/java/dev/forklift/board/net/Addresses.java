package dev.forklift.board.net;

/// Who is who in the guest's network.
final class Addresses {
  static final int GUEST = 0x0a00_020f;
  static final int GATEWAY = 0x0a00_0202;
  static final int NAME_SERVER = 0x0a00_0203;
  static final int MASK = 0xffff_ff00;

  /// The gateway's, as Ethernet has it.
  static final byte[] HARDWARE = {0x52, 0x55, 0x0a, 0, 2, 2};

  private static final int LOOPBACK = 127;
  private static final int LINK_LOCAL = 0xa9fe;
  private static final int MULTICAST = 224;

  private Addresses() {}

  /// Whether the guest may talk to an address outside: not to this host, but by way of the gateway,
  /// and to no network whose members take each other for friends.
  static boolean isOutside(int address) {
    int first = address >>> 24;
    return first != 0
        && first != LOOPBACK
        && first < MULTICAST
        && address >>> 16 != LINK_LOCAL
        && (address & MASK) != (GATEWAY & MASK);
  }
}
