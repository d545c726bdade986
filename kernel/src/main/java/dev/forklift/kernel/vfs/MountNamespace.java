package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.MountFlags;
import dev.forklift.kernel.cred.Namespace;
import dev.forklift.kernel.cred.NamespaceKind;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.vfs.Sharing.OfCopy;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The tree of mounts that a task sees (mount_namespaces(7)). What happens below a shared mount of
/// it happens in others as well ([Propagation]).
public final class MountNamespace extends Namespace {
  /// `fs.mount-max`.
  private static final int MAXIMUM = 10_000;

  private @Nullable Mount root;
  private final long id;
  private final boolean anonymous;
  private int count;

  private MountNamespace(UserNamespace owner, FileSystem top) {
    super(NamespaceKind.MNT, owner);
    this.id = top.systems().newMountNamespaceId();
    this.anonymous = false;
  }

  private MountNamespace(UserNamespace owner, int creator, FileSystem top) throws Errno {
    super(NamespaceKind.MNT, owner, creator);
    this.id = top.systems().newMountNamespaceId();
    this.anonymous = false;
  }

  /// One that no task is in, for a tree that only descriptors lead to.
  private MountNamespace(UserNamespace owner, Mount top) {
    super(NamespaceKind.MNT, owner);
    this.id = 0;
    this.anonymous = true;
    hang(top, null);
    this.root = top;
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

  /// A tree that only its file leads to, for a mount that is in none yet.
  OpenFile detached(Mount top) throws Errno {
    return new DetachedTree(new MountNamespace(userNamespace(), top));
  }

  /// A copy that only its file leads to (open_tree(2)).
  ///
  /// @param recursive whether the mounts below are copied too
  public OpenFile openCopy(VfsPath from, boolean recursive) throws Errno {
    return detached(copyOf(from, recursive));
  }

  /// Says whether it is a tree that only descriptors lead to.
  boolean isAnonymous() {
    return anonymous;
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

  /// All mounts, as they came.
  public List<Mount> mounts() {
    return MountTree.of(root()).stream().sorted(Comparator.comparingInt(Mount::id)).toList();
  }

  /// Mounts a file system at `place`.
  public Mount mount(FileSystem fileSystem, String source, VfsPath place, int flags) throws Errno {
    return mount(fileSystem.root(), source, place, flags);
  }

  /// Mounts a file system from one of its folders on.
  public Mount mount(Dentry from, String source, VfsPath place, int flags) throws Errno {
    Mount mount = Mount.of(from, source, flags);
    try {
      return attach(mount, place);
    } catch (Errno e) {
      MountTree.detach(mount);
      throw e;
    }
  }

  /// Shows what is at `from` at `place` too.
  ///
  /// @param recursive whether the mounts below `from` are shown too
  public Mount bind(VfsPath from, VfsPath place, boolean recursive) throws Errno {
    if (from.inode().standsFor() instanceof MountNamespace other && isAsOld(other)) {
      throw Errno.EINVAL;
    }
    requireBindable(from);
    requireHere(place.mount());
    Mount copy = copyOf(from, recursive);
    try {
      return attach(copy, place);
    } catch (Errno e) {
      MountTree.detach(copy);
      throw e;
    }
  }

  /// Says whether a namespace's file must not be bound here: otherwise two could keep each other
  /// for ever.
  boolean isAsOld(MountNamespace other) {
    return other.id <= id;
  }

  /// A namespace's file has no place in any tree and can be bound all the same.
  private void requireBindable(VfsPath from) throws Errno {
    if (from.mount().sharing().isUnbindable()
        || (from.inode().standsFor() == null && !isHere(from.mount()))) {
      throw Errno.EINVAL;
    }
  }

  private Mount copyOf(VfsPath from, boolean recursive) throws Errno {
    requireBindable(from);
    Mount original = from.mount();
    if (recursive) {
      return MountTree.copy(
              original, from.dentry(), OfCopy.SAME, mount -> mount.sharing().isUnbindable())
          .top();
    }
    if (MountLocks.hideSomething(from)) {
      throw Errno.EINVAL;
    }
    return MountTree.copyOne(original, from.dentry(), OfCopy.SAME).top();
  }

  /// Says whether a file system of the same type as one that tells about the whole machine is seen
  /// whole here, with flags no stricter than these.
  public boolean showsAll(FileSystem like, int flags) {
    return MountLocks.showAll(mounts(), like, flags);
  }

  /// Says whether a mount is in this tree.
  public boolean isHere(Mount mount) {
    return mount.isAttached() && mount.namespace() == this;
  }

  private void requireHere(Mount mount) throws Errno {
    if (!isHere(mount)) {
      throw Errno.EINVAL;
    }
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

  /// Hangs a tree up at a place, and copies of it wherever that is shown.
  Mount attach(Mount mount, VfsPath place) throws Errno {
    checkPlace(mount, place);
    List<Mount> all = MountTree.of(mount);
    requireRoom(all.size());
    VfsPath top = topmost(place);
    List<Propagation.Graft> grafts = List.of();
    if (top.mount().sharing().isShared()) {
      all.forEach(each -> each.sharing().makeShared());
      grafts = Propagation.copies(mount, top);
      checkRoom(all.size(), grafts);
    }
    hang(mount, top);
    for (Propagation.Graft graft : grafts) {
      graft.place().mount().namespace().hangCopy(graft, this);
    }
    return mount;
  }

  void checkPlace(Mount mount, VfsPath place) throws Errno {
    requireHere(place.mount());
    if (place.dentry().isUnlinked()) {
      throw Errno.ENOENT;
    }
    if (mount.root().inode().isDirectory() != place.inode().isDirectory()) {
      throw Errno.ENOTDIR;
    }
  }

  private void checkRoom(int own, List<Propagation.Graft> grafts) throws Errno {
    Map<MountNamespace, Integer> more = new HashMap<>();
    more.put(this, own);
    for (Propagation.Graft graft : grafts) {
      more.merge(graft.place().mount().namespace(), MountTree.of(graft.top()).size(), Integer::sum);
    }
    try {
      for (Map.Entry<MountNamespace, Integer> each : more.entrySet()) {
        each.getKey().requireRoom(each.getValue());
      }
    } catch (Errno full) {
      grafts.forEach(graft -> MountTree.detach(graft.top()));
      throw full;
    }
  }

  /// Hangs a copy that comes from another mount, maybe in another namespace. What is mounted there
  /// already hangs from it then.
  private void hangCopy(Propagation.Graft graft, MountNamespace from) {
    VfsPath place = graft.place();
    Mount there = place.mount().childAt(place.dentry());
    hang(graft.top(), place);
    if (there != null) {
      there.unhang();
      there.attach(this, graft.top().rootPath());
    }
    if (from.userNamespace() != userNamespace()) {
      MountLocks.lock(graft.top());
    }
  }

  private void hang(Mount top, @Nullable VfsPath place) {
    List<Mount> below = MountTree.of(top);
    for (Mount child : below.subList(1, below.size())) {
      VfsPath own = child.mountpoint();
      child.unhang();
      child.attach(this, own);
    }
    top.attach(this, place);
  }

  /// Takes a mount away.
  ///
  /// @param flags MNT_DETACH takes it out of sight though it is in use, with all mounts below
  public void unmount(VfsPath path, int flags) throws Errno {
    Mount mount = path.mount();
    if (path.dentry() != mount.root() || mount.isLocked()) {
      throw Errno.EINVAL;
    }
    requireHere(mount);
    if (mount == root()) {
      throw Errno.EBUSY;
    }
    if ((flags & MountFlags.MNT_DETACH) == 0
        && (!mount.children().isEmpty() || mount.isHeld() || isCounterpartBusy(mount))) {
      throw Errno.EBUSY;
    }
    for (Mount each : MountTree.of(mount).reversed()) {
      List<Mount> counterparts = Propagation.counterparts(each);
      each.detach();
      counterparts.forEach(MountNamespace::unmountCounterpart);
    }
  }

  private static boolean isCounterpartBusy(Mount mount) {
    return Propagation.counterparts(mount).stream()
        .anyMatch(other -> (other.children().isEmpty() || cover(other) != null) && other.isHeld());
  }

  /// The one mount on another that covers it completely, if there is no other on that.
  private static @Nullable Mount cover(Mount mount) {
    return mount.children().size() == 1 ? mount.childAt(mount.root()) : null;
  }

  /// One that something is mounted below stays; what covers it completely takes its place.
  private static void unmountCounterpart(Mount mount) {
    Mount cover = cover(mount);
    VfsPath place = mount.mountpoint();
    if (place != null && (cover != null || mount.children().isEmpty())) {
      MountNamespace namespace = mount.namespace();
      if (cover != null) {
        cover.unhang();
      }
      mount.detach();
      if (cover != null) {
        cover.attach(namespace, place);
      }
    }
  }

  /// A copy for a task with CLONE_NEWNS. In one that another user namespace owns, nothing is told
  /// to the original, and nothing that was covered can be uncovered.
  ///
  /// @param creator the effective user id of who makes it
  public Copy copy(UserNamespace owner, int creator) throws Errno {
    MountNamespace copy = new MountNamespace(owner, creator, root().fileSystem());
    boolean lessPrivileged = owner != userNamespace();
    MountTree.Copy tree =
        MountTree.copy(
            root(),
            root().root(),
            lessPrivileged ? OfCopy.NOT_SHARED : OfCopy.SAME,
            mount -> mount.root().inode().standsFor() instanceof MountNamespace);
    copy.hang(tree.top(), null);
    copy.root = tree.top();
    if (lessPrivileged) {
      MountLocks.lock(tree.top());
    }
    return new Copy(copy, tree.counterparts());
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
    requireHere(old);
    requireHere(mount);
    requireHere(putOld.mount());
    if (mount.isLocked()) {
      throw Errno.EINVAL;
    }
    if (isParentShared(old) || isParentShared(mount) || putOld.mount().sharing().isShared()) {
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
    if (!MountTree.isBelow(putOld, newRoot) || !MountTree.isBelow(newRoot, root)) {
      throw Errno.EINVAL;
    }
    VfsPath place = old.mountpoint();
    mount.unhang();
    old.unhang();
    old.attach(this, putOld);
    mount.attach(this, place);
    mount.setLocked(old.isLocked());
    old.setLocked(false);
    if (place == null) {
      this.root = mount;
    }
  }

  private static boolean isParentShared(Mount mount) {
    VfsPath place = mount.mountpoint();
    return place != null && place.mount().sharing().isShared();
  }

  @Override
  protected void onUnused() {
    MountTree.detach(root());
  }
}
