package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.PathFlags;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Making, moving and removing names.
///
/// `start` is where a relative path begins; null is the current folder.
public final class DirectoryChanges {
  private static final int MAX_LINKS = 65000;

  private DirectoryChanges() {}

  /// Where a new name goes.
  private record Place(VfsPath directory, String name) {}

  /// Finds the place for a name that must not exist yet.
  private static Place newPlace(
      Caller caller, @Nullable VfsPath start, String path, boolean forDirectory) throws Errno {
    PathWalk walk = new PathWalk(caller, start);
    walk.toParent(path);
    if (walk.lastKind() != PathWalk.Last.NAME) {
      throw Errno.EEXIST;
    }
    requireSearch(caller, walk.directory().inode());
    if (walk.lastDentry() != null) {
      throw Errno.EEXIST;
    }
    if (!forDirectory && walk.hasTrailingSlash()) {
      throw Errno.ENOENT;
    }
    requireWritable(walk.directory());
    Permissions.checkCreate(caller.credentials(), walk.directory().inode());
    return new Place(walk.directory(), walk.lastName());
  }

  private static void requireSearch(Caller caller, Inode directory) throws Errno {
    Permissions.check(caller.credentials(), directory, Permissions.EXECUTE);
  }

  private static void requireWritable(VfsPath path) throws Errno {
    if (path.mount().isReadOnly()) {
      throw Errno.EROFS;
    }
  }

  public static void mkdir(Caller caller, @Nullable VfsPath start, String path, int mode)
      throws Errno {
    Place place = newPlace(caller, start, path, true);
    int permissions = mode & (0777 | FileMode.S_ISVTX) & ~caller.fs().umask();
    make(caller, place, FileMode.S_IFDIR | permissions, 0);
  }

  /// Makes a file, device, FIFO or socket.
  ///
  /// @return where it is
  public static VfsPath mknod(
      Caller caller, @Nullable VfsPath start, String path, int mode, long rdev) throws Errno {
    int type = mode & FileMode.S_IFMT;
    switch (type) {
      case 0,
          FileMode.S_IFREG,
          FileMode.S_IFCHR,
          FileMode.S_IFBLK,
          FileMode.S_IFIFO,
          FileMode.S_IFSOCK -> {}
      case FileMode.S_IFDIR -> throw Errno.EPERM;
      default -> throw Errno.EINVAL;
    }
    Place place = newPlace(caller, start, path, false);
    if (FileMode.isDevice(mode)
        && !(type == FileMode.S_IFCHR && rdev == 0)
        && !caller.credentials().has(Capability.MKNOD)) {
      throw Errno.EPERM;
    }
    int permissions = mode & FileMode.PERMISSIONS & ~caller.fs().umask();
    return make(
        caller,
        place,
        (type == 0 ? FileMode.S_IFREG : type) | permissions,
        FileMode.isDevice(mode) ? rdev : 0);
  }

  private static VfsPath make(Caller caller, Place place, int mode, long rdev) throws Errno {
    Dentry directory = place.directory.dentry();
    NewInode attributes = Permissions.newInode(caller.credentials(), directory.inode(), mode, rdev);
    Inode made = directory.inode().make(place.name, attributes);
    Dentry dentry = directory.adopt(place.name, made);
    FileEvents.in(directory.inode(), FileEvents.CREATE, place.name, made, 0);
    return new VfsPath(place.directory.mount(), dentry);
  }

  /// Makes a regular file in a directory, for open(2).
  static VfsPath create(Caller caller, VfsPath directory, String name, int mode) throws Errno {
    requireWritable(directory);
    Permissions.checkCreate(caller.credentials(), directory.inode());
    return make(caller, new Place(directory, name), FileMode.S_IFREG | mode, 0);
  }

  public static void symlink(Caller caller, String target, @Nullable VfsPath start, String path)
      throws Errno {
    if (target.isEmpty()) {
      throw Errno.ENOENT;
    }
    if (target.length() >= PathWalk.PATH_MAX) {
      throw Errno.ENAMETOOLONG;
    }
    Place place = newPlace(caller, start, path, false);
    Inode directory = place.directory.inode();
    NewInode attributes =
        Permissions.newInode(caller.credentials(), directory, FileMode.S_IFLNK | 0777, 0);
    Inode made = directory.makeSymlink(place.name, target, attributes);
    place.directory.dentry().adopt(place.name, made);
    FileEvents.in(directory, FileEvents.CREATE, place.name, made, 0);
  }

