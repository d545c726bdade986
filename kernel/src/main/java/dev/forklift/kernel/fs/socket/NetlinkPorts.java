package dev.forklift.kernel.fs.socket;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.net.NetNamespace;
import dev.forklift.kernel.vfs.Caller;
import java.util.HashMap;
import java.util.Map;

/// Who has which port in each network, of netlink(7). A port is just a number, most often that of
/// the process.
final class NetlinkPorts {
  /// Where the ports begin, downwards, of those whose process has its number already.
  private static final int FIRST_OTHER = -4097;

  private final SocketIdentity identity;
  private final Map<Port, NetlinkSocket> taken = new HashMap<>();

  private record Port(NetNamespace network, int number) {}

  NetlinkPorts(SocketIdentity identity) {
    this.identity = identity;
  }

  /// Gives a socket the port it wants.
  void take(NetlinkSocket socket, int number) throws Errno {
    if (taken.putIfAbsent(new Port(socket.network(), number), socket) != null) {
      throw Errno.EADDRINUSE;
    }
  }

  /// Gives a socket a port.
  ///
  /// @return its number
  int any(Caller caller, NetlinkSocket socket) {
    int number = identity.processNumber(caller);
    int other = FIRST_OTHER;
    while (taken.putIfAbsent(new Port(socket.network(), number), socket) != null) {
      number = other--;
    }
    return number;
  }

  /// A socket needs its port no more, if it has one.
  void free(NetlinkSocket socket, int number) {
    taken.remove(new Port(socket.network(), number), socket);
  }
}
