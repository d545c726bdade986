package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.UserNamespace;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A mounted or mountable tree of inodes: a superblock.
public abstract class FileSystem {
  private final FileSystems systems;
  private final String type;
  private final long device;
  private @Nullable Dentry root;
  private @Nullable Mount nameless;
  private boolean readOnly;
  private boolean madeReadOnly;
  private long lastIno;
  private @Nullable UserNamespace userNamespace;
  private int holds;
  private final Set<Inode> watched = new LinkedHashSet<>(0);

  protected FileSystem(FileSystems systems, String type) {
    this.systems = systems;
    this.type = type;
    this.device = systems.newDevice();
  }

  /// The inode at the top.
  protected abstract Inode rootInode();

  public abstract FileSystemStatus status();

  /// Called when nothing is mounted or open any more.
  protected void onUnused() {}

  /// The type's name, as in /proc/mounts.
  public final String type() {
    return type;
  }

  /// What /proc/mounts shows as the device.
  public String source() {
    return type;
  }

  /// Options that /proc/mounts shows beside those of the mount, each after a comma.
  public String shownOptions() {
    return "";
  }

  /// `st_dev` of its files.
  public final long device() {
    return device;
  }

  /// Says in which user namespace it is being mounted; otherwise that is the first one. What is
  /// mounted already keeps its own.
  public final void setUserNamespace(UserNamespace mounter) {
    if (holds == 0) {
      this.userNamespace = mounter.isInitial() ? null : mounter;
    }
  }

  /// Says whether `who` may change it.
  public final boolean isAdministeredBy(Credentials who) {
    UserNamespace owner = userNamespace;
    return owner == null ? who.has(Capability.SYS_ADMIN) : who.hasIn(owner, Capability.SYS_ADMIN);
  }

  /// Whether it tells about the whole machine, so that a user namespace may mount it only where all
  /// of it can be seen anyway.
  public boolean isRevealing() {
    return false;
  }

  /// Says whether its device files are devices. What the administrator of but a user namespace has
  /// mounted has no such.
  protected boolean hasDevices() {
    return userNamespace == null;
  }

  /// Says whether it has been mounted where `who` is, or above.
  public final boolean isTrustedBy(Credentials who) {
    return userNamespace == null || who.userNamespace().isWithin(userNamespace);
  }

  /// Checks that it can hold files of a user and a group.
  ///
  /// @throws Errno EOVERFLOW
  final void requireIds(int kuid, int kgid) throws Errno {
    UserNamespace names = userNamespace;
    if (names != null && (!names.hasUid(kuid) || !names.hasGid(kgid))) {
      throw Errno.EOVERFLOW;
    }
  }

  /// Makes it refuse to be mounted for writing at all.
  public final void setReadOnly(boolean readOnly) {
    this.readOnly = readOnly;
  }

  public final boolean isReadOnly() {
    return readOnly || madeReadOnly;
  }

  /// Makes it refuse to be written to, or not any more (fsconfig(2)).
  ///
  /// @throws Errno EACCES if it can only be read
  final void makeReadOnly(boolean isReadOnly) throws Errno {
    if (readOnly && !isReadOnly) {
      throw Errno.EACCES;
    }
    madeReadOnly = isReadOnly;
  }

  /// Says whether it is neither mounted nor open.
  final boolean isUnused() {
    return holds == 0;
  }

  public final Dentry root() {
    Dentry dentry = root;
    if (dentry == null) {
      dentry = Dentry.root(rootInode());
      root = dentry;
    }
    return dentry;
  }

  /// Where a mount begins that somebody makes: at the top, unless they see only a part.
  public Dentry rootFor(Caller caller) throws Errno {
    return root();
  }

  /// The dentry at a path from the top.
  ///
  /// @throws Errno ENOENT if there is none
  protected final Dentry below(String path) throws Errno {
    Dentry at = root();
    for (String name : path.split("/", -1)) {
      Dentry next = name.isEmpty() ? at : at.child(name);
      if (next == null) {
        throw Errno.ENOENT;
      }
      at = next;
    }
    return at;
  }

  /// What /proc/PID/mountinfo calls the root of a mount.
  ///
  /// @param path that from the top
  public String rootName(Caller viewer, Inode root, String path) {
    return path;
  }

  /// The place of a file that is in no directory.
  ///
  /// @param description what /proc/PID/fd shows, such as `pipe:[5]`
  public final VfsPath nameless(Inode inode, String description) {
    Mount mount = nameless;
    if (mount == null) {
      mount = Mount.nameless(root());
      nameless = mount;
    }
    return new VfsPath(mount, Dentry.nameless(description, inode));
  }

  /// What it shares with the kernel's other file systems.
  public final FileSystems systems() {
    return systems;
  }

  /// The time for time stamps: nanoseconds since 1970.
  public final long now() {
    return systems.clock().realtimeNanos();
  }

  public final int blockSize() {
    return systems.blockSize();
  }

  /// What stat(2) calls the best size for reads and writes.
  protected int ioBlockSize() {
    return blockSize();
  }

  /// Whether its files know when they were made.
  public boolean keepsBirthTimes() {
    return false;
  }

  /// The STATX_ATTR_* that its files can have, beside those that all can have.
  public int statxAttributes() {
    return 0;
  }

  /// An inode number that was not used yet.
  protected final long newIno() {
    return ++lastIno;
  }

  /// New attributes for a mounted file system (mount(2) with MS_REMOUNT).
  public void remount(String options) throws Errno {}

  final void hold() {
    if (holds++ == 0 && userNamespace != null) {
      userNamespace.hold();
    }
  }

  final void drop() {
    if (--holds == 0) {
      for (Inode inode : List.copyOf(watched).reversed()) {
        FileEvents.to(inode, FileEvents.UNMOUNT);
        inode.endWatches();
      }
      systems.deferred().defer(this::endUnlessUsedAgain);
    }
  }

  private void endUnlessUsedAgain() {
    if (holds == 0) {
      onUnused();
      if (userNamespace != null) {
        userNamespace.release();
      }
    }
  }

  /// One of its inodes is watched, or not any more.
  final void watch(Inode inode, boolean isWatched) {
    if (isWatched) {
      watched.add(inode);
    } else {
      watched.remove(inode);
    }
  }
}