  /// Gives what is at `existing` another name.
  public static void link(Caller caller, VfsPath existing, @Nullable VfsPath start, String path)
      throws Errno {
    Place place = newPlace(caller, start, path, false);
    if (existing.mount() != place.directory.mount()) {
      throw Errno.EXDEV;
    }
    Inode target = existing.inode();
    if (target.isDirectory()) {
      throw Errno.EPERM;
    }
    if (target.nlink() == 0 && !target.isLinkableNameless()) {
      throw Errno.ENOENT;
    }
    if (target.nlink() >= MAX_LINKS) {
      throw Errno.EMLINK;
    }
    place.directory.inode().link(place.name, target);
    place.directory.dentry().adopt(place.name, target);
    FileEvents.to(target, FileEvents.ATTRIB);
    FileEvents.in(place.directory.inode(), FileEvents.CREATE, place.name, target, 0);
  }

  public static void unlink(Caller caller, @Nullable VfsPath start, String path) throws Errno {
    PathWalk walk = new PathWalk(caller, start);
    walk.toParent(path);
    if (walk.lastKind() != PathWalk.Last.NAME) {
      throw Errno.EISDIR;
    }
    requireWritable(walk.directory());
    requireSearch(caller, walk.directory().inode());
    Dentry victim = walk.lastDentry();
    if (victim == null) {
      throw Errno.ENOENT;
    }
    if (walk.hasTrailingSlash()) {
      throw victim.inode().isDirectory() ? Errno.EISDIR : Errno.ENOTDIR;
    }
    Dentry directory = walk.directory().dentry();
    Permissions.checkDelete(caller.credentials(), directory.inode(), victim.inode(), false, false);
    if (victim.isMountpoint()) {
      throw Errno.EBUSY;
    }
    directory.inode().unlink(victim.name(), victim.inode());
    directory.forget(victim);
    FileEvents.to(victim.inode(), FileEvents.ATTRIB);
    tellRemoved(directory, victim);
  }

  public static void rmdir(Caller caller, @Nullable VfsPath start, String path) throws Errno {
    PathWalk walk = new PathWalk(caller, start);
    walk.toParent(path);
    switch (walk.lastKind()) {
      case DOT -> throw Errno.EINVAL;
      case DOT_DOT -> throw Errno.ENOTEMPTY;
      case ROOT, JUMP -> throw Errno.EBUSY;
      case NAME -> {}
    }
    requireWritable(walk.directory());
    requireSearch(caller, walk.directory().inode());
    Dentry victim = walk.lastDentry();
    if (victim == null) {
      throw Errno.ENOENT;
    }
    Dentry directory = walk.directory().dentry();
    Permissions.checkDelete(caller.credentials(), directory.inode(), victim.inode(), true, false);
    if (victim.isMountpoint()) {
      throw Errno.EBUSY;
    }
    directory.inode().rmdir(victim.name(), victim.inode());
    directory.forget(victim);
    tellRemoved(directory, victim);
  }

  private static void tellRemoved(Dentry directory, Dentry victim) {
    victim.inode().tellIfGone();
    FileEvents.in(directory.inode(), FileEvents.DELETE, victim.name(), victim.inode(), 0);
  }

