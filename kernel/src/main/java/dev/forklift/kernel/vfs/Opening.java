package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.MountFlags;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.PathFlags;
import dev.forklift.kernel.cred.Credentials;
import org.jspecify.annotations.Nullable;

/// open(2), openat2(2), and opening for exec.
public final class Opening {
  /// Flags that mean something together with O_PATH.
  private static final int WITH_PATH =
      OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC;

  private Opening() {}

  /// Opens what `path` names, as open(2) does: unknown flags are ignored.
  public static OpenFile open(
      Caller caller, @Nullable VfsPath start, String path, int flags, int mode) throws Errno {
    int known = flags & OpenFlags.VALID;
    boolean creates = (known & (OpenFlags.O_CREAT | OpenFlags.O_TMPFILE_BIT)) != 0;
    if ((known & OpenFlags.O_PATH) != 0) {
      known &= WITH_PATH;
      creates = false;
    }
    return openChecked(caller, start, path, known, creates ? mode & FileMode.PERMISSIONS : 0, 0);
  }

  /// Opens a place, as open(2) with O_PATH does.
  public static OpenFile place(VfsPath path) throws Errno {
    return new PathOnlyFile(path, OpenFlags.O_PATH);
  }

  /// Opens what `path` names, as openat2(2) does: what makes no sense is refused.
  public static OpenFile open(
      Caller caller, @Nullable VfsPath start, String path, long flags, long mode, long resolve)
      throws Errno {
    if ((flags & ~(long) OpenFlags.VALID) != 0
        || (resolve & ~(long) PathFlags.RESOLVE_VALID) != 0
        || ((resolve & PathFlags.RESOLVE_BENEATH) != 0
            && (resolve & PathFlags.RESOLVE_IN_ROOT) != 0)) {
      throw Errno.EINVAL;
    }
    boolean creates = (flags & (OpenFlags.O_CREAT | OpenFlags.O_TMPFILE_BIT)) != 0;
    if (creates ? (mode & ~(long) FileMode.PERMISSIONS) != 0 : mode != 0) {
      throw Errno.EINVAL;
    }
    if ((flags & OpenFlags.O_PATH) != 0 && (flags & ~(long) WITH_PATH) != 0) {
      throw Errno.EINVAL;
    }
    return openChecked(caller, start, path, (int) flags, (int) mode, (int) resolve);
  }

  private static OpenFile openChecked(
      Caller caller, @Nullable VfsPath start, String path, int flags, int mode, int resolve)
      throws Errno {
    boolean creates = (flags & OpenFlags.O_CREAT) != 0;
    if ((flags & OpenFlags.O_TMPFILE_BIT) != 0) {
      if ((flags & OpenFlags.O_TMPFILE) != OpenFlags.O_TMPFILE
          || creates
          || !OpenFlags.writes(flags)) {
        throw Errno.EINVAL;
      }
    } else if (creates && (flags & OpenFlags.O_DIRECTORY) != 0) {
      throw Errno.EINVAL;
    }
    if ((resolve & PathFlags.RESOLVE_CACHED) != 0
        && (creates || (flags & (OpenFlags.O_TRUNC | OpenFlags.O_TMPFILE_BIT)) != 0)) {
      throw Errno.EAGAIN;
    }
    PathWalk walk = new PathWalk(caller, caller.credentials(), start, resolve);
    if ((flags & OpenFlags.O_TMPFILE_BIT) != 0) {
      return openNameless(caller, walk.lookup(path, followsLast(flags)), flags, mode);
    }
    if (creates) {
      return create(caller, walk, path, flags, mode);
    }
    VfsPath found = walk.lookup(path, followsLast(flags));
    return finish(caller, found, flags, false);
  }

  private static boolean followsLast(int flags) {
    return (flags & OpenFlags.O_NOFOLLOW) == 0;
  }

  private static OpenFile create(Caller caller, PathWalk walk, String path, int flags, int mode)
      throws Errno {
    boolean exclusive = (flags & OpenFlags.O_EXCL) != 0;
    walk.toParent(path);
    while (true) {
      if (walk.lastKind() != PathWalk.Last.NAME) {
        if (walk.lastKind() == PathWalk.Last.JUMP) {
          return finish(caller, walk.directory(), flags, false);
        }
        throw Errno.EISDIR;
      }
      if (walk.hasTrailingSlash()) {
        throw Errno.EISDIR;
      }
      Permissions.check(caller.credentials(), walk.directory().inode(), Permissions.EXECUTE);
      VfsPath found = walk.last();
      if (found == null) {
        int permissions = mode & ~caller.fs().umask();
        VfsPath made =
            DirectoryChanges.create(caller, walk.directory(), walk.lastName(), permissions);
        return finish(caller, made, flags, true);
      }
      if (exclusive) {
        throw Errno.EEXIST;
      }
      if (found.inode().isSymlink() && followsLast(flags)) {
        walk.follow(found);
        continue;
      }
      return finish(caller, found, flags, false);
    }
  }

