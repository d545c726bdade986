package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FD;
import static dev.forklift.kernel.calls.Args.FILE;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.MODE;
import static dev.forklift.kernel.calls.Args.PATH;
import static dev.forklift.kernel.calls.Args.SIZE;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.PathFlags;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.DirectoryChanges;
import dev.forklift.kernel.vfs.DirectorySink;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.Permissions;
import dev.forklift.kernel.vfs.VfsPath;
import java.nio.charset.StandardCharsets;

/// Names: making, moving, removing and listing them, and where a task stands among them.
final class DirectoryCalls {
  private DirectoryCalls() {}

  static void rows(SyscallTable table) {
    table
        .sys(17, "getcwd", ADDR, SIZE, DirectoryCalls::getcwd)
        .sys(33, "mknodat", FD, PATH, MODE, SIZE, DirectoryCalls::mknodat)
        .sys(34, "mkdirat", FD, PATH, MODE, DirectoryCalls::mkdirat)
        .sys(35, "unlinkat", FD, PATH, FLAGS, DirectoryCalls::unlinkat)
        .sys(36, "symlinkat", PATH, FD, PATH, DirectoryCalls::symlinkat)
        .sys(37, "linkat", FD, PATH, FD, PATH, FLAGS, DirectoryCalls::linkat)
        .sys(
            38,
            "renameat",
            FD,
            PATH,
            FD,
            PATH,
            (t, from, old, to, name) -> renameat2(t, from, old, to, name, 0))
        .sys(49, "chdir", PATH, DirectoryCalls::chdir)
        .sys(50, "fchdir", FD, DirectoryCalls::fchdir)
        .sys(51, "chroot", PATH, DirectoryCalls::chroot)
        .sys(61, "getdents64", FILE, ADDR, SIZE, DirectoryCalls::getdents)
        .sys(78, "readlinkat", FD, PATH, ADDR, SIZE, DirectoryCalls::readlinkat)
        .sys(166, "umask", MODE, (t, mask) -> t.fs().setUmask(mask))
        .sys(276, "renameat2", FD, PATH, FD, PATH, FLAGS, DirectoryCalls::renameat2);
  }

  private static long mkdirat(Task task, int folder, long path, int mode) throws Errno {
    String name = Paths.read(task, path);
    DirectoryChanges.mkdir(task, Paths.start(task, folder, name), name, mode);
    return 0;
  }

  private static long mknodat(Task task, int folder, long path, int mode, long device)
      throws Errno {
    String name = Paths.read(task, path);
    VfsPath start = Paths.start(task, folder, name);
    var _ = DirectoryChanges.mknod(task, start, name, mode, device);
    return 0;
  }

  private static long unlinkat(Task task, int folder, long path, int flags) throws Errno {
    Paths.checkFlags(flags, PathFlags.AT_REMOVEDIR);
    String name = Paths.read(task, path);
    VfsPath start = Paths.start(task, folder, name);
    if ((flags & PathFlags.AT_REMOVEDIR) != 0) {
      DirectoryChanges.rmdir(task, start, name);
    } else {
      DirectoryChanges.unlink(task, start, name);
    }
    return 0;
  }

  private static long symlinkat(Task task, long target, int folder, long path) throws Errno {
    String contents = Paths.read(task, target);
    String name = Paths.read(task, path);
    DirectoryChanges.symlink(task, contents, Paths.start(task, folder, name), name);
    return 0;
  }

  private static long linkat(
      Task task, int oldFolder, long oldPath, int newFolder, long newPath, int flags) throws Errno {
    Paths.checkFlags(flags, PathFlags.AT_SYMLINK_FOLLOW | PathFlags.AT_EMPTY_PATH);
    String old = Paths.read(task, oldPath);
    if (old.isEmpty()
        && (flags & PathFlags.AT_EMPTY_PATH) != 0
        && oldFolder != PathFlags.AT_FDCWD
        && !task.files().getAny(oldFolder).isOpenedBy(task.credentials())) {
      throw Errno.ENOENT;
    }
    int follow = (flags & PathFlags.AT_SYMLINK_FOLLOW) != 0 ? 0 : PathFlags.AT_SYMLINK_NOFOLLOW;
    VfsPath existing = Paths.find(task, oldFolder, old, follow | (flags & PathFlags.AT_EMPTY_PATH));
    String name = Paths.read(task, newPath);
    DirectoryChanges.link(task, existing, Paths.start(task, newFolder, name), name);
    return 0;
  }

