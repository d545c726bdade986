package dev.forklift.kernel.net;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Namespace;
import dev.forklift.kernel.cred.NamespaceKind;
import dev.forklift.kernel.cred.UserNamespace;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A network of its own (network_namespaces(7)): a loopback interface, sockets and the abstract
/// names of these.
public final class NetNamespace extends Namespace {
  private final Loopback loopback;
  private final Set<NetSocket> sockets = new LinkedHashSet<>(0);
  private final Map<String, Integer> inUse = new HashMap<>();

  private NetNamespace(UserNamespace owner) {
    super(NamespaceKind.NET, owner);
    this.loopback = new Loopback(this, true);
  }

  private NetNamespace(UserNamespace owner, int creator) throws Errno {
    super(NamespaceKind.NET, owner, creator);
    this.loopback = new Loopback(this, false);
  }

  /// The one that a kernel begins with.
  public static NetNamespace first(UserNamespace owner) {
    return new NetNamespace(owner);
  }

  /// A new one.
  ///
  /// @param creator the effective user id of who makes it
  public static NetNamespace create(UserNamespace owner, int creator) throws Errno {
    return new NetNamespace(owner, creator);
  }

  /// Its only interface.
  public Loopback loopback() {
    return loopback;
  }

  /// A socket has been made in it, which keeps it.
  public void add(NetSocket socket) {
    sockets.add(socket);
    hold();
  }

  /// A socket has been closed.
  public void remove(NetSocket socket) {
    if (sockets.remove(socket)) {
      release();
    }
  }

  /// One socket more of a protocol.
  public void charge(String protocol) {
    inUse.merge(protocol, 1, Integer::sum);
  }

  /// One less.
  public void discharge(String protocol) {
    inUse.merge(protocol, -1, Integer::sum);
  }

  /// How many sockets of a protocol there are, closed ones among them whose messages have not been
  /// received.
  public int inUse(String protocol) {
    return inUse.getOrDefault(protocol, 0);
  }

  /// All sockets in it. A snapshot.
  public List<NetSocket> sockets() {
    return List.copyOf(sockets);
  }
}
