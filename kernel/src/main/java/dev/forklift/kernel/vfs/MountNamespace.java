package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.MountFlags;
import dev.forklift.kernel.cred.Namespace;
import dev.forklift.kernel.cred.NamespaceKind;
import dev.forklift.kernel.cred.UserNamespace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The tree of mounts that a task sees (mount_namespaces(7)). Nothing propagates between trees: all
/// mounts are private.
public final class MountNamespace extends Namespace {
  /// `fs.mount-max`.
  private static final int MAXIMUM = 10_000;

  private @Nullable Mount root;
  private final long id;
  private int count;

  private MountNamespace(UserNamespace owner, FileSystem top) {
    super(NamespaceKind.MNT, owner);
    this.id = top.systems().newMountNamespaceId();
  }

  private MountNamespace(UserNamespace owner, int creator, FileSystem top) throws Errno {
    super(NamespaceKind.MNT, owner, creator);
    this.id = top.systems().newMountNamespaceId();
  }

  /// The tree that a kernel begins with: one file system at its top.
  public static MountNamespace first(
      UserNamespace owner, FileSystem top, String source, int flags) {
    MountNamespace namespace = new MountNamespace(owner, top);
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

  /// Tells it from all others there are and were.
  public long id() {
    return id;
  }

  /// Where a task that enters it has its root: the topmost mount.
  public VfsPath top() {
    return topmost(root().rootPath());
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
    return tree(root());
  }

  /// A mount with all below it, parents before children. As deep as a guest likes, so without
  /// recursion.
  private static List<Mount> tree(Mount top) {
    List<Mount> all = new ArrayList<>();
    Deque<Mount> open = new ArrayDeque<>(List.of(top));
    while (!open.isEmpty()) {
      Mount mount = open.pop();
      all.add(mount);
      for (int i = mount.children().size() - 1; i >= 0; i--) {
        open.push(mount.children().get(i));
      }
    }
    return all;
  }

  /// Mounts a file system at `place`.
  public Mount mount(FileSystem fileSystem, String source, VfsPath place, int flags) throws Errno {
    requireRoom(1);
    return attach(Mount.of(fileSystem.root(), source, flags), place);
  }

  /// Shows what is at `from` at `place` too.
  ///
  /// @param recursive whether the mounts below `from` are shown too
  public Mount bind(VfsPath from, VfsPath place, boolean recursive) throws Errno {
    if (!from.mount().isAttached() || !place.mount().isAttached()) {
      throw Errno.EINVAL;
    }
    requireRoom(recursive ? tree(from.mount()).size() : 1);
    return attach(copy(from.mount(), from.dentry(), recursive, new HashMap<>()), place);
  }

  /// Copying a tree into itself again and again would double it each time (`fs.mount-max`).
  private void requireRoom(int more) throws Errno {
    if (count + more > MAXIMUM) {
      throw Errno.ENOSPC;
    }
  }

  /// A mount has come into this tree, or left it.
  void counted(int change) {
    count += change;
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
      detachTree(mount);
      throw e;
    }
    adopt(mount);
    mount.attach(this, topmost(place));
    return mount;
  }

  private void adopt(Mount top) {
    List<Mount> below = tree(top);
    for (Mount child : below.subList(1, below.size())) {
      VfsPath place = child.mountpoint();
      child.unhang();
      child.attach(this, place);
    }
  }

  /// Moves a mount to another place.
  public void move(VfsPath from, VfsPath place) throws Errno {
    Mount mount = from.mount();
    if (from.dentry() != mount.root() || mount.mountpoint() == null || !mount.isAttached()) {
      throw Errno.EINVAL;
    }
    if (!place.mount().isAttached()) {
      throw Errno.EINVAL;
    }
    if (place.dentry().isUnlinked()) {
      throw Errno.ENOENT;
    }
    if (mount.root().inode().isDirectory() != place.inode().isDirectory()) {
      throw Errno.ENOTDIR;
    }
    if (isWithin(place.mount(), mount)) {
      throw Errno.ELOOP;
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

  private static void detachTree(Mount top) {
    tree(top).reversed().forEach(Mount::detach);
  }

  private static boolean isWithin(Mount mount, Mount other) {
    Mount at = mount;
    while (at != other) {
      VfsPath up = at.mountpoint();
      if (up == null) {
        return false;
      }
      at = up.mount();
    }
    return true;
  }

  /// Says whether a place lies at or below another.
  private static boolean isBelow(VfsPath place, VfsPath top) {
    VfsPath at = place;
    while (at.mount() != top.mount()) {
      VfsPath up = at.mount().mountpoint();
      if (up == null) {
        return false;
      }
      at = up;
    }
    return at.dentry().isWithin(top.dentry());
  }

  /// A copy for a task with CLONE_NEWNS.
  ///
  /// @param creator the effective user id of who makes it
  public Copy copy(UserNamespace owner, int creator) throws Errno {
    MountNamespace copy = new MountNamespace(owner, creator, root().fileSystem());
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

  /// Puts the mount at `newRoot` where the mount with `root` is, and that one at `putOld`
  /// (pivot_root(2)).
  ///
  /// @param root the caller's root
  public void pivot(VfsPath root, VfsPath newRoot, VfsPath putOld) throws Errno {
    Mount old = root.mount();
    Mount mount = newRoot.mount();
    if (!old.isAttached() || !mount.isAttached() || !putOld.mount().isAttached()) {
      throw Errno.EINVAL;
    }
    if (newRoot.dentry().isUnlinked() || putOld.dentry().isUnlinked()) {
      throw Errno.ENOENT;
    }
    if (mount == old || putOld.mount() == old) {
      throw Errno.EBUSY;
    }
    if (root.dentry() != old.root() || newRoot.dentry() != mount.root()) {
      throw Errno.EINVAL;
    }
    // Otherwise one of the two would hang from itself.
    if (!isBelow(putOld, newRoot) || !isBelow(newRoot, root)) {
      throw Errno.EINVAL;
    }
    VfsPath place = old.mountpoint();
    mount.unhang();
    old.unhang();
    old.attach(this, putOld);
    mount.attach(this, place);
    if (place == null) {
      this.root = mount;
    }
  }

  @Override
  protected void onUnused() {
    detachTree(root());
  }

  private static Mount copy(
      Mount original, Dentry root, boolean recursive, Map<Mount, Mount> counterparts) {
    Mount copy = Mount.of(root, original.source(), original.flags());
    counterparts.put(original, copy);
    if (recursive) {
      List<Mount> below = tree(original);
      for (Mount child : below.subList(1, below.size())) {
        VfsPath place = child.mountpoint();
        if (place == null) {
          continue;
        }
        Mount parent = counterparts.get(place.mount());
        if (parent != null && (parent != copy || place.dentry().isWithin(root))) {
          Mount childCopy = Mount.of(child.root(), child.source(), child.flags());
          counterparts.put(child, childCopy);
          childCopy.attach(null, new VfsPath(parent, place.dentry()));
        }
      }
    }
    return copy;
  }
}
