package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.MountFlags;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A file system, or a part of one, put somewhere into the tree.
public final class Mount {
  private final int id;
  private final FileSystem fileSystem;
  private final Dentry root;
  private final String source;
  private final boolean nameless;
  private final List<Mount> children = new ArrayList<>(0);
  private int flags;
  private @Nullable MountNamespace namespace;
  private boolean attached;
  private @Nullable VfsPath mountpoint;
  private int holds;
  private boolean released;
  private boolean locked;
  private int lockedFlags;
  private final Sharing sharing = new Sharing(this);

  private Mount(Dentry root, String source, int flags, boolean nameless) {
    this.fileSystem = root.inode().fileSystem();
    this.id = fileSystem.systems().newMountId();
    this.root = root;
    this.source = source;
    this.flags = flags & MountFlags.PER_MOUNT;
    this.nameless = nameless;
    root.inode().hold();
  }

  /// A mount that is not in any tree yet.
  static Mount of(Dentry root, String source, int flags) {
    return new Mount(root, source, flags, false);
  }

  /// A copy that is not in any tree yet.
  ///
  /// @param part where it begins: its root, or a place below
  Mount copy(Dentry part, Sharing.OfCopy kind) {
    Mount copy = of(part, nameless ? fileSystem.type() : source, flags);
    copy.sharing.copyOf(sharing, kind);
    copy.lockedFlags = lockedFlags;
    return copy;
  }

  /// What the files of a file system without a tree (pipes, sockets) are said to be on.
  static Mount nameless(Dentry root) {
    return new Mount(root, "none", 0, true);
  }

  public int id() {
    return id;
  }

  public FileSystem fileSystem() {
    return fileSystem;
  }

  /// Its topmost directory (or the one file that it binds).
  public Dentry root() {
    return root;
  }

  /// What /proc/mounts shows as the device.
  public String source() {
    return source;
  }

  /// MS_* flags.
  public int flags() {
    return flags;
  }

  public void setFlags(int newFlags) {
    flags = newFlags & MountFlags.PER_MOUNT;
  }

  /// The flags that cannot be changed.
  int lockedFlags() {
    return lockedFlags;
  }

  void lockFlags(int more) {
    lockedFlags |= more;
  }

  /// Says whether its flags may become these: what is locked stays as it is, protection too.
  public boolean mayHaveFlags(int newFlags) {
    int times = lockedFlags & MountFlags.ACCESS_TIMES;
    int protection = lockedFlags & MountFlags.PROTECTING;
    return (newFlags & times) == (flags & times) && (newFlags & protection) == protection;
  }

  public boolean has(int flag) {
    return (flags & flag) != 0;
  }

  public boolean isReadOnly() {
    return has(MountFlags.MS_RDONLY) || fileSystem.isReadOnly();
  }

  /// Says whether it is what pipes and the like are said to be on.
  public boolean isNameless() {
    return nameless;
  }

  /// Whom it tells of what is mounted below it.
  Sharing sharing() {
    return sharing;
  }

  /// The fields of /proc/PID/mountinfo that some mounts have, each after a blank.
  public String optionalFields() {
    return sharing.text();
  }

  /// Says whether it must stay where it is: it came into a mount namespace together with what it
  /// covers, from a more privileged one.
  boolean isLocked() {
    return locked;
  }

  void setLocked(boolean isLocked) {
    locked = isLocked;
  }

  /// Where it hangs; null for the root of a tree and for what has been taken out of one.
  public @Nullable VfsPath mountpoint() {
    return mountpoint;
  }

  public VfsPath rootPath() {
    return new VfsPath(this, root);
  }

  /// The tree it is in, or was in last: a task may still have its root there.
  public MountNamespace namespace() {
    if (namespace == null) {
      throw new IllegalStateException("mount " + id + " is in no namespace");
    }
    return namespace;
  }

  public boolean isAttached() {
    return attached;
  }

  List<Mount> children() {
    return children;
  }

  /// What is mounted on a dentry of this mount, or null.
  @Nullable Mount childAt(Dentry dentry) {
    if (dentry.isMountpoint()) {
      for (Mount child : children) {
        if (child.mountpoint != null && child.mountpoint.dentry() == dentry) {
          return child;
        }
      }
    }
    return null;
  }

  void attach(@Nullable MountNamespace newNamespace, @Nullable VfsPath newMountpoint) {
    moveTo(newNamespace);
    mountpoint = newMountpoint;
    if (newMountpoint != null) {
      newMountpoint.mount().children.add(this);
      newMountpoint.dentry().addMount();
      newMountpoint.inode().hold();
    }
  }

  /// Takes it out of its tree; it lives on while held.
  void detach() {
    unhang();
    moveTo(null);
    sharing.makePrivate();
    releaseIfUnused();
  }

  /// Takes it out of the tree of its namespace, but leaves it hanging where it hangs.
  void dissolve() {
    moveTo(null);
    sharing.makePrivate();
    releaseIfUnused();
  }

  private void moveTo(@Nullable MountNamespace other) {
    if (attached && namespace != null) {
      namespace.counted(-1);
    }
    attached = other != null;
    if (other != null) {
      other.counted(1);
      namespace = other;
    }
  }

  /// Takes it off its place.
  void unhang() {
    VfsPath place = mountpoint;
    if (place != null) {
      place.mount().children.remove(this);
      place.dentry().removeMount();
      place.inode().drop();
      mountpoint = null;
    }
  }

  void hold() {
    holds++;
  }

  void drop() {
    holds--;
    releaseIfUnused();
  }

  /// Says whether anybody has a file open on it or is in it.
  boolean isHeld() {
    return holds > 0;
  }

  /// What hangs together without being in a tree goes together.
  private void releaseIfUnused() {
    if (holds > 0 || attached || nameless || released) {
      return;
    }
    Mount top = this;
    for (VfsPath up = top.mountpoint; up != null; up = top.mountpoint) {
      top = up.mount();
    }
    List<Mount> all = MountTree.of(top);
    if (all.stream().noneMatch(each -> each.isHeld() || each.attached)) {
      for (Mount each : all.reversed()) {
        each.unhang();
        each.released = true;
        each.root.inode().drop();
      }
    }
  }
}
