package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.MountFlags;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import java.util.List;

/// Changes of mounts that are there: they come to another place, into the tree at all, or into
/// other groups (move_mount(2), mount(2) with MS_MOVE and with MS_SHARED and the like).
public final class MountChanges {
  private MountChanges() {}

  /// Moves a mount to another place, or puts one there that is in no tree yet.
  ///
  /// @param namespace the caller's
  public static void move(MountNamespace namespace, VfsPath from, VfsPath place) throws Errno {
    Mount mount = from.mount();
    VfsPath former = mount.mountpoint();
    boolean movable = former == null ? isDetached(mount) : namespace.isHere(mount);
    if (!movable || from.dentry() != mount.root() || mount.isLocked()) {
      throw Errno.EINVAL;
    }
    // Who mounts is told that it is no directory; who moves, that it does not fit.
    if (mount.root().inode().isDirectory() != place.inode().isDirectory()) {
      throw Errno.EINVAL;
    }
    namespace.checkPlace(mount, place);
    if (former != null && former.mount().sharing().isShared()) {
      throw Errno.EINVAL;
    }
    List<Mount> all = MountTree.of(mount);
    if (MountNamespace.topmost(place).mount().sharing().isShared()
        && all.stream().anyMatch(each -> each.sharing().isUnbindable())) {
      throw Errno.EINVAL;
    }
    if (MountTree.isWithin(place.mount(), mount)
        || all.stream().anyMatch(each -> mayKeep(each, namespace))) {
      throw Errno.ELOOP;
    }
    mount.unhang();
    try {
      var _ = namespace.attach(mount, place);
    } catch (Errno e) {
      if (former != null) {
        mount.attach(namespace, former);
      }
      throw e;
    }
  }

  /// Says whether a mount is the top of a tree that only descriptors lead to.
  private static boolean isDetached(Mount mount) {
    return mount.isAttached() && mount.namespace().isAnonymous();
  }

  /// Says whether a mount would keep a namespace that it is in itself.
  private static boolean mayKeep(Mount mount, MountNamespace namespace) {
    return mount.root().inode().standsFor() instanceof MountNamespace other
        && namespace.isAsOld(other);
  }

  /// Makes a mount tell, and be told, whatever another one of the same file system does
  /// (MOVE_MOUNT_SET_GROUP).
  public static void setGroup(Credentials who, VfsPath from, VfsPath to) throws Errno {
    Mount source = from.mount();
    Mount target = to.mount();
    if (!source.isAttached() || !target.isAttached()) {
      throw Errno.EINVAL;
    }
    if (!isAdministeredBy(source, who) || !isAdministeredBy(target, who)) {
      throw Errno.EPERM;
    }
    boolean whole = from.dentry() == source.root() && to.dentry() == target.root();
    if (!whole
        || source.fileSystem() != target.fileSystem()
        || !target.root().isWithin(source.root())
        || MountLocks.hideSomething(new VfsPath(source, target.root()))) {
      throw Errno.EINVAL;
    }
    if (!target.sharing().isPrivate() || source.sharing().isPrivate()) {
      throw Errno.EINVAL;
    }
    target.sharing().joinLike(source.sharing());
  }

  /// Changes whom a mount tells of what is mounted below it.
  ///
  /// @param type MS_SHARED, MS_SLAVE, MS_PRIVATE or MS_UNBINDABLE
  /// @param recursive whether all mounts below are changed too
  public static void share(Credentials who, VfsPath path, int type, boolean recursive)
      throws Errno {
    Mount top = path.mount();
    if (path.dentry() != top.root() || !top.isAttached()) {
      throw Errno.EINVAL;
    }
    if (!isAdministeredBy(top, who)) {
      throw Errno.EPERM;
    }
    for (Mount mount : recursive ? MountTree.of(top) : List.of(top)) {
      switch (type) {
        case MountFlags.MS_SHARED -> mount.sharing().makeShared();
        case MountFlags.MS_SLAVE -> mount.sharing().makeSlave();
        case MountFlags.MS_PRIVATE -> mount.sharing().makePrivate();
        case MountFlags.MS_UNBINDABLE -> mount.sharing().makeUnbindable();
        default -> throw Errno.EINVAL;
      }
    }
  }

  private static boolean isAdministeredBy(Mount mount, Credentials who) {
    return who.hasIn(mount.namespace().userNamespace(), Capability.SYS_ADMIN);
  }
}
