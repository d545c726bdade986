package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;

/// Who may do what to an inode (path_resolution(7), capabilities(7)).
public final class Permissions {
  public static final int EXECUTE = 1;
  public static final int WRITE = 2;
  public static final int READ = 4;

  private Permissions() {}

  /// Checks mode bits and capabilities for a set of [#READ], [#WRITE] and [#EXECUTE].
  public static void check(Credentials who, Inode inode, int wanted) throws Errno {
    inode.requireAllowed(who, wanted);
  }

  /// Checks also that what is to be written is not mounted read-only.
  public static void check(Credentials who, VfsPath path, int wanted) throws Errno {
    int type = path.inode().mode() & FileMode.S_IFMT;
    if ((wanted & WRITE) != 0
        && path.mount().isReadOnly()
        && (type == FileMode.S_IFREG || type == FileMode.S_IFDIR || type == FileMode.S_IFLNK)) {
      throw Errno.EROFS;
    }
    check(who, path.inode(), wanted);
  }

  /// What owner, mode and capabilities say.
  static boolean allows(Credentials who, Inode inode, int wanted) {
    int mode = inode.mode();
    int bits;
    if (inode.uid() == who.fsuid()) {
      bits = mode >> 6;
    } else if (who.inGroup(inode.gid())) {
      bits = mode >> 3;
    } else {
      bits = mode;
    }
    if ((wanted & ~bits & 7) == 0) {
      return true;
    }
    if (inode.isDirectory()) {
      return has(who, inode, Capability.DAC_OVERRIDE)
          || ((wanted & WRITE) == 0 && has(who, inode, Capability.DAC_READ_SEARCH));
    }
    if (wanted == READ && has(who, inode, Capability.DAC_READ_SEARCH)) {
      return true;
    }
    // Even the superuser executes only what somebody may execute.
    return has(who, inode, Capability.DAC_OVERRIDE)
        && ((wanted & EXECUTE) == 0 || (mode & FileMode.S_IXUGO) != 0);
  }

  /// Capabilities count over the inodes of users and groups of one's own user namespace.
  private static boolean has(Credentials who, Inode inode, Capability capability) {
    return who.hasOver(inode.uid(), inode.gid(), capability);
  }

  /// Says whether `who` may act as the owner. Here the group does not matter.
  public static boolean owns(Credentials who, Inode inode) {
    return inode.uid() == who.fsuid()
        || (who.hasHere(Capability.FOWNER) && who.userNamespace().hasUid(inode.uid()));
  }

  static void requireOwner(Credentials who, Inode inode) throws Errno {
    if (!owns(who, inode)) {
      throw Errno.EPERM;
    }
  }

  /// Says whether a mode keeps its set-group-ID bit when `who` sets it.
  static boolean keepsSetGid(Credentials who, Inode inode) {
    return who.inGroup(inode.gid()) || has(who, inode, Capability.FSETID);
  }

  /// Checks that an entry may be made in `directory`.
  static void checkCreate(Credentials who, Inode directory) throws Errno {
    if (directory.nlink() == 0) {
      throw Errno.ENOENT;
    }
    directory.fileSystem().requireIds(who.fsuid(), who.fsgid());
    check(who, directory, WRITE | EXECUTE);
  }

  /// Checks that `victim` may be removed from `directory`; in a sticky directory only its owner and
  /// the directory's may do that.
  static void checkDelete(
      Credentials who, Inode directory, Inode victim, boolean wantsDirectory, boolean isRoot)
      throws Errno {
    check(who, directory, WRITE | EXECUTE);
    if ((directory.mode() & FileMode.S_ISVTX) != 0
        && victim.uid() != who.fsuid()
        && directory.uid() != who.fsuid()
        && !has(who, victim, Capability.FOWNER)) {
      throw Errno.EPERM;
    }
    if (wantsDirectory && !victim.isDirectory()) {
      throw Errno.ENOTDIR;
    }
    if (wantsDirectory && isRoot) {
      throw Errno.EBUSY;
    }
    if (!wantsDirectory && victim.isDirectory()) {
      throw Errno.EISDIR;
    }
    if (directory.nlink() == 0) {
      throw Errno.ENOENT;
    }
  }

  /// What a new file in `directory` starts with: a set-group-ID directory passes on its group, and
  /// to directories the bit itself.
  static NewInode newInode(Credentials who, Inode directory, int mode, long rdev) {
    if ((directory.mode() & FileMode.S_ISGID) == 0) {
      return new NewInode(mode, who.fsuid(), who.fsgid(), rdev);
    }
    int gid = directory.gid();
    int result = mode;
    if (FileMode.isDirectory(mode)) {
      result |= FileMode.S_ISGID;
    } else if ((mode & (FileMode.S_ISGID | FileMode.S_IXGRP))
            == (FileMode.S_ISGID | FileMode.S_IXGRP)
        && !keepsSetGid(who, directory)) {
      result &= ~FileMode.S_ISGID;
    }
    return new NewInode(result, who.fsuid(), gid, rdev);
  }

  /// The mode without what writing to a file takes away: set-user-ID, and set-group-ID if its group
  /// may execute.
  static int withoutPrivileges(int mode) {
    int result = mode & ~FileMode.S_ISUID;
    return (mode & FileMode.S_IXGRP) != 0 ? result & ~FileMode.S_ISGID : result;
  }

  /// Takes set-user-ID and set-group-ID away from a regular file that `who` writes to. Root of a
  /// user namespace is no exception.
  public static void dropPrivileges(Credentials who, Inode inode) throws Errno {
    int mode = inode.mode();
    if ((mode & (FileMode.S_ISUID | FileMode.S_ISGID)) != 0 && inode.isRegular()) {
      int reduced = withoutPrivileges(mode);
      if (reduced != mode && !who.has(Capability.FSETID)) {
        inode.setAttributes(AttributeChange.ofMode(reduced));
      }
    }
  }
}
