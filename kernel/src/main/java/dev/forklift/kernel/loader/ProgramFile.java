package dev.forklift.kernel.loader;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.PathFlags;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.Opening;
import dev.forklift.kernel.vfs.Permissions;
import dev.forklift.kernel.vfs.VfsPath;
import org.jspecify.annotations.Nullable;

/// A program or interpreter opened to be executed, which nobody can write to until it is closed.
final class ProgramFile implements AutoCloseable {
  private final OpenFile file;

  private ProgramFile(OpenFile file) throws Errno {
    this.file = file;
    try {
      file.inode().denyWriters();
    } catch (Errno e) {
      file.release();
      throw e;
    }
  }

  /// @throws Errno among others ETXTBSY if it is open for writing
  static ProgramFile open(Caller caller, @Nullable VfsPath start, String path, int flags)
      throws Errno {
    if ((flags & ~(PathFlags.AT_EMPTY_PATH | PathFlags.AT_SYMLINK_NOFOLLOW)) != 0) {
      throw Errno.EINVAL;
    }
    if (path.isEmpty() && (flags & PathFlags.AT_EMPTY_PATH) != 0) {
      VfsPath self = start == null ? caller.fs().cwd() : start;
      return new ProgramFile(Opening.openProgram(caller, self));
    }
    boolean follow = (flags & PathFlags.AT_SYMLINK_NOFOLLOW) == 0;
    return new ProgramFile(Opening.openProgram(caller, start, path, follow));
  }

  /// Opens what a file names as its interpreter. The empty name is the current folder's.
  static ProgramFile openInterpreter(Caller caller, String path) throws Errno {
    return open(caller, null, path, PathFlags.AT_EMPTY_PATH);
  }

  OpenFile file() {
    return file;
  }

  /// Says whether somebody may read it, who may execute it.
  boolean isReadableBy(Credentials who) {
    try {
      Permissions.check(who, file.inode(), Permissions.READ);
      return true;
    } catch (Errno refused) {
      return false;
    }
  }

  /// The innermost user namespace, from this one on, that has its owner and its group.
  UserNamespace namespaceOf(UserNamespace from) {
    UserNamespace at = from;
    while (at.parent() != null
        && !(at.hasUid(file.inode().uid()) && at.hasGid(file.inode().gid()))) {
      at = at.parent();
    }
    return at;
  }

  /// The first `length` bytes, zeros behind the end.
  byte[] head(int length) throws Errno {
    byte[] head = new byte[length];
    var _ = FileBytes.read(file, 0, head);
    return head;
  }

  @Override
  public void close() {
    file.inode().allowWriters();
    file.release();
  }
}
