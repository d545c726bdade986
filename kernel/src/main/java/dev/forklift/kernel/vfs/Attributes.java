package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Fcntl;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.IdMap;
import org.jspecify.annotations.Nullable;

/// Changing what stat(2) shows: chmod, chown, utimensat, truncate.
public final class Attributes {
  /// In place of an id that is to stay.
  public static final int SAME = -1;

  private Attributes() {}

  public static void chmod(Caller caller, VfsPath path, int mode) throws Errno {
    requireWritable(path);
    Inode inode = path.inode();
    if (inode.isSymlink()) {
      throw Errno.EOPNOTSUPP;
    }
    Permissions.requireOwner(caller.credentials(), inode);
    int wanted = mode & FileMode.PERMISSIONS;
    if (!Permissions.keepsSetGid(caller.credentials(), inode)) {
      wanted &= ~FileMode.S_ISGID;
    }
    inode.setAttributes(AttributeChange.ofMode(wanted));
    FileEvents.at(path, FileEvents.ATTRIB);
  }

  /// chown(2).
  ///
  /// @param newUid the new owner, as the caller calls it, or [#SAME]
  /// @param newGid the new group, as the caller calls it, or [#SAME]
  public static void chown(Caller caller, VfsPath path, int newUid, int newGid) throws Errno {
    requireWritable(path);
    Inode inode = path.inode();
    Credentials who = caller.credentials();
    int uid = newUid == SAME ? SAME : named(who.userNamespace().kuid(newUid));
    int gid = newGid == SAME ? SAME : named(who.userNamespace().kgid(newGid));
    inode.fileSystem().requireIds(uid == SAME ? inode.uid() : uid, gid == SAME ? inode.gid() : gid);
    boolean owner = inode.uid() == who.fsuid();
    boolean chown = who.hasOver(inode.uid(), inode.gid(), Capability.CHOWN);
    if (uid != SAME && !chown && !(owner && uid == inode.uid())) {
      throw Errno.EPERM;
    }
    if (gid != SAME && !chown && !(owner && (who.inGroup(gid) || gid == inode.gid()))) {
      throw Errno.EPERM;
    }
    Integer mode = null;
    if (!inode.isDirectory()) {
      int reduced = Permissions.withoutPrivileges(inode.mode());
      if (!Permissions.keepsSetGid(who, inode)) {
        reduced &= ~FileMode.S_ISGID;
      }
      mode = reduced;
    }
    inode.setAttributes(
        new AttributeChange(mode, uid == SAME ? null : uid, gid == SAME ? null : gid, null, null));
    FileEvents.at(path, FileEvents.ATTRIB);
  }

  private static int named(int id) throws Errno {
    if (id == IdMap.NONE) {
      throw Errno.EINVAL;
    }
    return id;
  }

  /// One of the two times that utimensat(2) sets.
  public sealed interface Time {
    /// UTIME_NOW.
    record Now() implements Time {}

    /// UTIME_OMIT.
    record Unchanged() implements Time {}

    /// Nanoseconds since 1970.
    record At(long nanos) implements Time {}
  }

  /// Sets times. Both to now is allowed to whoever may write, others only to the owner.
  public static void utimes(Caller caller, VfsPath path, Time access, Time modify) throws Errno {
    if (access instanceof Time.Unchanged && modify instanceof Time.Unchanged) {
      return;
    }
    requireWritable(path);
    Inode inode = path.inode();
    Credentials who = caller.credentials();
    if (access instanceof Time.Now && modify instanceof Time.Now) {
      if (!Permissions.owns(who, inode)) {
        Permissions.check(who, inode, Permissions.WRITE);
      }
    } else {
      Permissions.requireOwner(who, inode);
    }
    long now = inode.fileSystem().now();
    inode.setAttributes(
        new AttributeChange(null, null, null, nanos(access, now), nanos(modify, now)));
    if (access instanceof Time.Unchanged) {
      FileEvents.at(path, FileEvents.MODIFY);
    } else {
      boolean onlyAccess = modify instanceof Time.Unchanged;
      FileEvents.at(path, onlyAccess ? FileEvents.ACCESS : FileEvents.ATTRIB);
    }
  }

  private static @Nullable Long nanos(Time time, long now) {
    return switch (time) {
      case Time.Now() -> now;
      case Time.Unchanged() -> null;
      case Time.At(long nanos) -> nanos;
    };
  }

  /// truncate(2).
  public static void truncate(Caller caller, VfsPath path, long size) throws Errno {
    Inode inode = path.inode();
    if (size < 0) {
      throw Errno.EINVAL;
    }
    if (inode.isDirectory()) {
      throw Errno.EISDIR;
    }
    if (!inode.isRegular()) {
      throw Errno.EINVAL;
    }
    requireWritable(path);
    Permissions.check(caller.credentials(), inode, Permissions.WRITE);
    inode.addWriter();
    try {
      changeSize(caller, inode, size);
      FileEvents.at(path, FileEvents.MODIFY);
    } finally {
      inode.removeWriter();
    }
  }

  static void changeSize(Caller caller, Inode inode, long size) throws Errno {
    if (size < 0) {
      throw Errno.EINVAL;
    }
    if (!inode.isRegular()) {
      throw Errno.EINVAL;
    }
    checkSizeLimit(caller, inode, size);
    int seals = inode.seals();
    if ((size < inode.size() && (seals & Fcntl.F_SEAL_SHRINK) != 0)
        || (size > inode.size() && (seals & Fcntl.F_SEAL_GROW) != 0)) {
      throw Errno.EPERM;
    }
    Permissions.dropPrivileges(caller.credentials(), inode);
    inode.setSize(size);
    inode.touchModified();
  }

  static void checkSizeLimit(Caller caller, Inode inode, long size) throws Errno {
    if (size > inode.size()) {
      if (Long.compareUnsigned(size, caller.fileSizeLimit()) > 0) {
        caller.raise(Signal.SIGXFSZ);
        throw Errno.EFBIG;
      }
      if (size > RegularFile.MAX_SIZE) {
        throw Errno.EFBIG;
      }
    }
  }

  private static void requireWritable(VfsPath path) throws Errno {
    if (path.mount().isReadOnly()) {
      throw Errno.EROFS;
    }
  }
}