  /// Moves a name.
  ///
  /// @param flags RENAME_NOREPLACE or RENAME_EXCHANGE
  public static void rename(
      Caller caller,
      @Nullable VfsPath oldStart,
      String oldPath,
      @Nullable VfsPath newStart,
      String newPath,
      int flags)
      throws Errno {
    boolean exchange = (flags & PathFlags.RENAME_EXCHANGE) != 0;
    boolean noReplace = (flags & PathFlags.RENAME_NOREPLACE) != 0;
    if ((flags & ~(PathFlags.RENAME_NOREPLACE | PathFlags.RENAME_EXCHANGE)) != 0
        || (exchange && noReplace)) {
      throw Errno.EINVAL;
    }
    PathWalk from = new PathWalk(caller, oldStart);
    from.toParent(oldPath);
    PathWalk to = new PathWalk(caller, newStart);
    to.toParent(newPath);
    if (from.directory().mount() != to.directory().mount()) {
      throw Errno.EXDEV;
    }
    if (from.lastKind() != PathWalk.Last.NAME) {
      throw Errno.EBUSY;
    }
    if (to.lastKind() != PathWalk.Last.NAME) {
      throw noReplace ? Errno.EEXIST : Errno.EBUSY;
    }
    requireWritable(from.directory());
    requireSearch(caller, from.directory().inode());
    Dentry moved = from.lastDentry();
    if (moved == null) {
      throw Errno.ENOENT;
    }
    requireSearch(caller, to.directory().inode());
    Dentry replaced = to.lastDentry();
    if (noReplace && replaced != null) {
      throw Errno.EEXIST;
    }
    if (exchange) {
      if (replaced == null) {
        throw Errno.ENOENT;
      }
      if (!replaced.inode().isDirectory() && to.hasTrailingSlash()) {
        throw Errno.ENOTDIR;
      }
    }
    if (!moved.inode().isDirectory()
        && (from.hasTrailingSlash() || (!exchange && to.hasTrailingSlash()))) {
      throw Errno.ENOTDIR;
    }
    if (to.directory().dentry().isWithin(moved)) {
      throw Errno.EINVAL;
    }
    if (replaced != null && from.directory().dentry().isWithin(replaced)) {
      throw exchange ? Errno.EINVAL : Errno.ENOTEMPTY;
    }
    rename(
        caller.credentials(),
        from.directory().dentry(),
        moved,
        to.directory().dentry(),
        to.lastName(),
        replaced,
        exchange);
  }

  private static void rename(
      Credentials who,
      Dentry oldParent,
      Dentry moved,
      Dentry newParent,
      String newName,
      @Nullable Dentry replaced,
      boolean exchange)
      throws Errno {
    if (replaced != null && replaced.inode() == moved.inode()) {
      return; // rename(2): two names of one file stay as they are
    }
    boolean directory = moved.inode().isDirectory();
    Permissions.checkDelete(who, oldParent.inode(), moved.inode(), directory, false);
    if (replaced == null) {
      Permissions.checkCreate(who, newParent.inode());
    } else {
      boolean wanted = exchange ? replaced.inode().isDirectory() : directory;
      Permissions.checkDelete(who, newParent.inode(), replaced.inode(), wanted, false);
    }
    if (oldParent != newParent) {
      // The ".." of a directory that moves is written to.
      if (directory) {
        Permissions.check(who, moved.inode(), Permissions.WRITE);
      }
      if (exchange && Objects.requireNonNull(replaced).inode().isDirectory()) {
        Permissions.check(who, replaced.inode(), Permissions.WRITE);
      }
    }
    if (moved.isMountpoint() || (replaced != null && replaced.isMountpoint())) {
      throw Errno.EBUSY;
    }
    oldParent
        .inode()
        .rename(
            moved.name(),
            moved.inode(),
            newParent.inode(),
            newName,
            replaced == null ? null : replaced.inode(),
            exchange);
    String oldName = moved.name();
    if (exchange) {
      Dentry other = Objects.requireNonNull(replaced);
      Dentry.exchanged(moved, other);
      tellMoved(oldParent, oldName, newParent, newName, moved, null);
      tellMoved(newParent, newName, oldParent, oldName, other, null);
      return;
    }
    if (replaced != null) {
      newParent.forget(replaced);
    }
    oldParent.moved(moved, newParent, newName);
    tellMoved(oldParent, oldName, newParent, newName, moved, replaced);
  }

  private static void tellMoved(
      Dentry oldParent,
      String oldName,
      Dentry newParent,
      String newName,
      Dentry moved,
      @Nullable Dentry replaced) {
    FileEvents.moved(oldParent.inode(), oldName, newParent.inode(), newName, moved.inode());
    if (replaced != null) {
      FileEvents.to(replaced.inode(), FileEvents.ATTRIB);
    }
    FileEvents.to(moved.inode(), FileEvents.MOVE_SELF);
    if (replaced != null) {
      replaced.inode().tellIfGone();
    }
  }
}
