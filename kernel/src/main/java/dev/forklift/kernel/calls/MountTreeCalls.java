package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.FD;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.PATH;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.PathFlags;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.MountChanges;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.Opening;
import dev.forklift.kernel.vfs.VfsPath;

/// Mounts that descriptors stand for: open_tree(2), move_mount(2).
final class MountTreeCalls {
  // Flags of open_tree, beside O_CLOEXEC.
  private static final int CLONE = 1;
  private static final int RECURSIVE = 0x8000;
  private static final int LOOKUP =
      PathFlags.AT_EMPTY_PATH | PathFlags.AT_NO_AUTOMOUNT | PathFlags.AT_SYMLINK_NOFOLLOW;

  // Flags of move_mount. The first are for where from and, shifted, for where to.
  private static final int SYMLINKS = 1;
  private static final int AUTOMOUNTS = 2;
  private static final int EMPTY_PATH = 4;
  private static final int TO_SHIFT = 4;
  private static final int PATH_FLAGS = SYMLINKS | AUTOMOUNTS | EMPTY_PATH;
  private static final int SET_GROUP = 0x100;

  private MountTreeCalls() {}

  static void rows(SyscallTable table) {
    table
        .sys(428, "open_tree", FD, PATH, FLAGS, MountTreeCalls::openTree)
        .sys(429, "move_mount", FD, PATH, FD, PATH, FLAGS, MountTreeCalls::moveMount)
        .partial(429, "no MOVE_MOUNT_BENEATH");
  }

  private static long openTree(Task task, int folder, long path, int flags) throws Errno {
    Paths.checkFlags(flags, LOOKUP | RECURSIVE | CLONE | OpenFlags.O_CLOEXEC);
    boolean copies = (flags & CLONE) != 0;
    boolean recursive = (flags & RECURSIVE) != 0;
    if (recursive && !copies) {
      throw Errno.EINVAL;
    }
    if (copies) {
      MountCalls.requireAdministrator(task);
    }
    VfsPath place = Paths.find(task, folder, path, flags & LOOKUP);
    OpenFile tree =
        copies ? task.namespaces().mnt().openCopy(place, recursive) : Opening.place(place);
    return Paths.install(task, tree, (flags & OpenFlags.O_CLOEXEC) != 0);
  }

  private static long moveMount(
      Task task, int fromFolder, long fromPath, int toFolder, long toPath, int flags) throws Errno {
    MountCalls.requireAdministrator(task);
    Paths.checkFlags(flags, PATH_FLAGS | PATH_FLAGS << TO_SHIFT | SET_GROUP);
    VfsPath from = Paths.find(task, fromFolder, fromPath, lookup(flags));
    VfsPath to = Paths.find(task, toFolder, toPath, lookup(flags >> TO_SHIFT));
    if ((flags & SET_GROUP) != 0) {
      MountChanges.setGroup(task.credentials(), from, to);
    } else {
      MountChanges.move(task.namespaces().mnt(), from, to);
    }
    return 0;
  }

  private static int lookup(int flags) {
    return ((flags & SYMLINKS) != 0 ? 0 : PathFlags.AT_SYMLINK_NOFOLLOW)
        | ((flags & EMPTY_PATH) != 0 ? PathFlags.AT_EMPTY_PATH : 0);
  }
}
