package dev.forklift.kernel.machine;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.fs.socket.SocketCredentials;
import dev.forklift.kernel.fs.socket.SocketIdentity;
import dev.forklift.kernel.net.NetNamespace;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.Caller;

/// Tasks as the other ends of their sockets see them.
final class TaskIdentity implements SocketIdentity {
  @Override
  public NetNamespace network(Caller caller) {
    return ((Task) caller).namespaces().net();
  }

  @Override
  public SocketCredentials peer(Caller caller) {
    return new SocketCredentials(
        ((Task) caller).group().pid(), caller.credentials().euid(), caller.credentials().egid());
  }

  @Override
  public SocketCredentials sender(Caller caller) {
    return new SocketCredentials(
        ((Task) caller).group().pid(), caller.credentials().uid(), caller.credentials().gid());
  }

  @Override
  public int processNumber(Caller caller) {
    Task task = (Task) caller;
    return task.group().pid().in(task.pidNamespace());
  }

  @Override
  public DataModel model(Caller caller) {
    return ((Task) caller).memory().user().model();
  }
}
