package dev.forklift.kernel.vfs;

import org.jspecify.annotations.Nullable;

/// Whom a mount tells, and who tells it, when something is mounted or unmounted below: its
/// propagation type in mount_namespaces(7).
final class Sharing {
  /// What a copy of a mount has to do with its original.
  enum OfCopy {
    /// Whatever the original is: in its group if it is shared, a slave if that is one.
    SAME,
    /// A slave of the original's group.
    SLAVE,
    /// That, and the first member of a group of its own.
    SHARED_SLAVE,
    /// A slave of the original's group if there is one, and else the same: for the copy in a mount
    /// namespace of another user namespace.
    NOT_SHARED
  }

  private final Mount mount;
  private @Nullable PeerGroup group;
  private @Nullable PeerGroup master;
  private boolean unbindable;

  Sharing(Mount mount) {
    this.mount = mount;
  }

  /// The group of those that are shown the same; null if it is not shared.
  @Nullable PeerGroup group() {
    return group;
  }

  /// The group whose changes it is told; null if it is not a slave.
  @Nullable PeerGroup master() {
    return master;
  }

  boolean isShared() {
    return group != null;
  }

  /// Says whether it neither tells nor is told anything.
  boolean isPrivate() {
    return group == null && master == null;
  }

  /// Says whether bind mounts leave it out.
  boolean isUnbindable() {
    return unbindable;
  }

  void makeShared() {
    if (group == null) {
      join(new PeerGroup(mount.fileSystem().systems()));
    }
    unbindable = false;
  }

  private void join(PeerGroup other) {
    group = other;
    other.add(mount);
  }

  /// Leaves its group and goes on following it. One that was alone follows whom it followed before.
  void makeSlave() {
    PeerGroup former = group;
    if (former != null) {
      former.remove(mount);
      group = null;
      if (!former.isEmpty()) {
        setMaster(former);
      }
    }
  }

  void makePrivate() {
    makeSlave();
    setMaster(null);
    unbindable = false;
  }

  void makeUnbindable() {
    makePrivate();
    unbindable = true;
  }

  void setMaster(@Nullable PeerGroup other) {
    if (master != null) {
      master.removeSlave(mount);
    }
    master = other;
    if (other != null) {
      other.addSlave(mount);
    }
  }

  /// Makes this, of a private mount, a peer of whom the other is one of, and a slave of the same.
  void joinLike(Sharing other) {
    setMaster(other.master);
    if (other.group != null) {
      join(other.group);
      unbindable = false;
    }
  }

  /// Makes this, of a fresh mount, what it is to be as a copy.
  void copyOf(Sharing original, OfCopy kind) {
    boolean follows =
        switch (kind) {
          case SAME -> false;
          case SLAVE, SHARED_SLAVE -> true;
          case NOT_SHARED -> original.isShared();
        };
    if (follows) {
      setMaster(original.group);
    } else {
      joinLike(original);
      unbindable = original.unbindable;
    }
    if (kind == OfCopy.SHARED_SLAVE) {
      makeShared();
    }
  }

  /// The fields of /proc/PID/mountinfo that are there for some mounts only.
  String text() {
    return (group == null ? "" : " shared:" + group.id())
        + (master == null ? "" : " master:" + master.id())
        + (unbindable ? " unbindable" : "");
  }
}
