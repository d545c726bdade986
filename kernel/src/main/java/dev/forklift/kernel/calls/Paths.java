package dev.forklift.kernel.calls;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.PathFlags;
import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.PathWalk;
import dev.forklift.kernel.vfs.VfsPath;
import org.jspecify.annotations.Nullable;

/// Arguments that name files: a descriptor of a folder and a path in user memory.
final class Paths {
  private Paths() {}

  /// The path at an address.
  static String read(Task task, long address) throws Errno {
    return task.memory().user().readString(address, PathWalk.PATH_MAX);
  }

  /// Where a path begins; null for the current folder or if it does not matter, as for the empty
  /// path, which leads nowhere.
  static @Nullable VfsPath start(Task task, int folder, String path) throws Errno {
    if (folder == PathFlags.AT_FDCWD || path.isEmpty() || path.startsWith("/")) {
      return null;
    }
    return task.files().getAny(folder).path();
  }

  /// What a folder's descriptor and a path stand for.
  ///
  /// @param flags AT_SYMLINK_NOFOLLOW, and AT_EMPTY_PATH for the descriptor itself
  static VfsPath find(Task task, int folder, long path, int flags) throws Errno {
    return find(task, folder, read(task, path), flags);
  }

  static VfsPath find(Task task, int folder, String path, int flags) throws Errno {
    if (path.isEmpty() && (flags & PathFlags.AT_EMPTY_PATH) != 0) {
      return folder == PathFlags.AT_FDCWD ? task.fs().cwd() : task.files().getAny(folder).path();
    }
    boolean follow = (flags & PathFlags.AT_SYMLINK_NOFOLLOW) == 0;
    return PathWalk.lookup(task, start(task, folder, path), path, follow);
  }

  /// Refuses flags that a call does not know.
  static void checkFlags(int flags, int known) throws Errno {
    if ((flags & ~known) != 0) {
      throw Errno.EINVAL;
    }
  }

  /// RLIMIT_NOFILE.
  static long descriptorLimit(Task task) {
    return task.group().limits().soft(ResourceLimits.RLIMIT_NOFILE);
  }

  /// Gives a new file a descriptor.
  static int install(Task task, OpenFile file, boolean closeOnExec) throws Errno {
    return task.files().add(file, closeOnExec, descriptorLimit(task));
  }

  /// What is done with an open file.
  @FunctionalInterface
  interface Use {
    long with(OpenFile file) throws Errno;
  }

  /// Uses a file that another task may close meanwhile.
  static long use(OpenFile file, Use use) throws Errno {
    file.retain();
    try {
      return use.with(file);
    } finally {
      file.release();
    }
  }
}
