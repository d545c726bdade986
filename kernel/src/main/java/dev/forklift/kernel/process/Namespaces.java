package dev.forklift.kernel.process;

import dev.forklift.kernel.cgroup.CgroupNamespace;
import dev.forklift.kernel.cred.Namespace;
import dev.forklift.kernel.ipc.IpcNamespace;
import dev.forklift.kernel.net.NetNamespace;
import dev.forklift.kernel.vfs.MountNamespace;
import java.util.List;

/// The namespaces that a task is in (Linux's `nsproxy`), its user namespace aside, which belongs to
/// its credentials.
///
/// @param pidForChildren where its children will be; its own pid namespace is that of its id
public record Namespaces(
    MountNamespace mnt,
    UtsNamespace uts,
    IpcNamespace ipc,
    PidNamespace pidForChildren,
    CgroupNamespace cgroup,
    NetNamespace net) {

  private List<Namespace> all() {
    return List.of(mnt, uts, ipc, pidForChildren, cgroup, net);
  }

  /// The same with another one in its place. That of its children, if it is a pid namespace; a user
  /// namespace is not among them.
  Namespaces with(Namespace other) {
    return new Namespaces(
        other instanceof MountNamespace mounts ? mounts : mnt,
        other instanceof UtsNamespace names ? names : uts,
        other instanceof IpcNamespace objects ? objects : ipc,
        other instanceof PidNamespace pids ? pids : pidForChildren,
        other instanceof CgroupNamespace groups ? groups : cgroup,
        other instanceof NetNamespace network ? network : net);
  }

  /// Another task is in them too.
  Namespaces share() {
    all().forEach(Namespace::hold);
    return this;
  }

  /// A task is in them no more.
  void release() {
    all().forEach(Namespace::release);
  }
}
