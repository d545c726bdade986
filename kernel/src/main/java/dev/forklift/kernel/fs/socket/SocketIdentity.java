package dev.forklift.kernel.fs.socket;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.net.NetNamespace;
import dev.forklift.kernel.vfs.Caller;

/// Who uses a socket; the process layer knows.
public interface SocketIdentity {
  /// The network that sockets are made in.
  NetNamespace network(Caller caller);

  /// As the other end of a connection is told: effective ids.
  SocketCredentials peer(Caller caller);

  /// As receivers of a message are told: real ids.
  SocketCredentials sender(Caller caller);

  /// The number of its process, as it knows it.
  int processNumber(Caller caller);

  /// How numbers stand in its memory.
  DataModel model(Caller caller);
}
