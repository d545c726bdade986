package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.MountFlags;
import java.util.List;

/// What cannot be changed of mounts that have come from a mount namespace with more privileges
/// (mount_namespaces(7), "Restrictions on mount namespaces"): what protects them and what they hide
/// stays so.
final class MountLocks {
  private MountLocks() {}

  /// Locks a tree that has come: the flags of all, and in their places all but the top.
  static void lock(Mount top) {
    for (Mount mount : MountTree.of(top)) {
      mount.lockFlags(MountFlags.ACCESS_TIMES | (mount.flags() & MountFlags.PROTECTING));
      if (mount != top) {
        mount.setLocked(true);
      }
    }
  }

  /// Says whether showing a place without the mounts on it would show what they must go on hiding.
  static boolean hideSomething(VfsPath place) {
    for (Mount child : place.mount().children()) {
      VfsPath at = child.mountpoint();
      if (child.isLocked() && at != null && at.dentry().isWithin(place.dentry())) {
        return true;
      }
    }
    return false;
  }

  /// Says whether one of some mounts shows all of a file system of this type, with flags no
  /// stricter than these.
  static boolean showAll(List<Mount> mounts, FileSystem like, int flags) {
    return mounts.stream().anyMatch(mount -> showsAll(mount, like, flags));
  }

  private static boolean showsAll(Mount mount, FileSystem like, int flags) {
    boolean whole =
        mount.fileSystem().type().equals(like.type()) && mount.root() == mount.fileSystem().root();
    boolean onlyRead = (mount.lockedFlags() & MountFlags.MS_RDONLY) != 0;
    int times = mount.lockedFlags() & MountFlags.ACCESS_TIMES;
    return whole
        && (!(onlyRead || mount.fileSystem().isReadOnly()) || (flags & MountFlags.MS_RDONLY) != 0)
        && (mount.flags() & times) == (flags & times)
        && mount.children().stream().noneMatch(MountLocks::coversSomething);
  }

  private static boolean coversSomething(Mount mount) {
    VfsPath place = mount.mountpoint();
    return mount.isLocked() && place != null && !place.inode().isEmptyForGood();
  }
}
