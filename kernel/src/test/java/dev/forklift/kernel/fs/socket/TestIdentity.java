package dev.forklift.kernel.fs.socket;

import dev.forklift.kernel.vfs.Caller;

/// Callers are their own processes.
public final class TestIdentity implements SocketIdentity {
  @Override
  public SocketCredentials peer(Caller caller) {
    return new SocketCredentials(caller, caller.credentials().euid(), caller.credentials().egid());
  }

  @Override
  public SocketCredentials sender(Caller caller) {
    return new SocketCredentials(caller, caller.credentials().uid(), caller.credentials().gid());
  }
}
