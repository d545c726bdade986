package dev.forklift.kernel.fs.host;

import dev.forklift.engine.host.HostStatus;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.vfs.AttributeChange;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.NewInode;
import org.jspecify.annotations.Nullable;

/// A file of the host, known by where it was last seen.
abstract class HostInode extends Inode {
  private final HostFileSystem host;
  private @Nullable HostDirectory parent;
  private String name;
  private HostStatus seen;

  HostInode(
      HostFileSystem host,
      @Nullable HostDirectory parent,
      String name,
      HostStatus status,
      long ino,
      NewInode shown) {
    super(host, ino, shown);
    this.host = host;
    this.parent = parent;
    this.name = name;
    this.seen = status;
  }

  final HostFileSystem host() {
    return host;
  }

  final String name() {
    return name;
  }

  /// The directory it was last seen in; null for the top.
  final @Nullable HostDirectory parent() {
    return parent;
  }

  final HostDirectory requireParent() {
    HostDirectory above = parent;
    if (above == null) {
      throw new IllegalStateException("the top has no parent");
    }
    return above;
  }

  /// It has been found under this name.
  final void foundAt(HostDirectory directory, String newName) {
    // Without this a folder that the host moved below itself would be its own ancestor.
    for (HostDirectory at = directory; at != null; at = at.parent()) {
      if (at == this) {
        return;
      }
    }
    parent = directory;
    name = newName;
  }

  /// What the host said last.
  final HostStatus seen() {
    return seen;
  }

  /// Takes on what the host says now.
  final void update(HostStatus status) {
    seen = status;
    setMode(status.mode());
    setOwner(host.identity().shownUid(status), host.identity().shownGid(status));
    setTimes(status.accessTime(), status.modifyTime(), status.changeTime());
    if (status.nlink() != nlink()) {
      setNlink(status.nlink());
    }
  }

  /// @throws Errno ESTALE if the host has put something else in its place
  final void requireSame(HostStatus status) throws Errno {
    if (!seen.isSameFile(status)) {
      throw Errno.ESTALE;
    }
  }

  /// Asks the host.
  HostStatus ask() throws Errno {
    HostStatus status = requireParent().folder().status(name);
    requireSame(status);
    return status;
  }

  @Override
  protected void refresh() throws Errno {
    if (nlink() > 0) {
      update(ask());
    }
  }

  @Override
  public long size() {
    return seen.size();
  }

  @Override
  public long blocks() {
    return seen.blocks();
  }

  /// The guest has removed one of its names.
  final void lostName() {
    setNlink(Math.max(0, nlink() - 1));
  }

  /// The guest has removed it altogether.
  final void lostAllNames() {
    setNlink(0);
  }

  @Override
  public void setAttributes(AttributeChange change) throws Errno {
    Integer uid = change.uid();
    Integer gid = change.gid();
    if ((uid != null && uid != uid()) || (gid != null && gid != gid())) {
      throw Errno.EPERM;
    }
    Integer mode = change.mode();
    if (mode != null && (mode & FileMode.PERMISSIONS) != (mode() & FileMode.PERMISSIONS)) {
      setPermissions(mode & FileMode.PERMISSIONS);
    }
    if (change.accessTime() != null || change.modifyTime() != null) {
      setHostTimes(change.accessTime(), change.modifyTime());
    }
    refresh();
  }

  void setPermissions(int permissions) throws Errno {
    requireParent().folder().setPermissions(name, permissions);
  }

  void setHostTimes(@Nullable Long access, @Nullable Long modify) throws Errno {
    requireParent().folder().setTimes(name, access, modify);
  }
}
