package dev.forklift.kernel.fs.socket;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.net.NetNamespace;
import dev.forklift.kernel.vfs.Caller;
import java.nio.ByteOrder;

/// Callers are their own processes.
public final class TestIdentity implements SocketIdentity {
  private final NetNamespace network = NetNamespace.first(UserNamespace.initial());

  @Override
  public NetNamespace network(Caller caller) {
    return network;
  }

  @Override
  public SocketCredentials peer(Caller caller) {
    return new SocketCredentials(caller, caller.credentials().euid(), caller.credentials().egid());
  }

  @Override
  public SocketCredentials sender(Caller caller) {
    return new SocketCredentials(caller, caller.credentials().uid(), caller.credentials().gid());
  }

  @Override
  public int processNumber(Caller caller) {
    return 1;
  }

  @Override
  public DataModel model(Caller caller) {
    return new DataModel(Integer.BYTES, Integer.BYTES, ByteOrder.LITTLE_ENDIAN);
  }
}
