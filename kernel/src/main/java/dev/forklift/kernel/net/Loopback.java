package dev.forklift.kernel.net;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.NetIoctls;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.vfs.UserAccess;
import java.nio.charset.StandardCharsets;

/// The interface `lo` of a network: what netdevice(7) tells of it.
public final class Loopback {
  public static final String NAME = "lo";
  public static final int INDEX = 1;
  public static final int MTU = 65536;

  private static final int NAME_BYTES = 16;
  private static final int QUEUE_LENGTH = 1000;
  private static final int IFF_UP = 1;
  private static final int IFF_LOOPBACK = 8;
  private static final int IFF_RUNNING = 0x40;
  private static final int ARPHRD_LOOPBACK = 772;
  private static final int NO_ADDRESS = 14;
  private static final int AF_INET = 2;
  private static final byte[] ADDRESS = {127, 0, 0, 1};

  private final NetNamespace network;
  private boolean up;

  Loopback(NetNamespace network, boolean up) {
    this.network = network;
    this.up = up;
  }

  /// The flags of the interface (IFF_*).
  public int flags() {
    return IFF_LOOPBACK | (up ? IFF_UP | IFF_RUNNING : 0);
  }

  /// Does what ioctl(2) asks of a network's interfaces by any of its sockets.
  public void ioctl(Credentials who, int request, long argument, UserAccess memory) throws Errno {
    StructWriter answer = new StructWriter(memory.model());
    switch (request) {
      case NetIoctls.SIOCGIFCONF -> list(argument, memory);
      case NetIoctls.SIOCGIFNAME -> name(argument, memory);
      case NetIoctls.SIOCGIFFLAGS -> answer(argument, memory, answer.u16(flags()));
      case NetIoctls.SIOCSIFFLAGS -> setFlags(who, argument, memory);
      case NetIoctls.SIOCGIFMETRIC -> answer(argument, memory, answer.u32(0));
      case NetIoctls.SIOCGIFMTU -> answer(argument, memory, answer.u32(MTU));
      case NetIoctls.SIOCGIFINDEX -> answer(argument, memory, answer.u32(INDEX));
      case NetIoctls.SIOCGIFTXQLEN -> answer(argument, memory, answer.u32(QUEUE_LENGTH));
      case NetIoctls.SIOCGIFHWADDR ->
          answer(argument, memory, answer.u16(ARPHRD_LOOPBACK).skip(NO_ADDRESS));
      default -> throw Errno.ENOTTY;
    }
  }

  /// Puts a value behind the name in a `struct ifreq`, if the name is the one there is.
  private static void answer(long argument, UserAccess memory, StructWriter value) throws Errno {
    requireName(argument, memory);
    memory.write(argument + NAME_BYTES, value);
  }

  private static void requireName(long argument, UserAccess memory) throws Errno {
    byte[] name = memory.structure(argument, NAME_BYTES).bytes(NAME_BYTES);
    String text = new String(name, StandardCharsets.ISO_8859_1);
    int end = text.indexOf('\0');
    if (!(end < 0 ? text : text.substring(0, end)).equals(NAME)) {
      throw Errno.ENODEV;
    }
  }

  private static void name(long argument, UserAccess memory) throws Errno {
    if (memory.readInt(argument + NAME_BYTES) != INDEX) {
      throw Errno.ENODEV;
    }
    memory.write(argument, new StructWriter(memory.model()).string(NAME, NAME_BYTES));
  }

  private void setFlags(Credentials who, long argument, UserAccess memory) throws Errno {
    if (!who.hasIn(network.userNamespace(), Capability.NET_ADMIN)) {
      throw Errno.EPERM;
    }
    requireName(argument, memory);
    up = (memory.structure(argument + NAME_BYTES, Short.BYTES).u16() & IFF_UP) != 0;
  }

  /// The interfaces that have an address: only that of one that is up.
  private void list(long argument, UserAccess memory) throws Errno {
    int word = memory.model().wordBytes();
    StructReader given = memory.structure(argument, 2 * word);
    int room = given.s32();
    given.align(word);
    long buffer = given.word();
    int request = NAME_BYTES + (memory.model().is64Bit() ? 24 : 16);
    int length = up && (buffer == 0 || room >= request) ? request : 0;
    if (buffer != 0 && length > 0) {
      StructWriter w = new StructWriter(memory.model()).string(NAME, NAME_BYTES);
      memory.write(buffer, w.u16(AF_INET).u16(0).bytes(ADDRESS).skip(request - w.size()));
    }
    memory.writeInt(argument, length);
  }
}
