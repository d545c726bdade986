package dev.forklift.kernel.vfs;

import java.util.ArrayList;
import java.util.List;

/// Shared mounts that tell each other what is mounted below them, and the slaves that are told but
/// tell nothing ("Shared subtrees" in mount_namespaces(7)).
final class PeerGroup {
  private final FileSystems systems;
  private final int id;
  private final List<Mount> members = new ArrayList<>(1);
  private final List<Mount> slaves = new ArrayList<>(0);

  PeerGroup(FileSystems systems) {
    this.systems = systems;
    this.id = systems.newPeerGroupId();
  }

  /// The number that /proc/PID/mountinfo shows.
  int id() {
    return id;
  }

  /// A snapshot.
  List<Mount> members() {
    return List.copyOf(members);
  }

  /// A snapshot.
  List<Mount> slaves() {
    return List.copyOf(slaves);
  }

  void add(Mount mount) {
    members.add(mount);
  }

  /// A member leaves. When the last one does, the slaves follow whom it followed.
  void remove(Mount mount) {
    members.remove(mount);
    if (members.isEmpty()) {
      for (Mount slave : slaves()) {
        slave.sharing().setMaster(mount.sharing().master());
      }
      systems.freePeerGroupId(id);
    }
  }

  boolean isEmpty() {
    return members.isEmpty();
  }

  void addSlave(Mount mount) {
    slaves.add(mount);
  }

  void removeSlave(Mount mount) {
    slaves.remove(mount);
  }
}