  private static long renameat2(
      Task task, int oldFolder, long oldPath, int newFolder, long newPath, int flags) throws Errno {
    String old = Paths.read(task, oldPath);
    String name = Paths.read(task, newPath);
    DirectoryChanges.rename(
        task,
        Paths.start(task, oldFolder, old),
        old,
        Paths.start(task, newFolder, name),
        name,
        flags);
    return 0;
  }

  private static long readlinkat(Task task, int folder, long path, long address, long size)
      throws Errno {
    if ((int) size <= 0) {
      throw Errno.EINVAL;
    }
    String name = Paths.read(task, path);
    int flags =
        PathFlags.AT_SYMLINK_NOFOLLOW
            | (folder == PathFlags.AT_FDCWD ? 0 : PathFlags.AT_EMPTY_PATH);
    VfsPath link = Paths.find(task, folder, name, flags);
    if (!link.inode().isSymlink()) {
      throw name.isEmpty() ? Errno.ENOENT : Errno.EINVAL;
    }
    byte[] target = link.inode().readlink(task).getBytes(StandardCharsets.ISO_8859_1);
    int length = (int) Math.min(target.length, size);
    task.memory().user().write(address, target, 0, length);
    return length;
  }

  // Where a task is.

  private static long getcwd(Task task, long address, long size) throws Errno {
    byte[] name = (task.fs().cwdName() + "\0").getBytes(StandardCharsets.ISO_8859_1);
    if (Long.compareUnsigned(size, name.length) < 0) {
      throw Errno.ERANGE;
    }
    task.memory().user().write(address, name);
    return name.length;
  }

  private static VfsPath folder(Task task, VfsPath path) throws Errno {
    if (!path.inode().isDirectory()) {
      throw Errno.ENOTDIR;
    }
    Permissions.check(task.credentials(), path.inode(), Permissions.EXECUTE);
    return path;
  }

  private static long chdir(Task task, long path) throws Errno {
    task.fs().setCwd(folder(task, Paths.find(task, PathFlags.AT_FDCWD, path, 0)));
    return 0;
  }

  private static long fchdir(Task task, int fd) throws Errno {
    task.fs().setCwd(folder(task, task.files().getAny(fd).path()));
    return 0;
  }

  private static long chroot(Task task, long path) throws Errno {
    VfsPath root = folder(task, Paths.find(task, PathFlags.AT_FDCWD, path, 0));
    Credentials who = task.credentials();
    if (!who.hasHere(Capability.SYS_CHROOT)) {
      throw Errno.EPERM;
    }
    task.fs().setRoot(root);
    return 0;
  }

  // Listing.

  /// Lays entries out as `struct linux_dirent64`, as many as fit.
  private static final class Entries implements DirectorySink {
    private static final int HEADER = 19;
    private static final int ALIGNMENT = 8;

    private final StructWriter out;
    private final long room;
    private boolean refused;

    Entries(UserMemory user, long room) {
      this.out = new StructWriter(user.model());
      this.room = room;
    }

    @Override
    public boolean add(String name, long ino, int type, long next) {
      int length = (HEADER + name.length() + 1 + ALIGNMENT - 1) & -ALIGNMENT;
      if (out.size() + length > room) {
        refused = true;
        return false;
      }
      out.u64(ino).u64(next).u16(length).u8(type).string(name, length - HEADER);
      return true;
    }
  }

  private static long getdents(Task task, OpenFile file, long address, long size) throws Errno {
    UserMemory user = task.memory().user();
    Entries entries = new Entries(user, size & 0xffff_ffffL);
    long before = file.position();
    file.list(task, entries);
    if (entries.refused && entries.out.size() == 0) {
      throw Errno.EINVAL;
    }
    try {
      user.write(address, entries.out);
    } catch (Errno e) {
      var _ = file.seek(before, 0);
      throw e;
    }
    return entries.out.size();
  }
}