  private static OpenFile openNameless(Caller caller, VfsPath directory, int flags, int mode)
      throws Errno {
    Inode inode = directory.inode();
    if (!inode.isDirectory()) {
      throw Errno.ENOTDIR;
    }
    if (directory.mount().isReadOnly()) {
      throw Errno.EROFS;
    }
    Permissions.checkCreate(caller.credentials(), inode);
    NewInode attributes =
        Permissions.newInode(
            caller.credentials(), inode, FileMode.S_IFREG | (mode & ~caller.fs().umask()), 0);
    Inode made = inode.makeNameless(attributes);
    if ((flags & OpenFlags.O_EXCL) == 0) {
      made.setLinkableNameless();
    }
    VfsPath path = new VfsPath(directory.mount(), Dentry.tmpfile(directory.dentry(), made));
    return finish(caller, path, flags & ~OpenFlags.O_DIRECTORY, true);
  }

  /// Opens what has been found.
  ///
  /// @param created whether it has just been made, which permits everything
  private static OpenFile finish(Caller caller, VfsPath path, int flags, boolean created)
      throws Errno {
    Inode inode = path.inode();
    if ((flags & OpenFlags.O_DIRECTORY) != 0 && !inode.isDirectory()) {
      throw Errno.ENOTDIR;
    }
    if ((flags & OpenFlags.O_PATH) != 0) {
      OpenFile file = new PathOnlyFile(path, flags);
      file.setOpener(caller.credentials());
      return file;
    }
    if (!created) {
      if ((flags & OpenFlags.O_CREAT) != 0 && inode.isDirectory()) {
        throw Errno.EISDIR;
      }
      checkOpen(caller.credentials(), path, flags);
    }
    boolean truncate = !created && (flags & OpenFlags.O_TRUNC) != 0 && inode.isRegular();
    boolean writer = inode.isRegular() && (truncate || OpenFlags.writes(flags));
    if (writer) {
      inode.addWriter();
    }
    // Held meanwhile: opening may sleep, and the name may go.
    path.hold();
    try {
      OpenFile file = inode.open(caller, path, flags & ~OpenFlags.O_TMPFILE_BIT);
      file.setOpener(caller.credentials());
      FileEvents.at(path, FileEvents.OPEN);
      if (created) {
        file.noteCreated((flags & OpenFlags.O_TMPFILE_BIT) != 0);
      }
      try {
        if (truncate) {
          Permissions.dropPrivileges(caller.credentials(), inode);
          inode.setSize(0);
          FileEvents.at(path, FileEvents.MODIFY);
        }
      } catch (Errno e) {
        file.release();
        throw e;
      }
      return file;
    } finally {
      if (writer) {
        inode.removeWriter();
      }
      path.drop();
    }
  }

  private static void checkOpen(Credentials who, VfsPath path, int flags) throws Errno {
    Inode inode = path.inode();
    if (inode.isSymlink()) {
      throw Errno.ELOOP;
    }
    int wanted =
        switch (flags & OpenFlags.O_ACCMODE) {
          case OpenFlags.O_RDONLY -> Permissions.READ;
          case OpenFlags.O_WRONLY -> Permissions.WRITE;
          default -> Permissions.READ | Permissions.WRITE;
        };
    if ((flags & OpenFlags.O_TRUNC) != 0) {
      wanted |= Permissions.WRITE;
    }
    if (inode.isDirectory() && (wanted & Permissions.WRITE) != 0) {
      throw Errno.EISDIR;
    }
    if (FileMode.isDevice(inode.mode())
        && (path.mount().has(MountFlags.MS_NODEV) || !inode.fileSystem().hasDevices())) {
      throw Errno.EACCES;
    }
    Permissions.check(who, path, wanted);
    if ((flags & OpenFlags.O_NOATIME) != 0) {
      Permissions.requireOwner(who, inode);
    }
  }

  /// Opens a program or interpreter for exec: a regular file that may be executed, on a mount that
  /// allows it.
  public static OpenFile openProgram(
      Caller caller, @Nullable VfsPath start, String path, boolean follow) throws Errno {
    return openProgram(caller, PathWalk.lookup(caller, start, path, follow));
  }

  /// Opens a program that has been found already (execveat(2) with AT_EMPTY_PATH).
  public static OpenFile openProgram(Caller caller, VfsPath path) throws Errno {
    Inode inode = path.inode();
    if (inode.isSymlink()) {
      throw Errno.ELOOP;
    }
    if (!inode.isRegular() || path.mount().has(MountFlags.MS_NOEXEC)) {
      throw Errno.EACCES;
    }
    Permissions.check(caller.credentials(), path, Permissions.EXECUTE);
    OpenFile file = inode.open(caller, path, OpenFlags.O_RDONLY | OpenFlags.O_LARGEFILE);
    FileEvents.at(path, FileEvents.OPEN);
    FileEvents.at(path, FileEvents.ACCESS);
    return file;
  }
}
