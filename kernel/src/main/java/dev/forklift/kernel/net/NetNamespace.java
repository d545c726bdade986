package dev.forklift.kernel.net;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Namespace;
import dev.forklift.kernel.cred.NamespaceKind;
import dev.forklift.kernel.cred.UserNamespace;

/// A network of its own (network_namespaces(7)): a loopback interface and nothing else.
public final class NetNamespace extends Namespace {
  private NetNamespace(UserNamespace owner) {
    super(NamespaceKind.NET, owner);
  }

  private NetNamespace(UserNamespace owner, int creator) throws Errno {
    super(NamespaceKind.NET, owner, creator);
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
}
