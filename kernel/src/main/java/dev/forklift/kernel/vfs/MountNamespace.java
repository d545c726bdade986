package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.MountFlags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The tree of mounts that a task sees (mount_namespaces(7)). Nothing propagates between trees: all
/// mounts are private.
public final class MountNamespace {
  private @Nullable Mount root;
  private int users = 1;

  private MountNamespace() {}

  /// A tree with one file system at its top.
  public static MountNamespace of(FileSystem top, String source, int flags) {
    MountNamespace namespace = new MountNamespace();
    Mount mount = Mount.of(top.root(), source, flags);
    mount.attach(namespace, null);
    namespace.root = mount;
    return namespace;
  }

  public Mount root() {
    if (root == null) {
      throw new IllegalStateException("a namespace without a root");
    }
    return root;
  }

  /// What a path ends at, all mounts on top of it considered.
  static VfsPath topmost(VfsPath path) {
    VfsPath at = path;
    for (Mount over = at.mount().childAt(at.dentry());
        over != null;
        over = at.mount().childAt(at.dentry())) {
      at = over.rootPath();
    }
    return at;
  }

  /// All mounts, parents before children.
  public List<Mount> mounts() {
    List<Mount> all = new ArrayList<>();
    collect(root(), all);
    return all;
  }

  /// Mounts a file system at `place`.
  public Mount mount(FileSystem fileSystem, String source, VfsPath place, int flags) throws Errno {
    return attach(Mount.of(fileSystem.root(), source, flags), place);
  }

  /// Shows what is at `from` at `place` too.
  ///
  /// @param recursive whether the mounts below `from` are shown too
  public Mount bind(VfsPath from, VfsPath place, boolean recursive) throws Errno {
    if (!from.mount().isAttached() || !place.mount().isAttached()) {
      throw Errno.EINVAL;
    }
    return attach(copy(from.mount(), from.dentry(), recursive, new HashMap<>()), place);
  }

  private Mount attach(Mount mount, VfsPath place) throws Errno {
    try {
      if (!place.mount().isAttached()) {
        throw Errno.EINVAL;
      }
      if (place.dentry().isUnlinked()) {
        throw Errno.ENOENT;
      }
      if (mount.root().inode().isDirectory() != place.inode().isDirectory()) {
        throw Errno.ENOTDIR;
      }
    } catch (Errno e) {
      mount.children().clear();
      mount.detach();
      throw e;
    }
    adopt(mount);
    mount.attach(this, topmost(place));
    return mount;
  }

  private void adopt(Mount mount) {
    for (Mount child : List.copyOf(mount.children())) {
      VfsPath place = child.mountpoint();
      child.unhang();
      child.attach(this, place);
      adopt(child);
    }
  }

  /// Moves a mount to another place.
  public void move(VfsPath from, VfsPath place) throws Errno {
    Mount mount = from.mount();
    if (from.dentry() != mount.root() || mount.mountpoint() == null || !mount.isAttached()) {
      throw Errno.EINVAL;
    }
    if (mount.root().inode().isDirectory() != place.inode().isDirectory()) {
      throw Errno.ENOTDIR;
    }
    for (Mount at = place.mount(); ; ) {
      if (at == mount) {
        throw Errno.ELOOP;
      }
      VfsPath up = at.mountpoint();
      if (up == null) {
        break;
      }
      at = up.mount();
    }
    mount.unhang();
    mount.attach(this, topmost(place));
  }

  /// Takes a mount away.
  ///
  /// @param flags MNT_DETACH takes it out of sight though it is in use, with all mounts below
  public void unmount(VfsPath path, int flags) throws Errno {
    Mount mount = path.mount();
    if (path.dentry() != mount.root() || !mount.isAttached()) {
      throw Errno.EINVAL;
    }
    if (mount == root()) {
      throw Errno.EBUSY;
    }
    if ((flags & MountFlags.MNT_DETACH) == 0 && (!mount.children().isEmpty() || mount.isHeld())) {
      throw Errno.EBUSY;
    }
    detachTree(mount);
  }

  private static void detachTree(Mount mount) {
    for (Mount child : List.copyOf(mount.children())) {
      detachTree(child);
    }
    mount.detach();
  }

  /// A copy for a task with CLONE_NEWNS.
  public Copy copy() {
    MountNamespace copy = new MountNamespace();
    Map<Mount, Mount> counterparts = new HashMap<>();
    Mount top = copy(root(), root().root(), true, counterparts);
    top.attach(copy, null);
    copy.root = top;
    copy.adopt(top);
    return new Copy(copy, counterparts);
  }

  /// A copied tree, and which mount became which.
  public record Copy(MountNamespace namespace, Map<Mount, Mount> counterparts) {
    /// The same place in the copy.
    public VfsPath translate(VfsPath path) {
      Mount counterpart = counterparts.get(path.mount());
      return counterpart == null ? path : new VfsPath(counterpart, path.dentry());
    }

    /// Moves a task's root and current folder over.
    public void moveInto(FsContext fs) {
      fs.setRoot(translate(fs.root()));
      fs.setCwd(translate(fs.cwd()));
    }
  }

  /// Makes the mount at `newRoot` the top of the tree and hangs the old top at `putOld`.
  public void pivot(VfsPath newRoot, VfsPath putOld) throws Errno {
    Mount mount = newRoot.mount();
    Mount old = root();
    if (newRoot.dentry() != mount.root() || !mount.isAttached() || mount.mountpoint() == null) {
      throw Errno.EINVAL;
    }
    if (mount == old || putOld.mount() == old) {
      throw Errno.EBUSY;
    }
    mount.unhang();
    old.attach(this, putOld);
    root = mount;
  }

  /// Another task uses it too.
  public MountNamespace share() {
    users++;
    return this;
  }

  /// A task uses it no more.
  public void release() {
    if (--users == 0) {
      detachTree(root());
    }
  }

  private static Mount copy(
      Mount original, Dentry root, boolean recursive, Map<Mount, Mount> counterparts) {
    Mount copy = Mount.of(root, original.source(), original.flags());
    counterparts.put(original, copy);
    if (recursive) {
      for (Mount child : original.children()) {
        VfsPath place = child.mountpoint();
        if (place != null && place.dentry().isWithin(root)) {
          Mount childCopy = copy(child, child.root(), true, counterparts);
          childCopy.attach(null, new VfsPath(copy, place.dentry()));
        }
      }
    }
    return copy;
  }

  private static void collect(Mount mount, List<Mount> all) {
    all.add(mount);
    mount.children().forEach(child -> collect(child, all));
  }
}
