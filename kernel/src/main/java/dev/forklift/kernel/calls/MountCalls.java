package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.PATH;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.MountFlags;
import dev.forklift.kernel.abi.PathFlags;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.FileSystem;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.Mount;
import dev.forklift.kernel.vfs.MountChanges;
import dev.forklift.kernel.vfs.MountNamespace;
import dev.forklift.kernel.vfs.VfsPath;

/// mount(2), umount2(2), pivot_root(2).
final class MountCalls {
  private static final int MAGIC = 0xc0ed_0000;
  private static final int MAGIC_MASK = 0xffff_0000;
  private static final int MS_SILENT = 0x8000;
  private static final int OPTIONS_BYTES = 4096;
  private static final int PROPAGATION =
      MountFlags.MS_SHARED | MountFlags.MS_PRIVATE | MountFlags.MS_SLAVE | MountFlags.MS_UNBINDABLE;

  private final FileServices services;

  MountCalls(FileServices services) {
    this.services = services;
  }

  void rows(SyscallTable table) {
    table
        .sys(39, "umount2", PATH, FLAGS, MountCalls::umount)
        .sys(40, "mount", PATH, PATH, PATH, FLAGS, ADDR, this::mount)
        .sys(41, "pivot_root", PATH, PATH, MountCalls::pivotRoot);
  }

  /// Whoever administers the user namespace that the caller's mounts belong to.
  static void requireAdministrator(Task task) throws Errno {
    if (!task.credentials().hasIn(task.namespaces().mnt().userNamespace(), Capability.SYS_ADMIN)) {
      throw Errno.EPERM;
    }
  }

  private static String string(Task task, long address) throws Errno {
    return address == 0 ? "" : Paths.read(task, address);
  }

  private static String options(Task task, long address) throws Errno {
    return address == 0 ? "" : task.memory().user().readStringUpTo(address, OPTIONS_BYTES);
  }

  private long mount(Task task, long source, long target, long type, int flags, long data)
      throws Errno {
    String typeName = string(task, type);
    String sourceName = string(task, source);
    String options = options(task, data);
    VfsPath place = Paths.find(task, PathFlags.AT_FDCWD, target, 0);
    requireAdministrator(task);
    int known = (flags & MAGIC_MASK) == MAGIC ? flags & ~MAGIC_MASK : flags;
    MountNamespace namespace = task.namespaces().mnt();
    if ((known & MountFlags.MS_REMOUNT) != 0) {
      remount(task, place, known, options);
    } else if ((known & MountFlags.MS_BIND) != 0) {
      VfsPath from = Paths.find(task, PathFlags.AT_FDCWD, sourceName, 0);
      var _ = namespace.bind(from, place, (known & MountFlags.MS_REC) != 0);
    } else if ((known & PROPAGATION) != 0) {
      MountChanges.share(
          task.credentials(),
          place,
          known & ~(MountFlags.MS_REC | MS_SILENT),
          (known & MountFlags.MS_REC) != 0);
    } else if ((known & MountFlags.MS_MOVE) != 0) {
      MountChanges.move(namespace, Paths.find(task, PathFlags.AT_FDCWD, sourceName, 0), place);
    } else {
      if (type == 0) {
        throw Errno.EINVAL;
      }
      FileSystems.Type found = services.systems().type(typeName);
      if (found == null) {
        throw Errno.ENODEV;
      }
      FileSystem made = services.systems().create(task, typeName, found, sourceName, options);
      int newFlags = accessTimes(known);
      if (made.isRevealing()
          && !namespace.userNamespace().isInitial()
          && !namespace.showsAll(made, newFlags)) {
        throw Errno.EPERM;
      }
      var _ = namespace.mount(made.rootFor(task), sourceName, place, newFlags);
    }
    return 0;
  }

  private static int accessTimes(int flags) {
    boolean other = (flags & (MountFlags.MS_NOATIME | MountFlags.MS_STRICTATIME)) != 0;
    return other ? flags & ~MountFlags.MS_RELATIME : flags | MountFlags.MS_RELATIME;
  }

  private static void remount(Task task, VfsPath place, int flags, String options) throws Errno {
    Mount mount = place.mount();
    if (place.dentry() != mount.root() || !task.namespaces().mnt().isHere(mount)) {
      throw Errno.EINVAL;
    }
    boolean saysTimes = (flags & (MountFlags.ACCESS_TIMES | MountFlags.MS_STRICTATIME)) != 0;
    int newFlags =
        saysTimes ? accessTimes(flags) : flags | (mount.flags() & MountFlags.ACCESS_TIMES);
    if (!mount.mayHaveFlags(newFlags)) {
      throw Errno.EPERM;
    }
    if ((flags & MountFlags.MS_BIND) == 0) {
      if (!mount.fileSystem().isAdministeredBy(task.credentials())) {
        throw Errno.EPERM;
      }
      mount.fileSystem().remount(options);
    }
    mount.setFlags(newFlags);
  }

  private static long umount(Task task, long path, int flags) throws Errno {
    Paths.checkFlags(
        flags,
        MountFlags.MNT_FORCE
            | MountFlags.MNT_DETACH
            | MountFlags.MNT_EXPIRE
            | MountFlags.UMOUNT_NOFOLLOW);
    int follow = (flags & MountFlags.UMOUNT_NOFOLLOW) != 0 ? PathFlags.AT_SYMLINK_NOFOLLOW : 0;
    VfsPath place = Paths.find(task, PathFlags.AT_FDCWD, path, follow);
    requireAdministrator(task);
    task.namespaces().mnt().unmount(place, flags);
    return 0;
  }

  private static long pivotRoot(Task task, long newRoot, long putOld) throws Errno {
    requireAdministrator(task);
    VfsPath root = Paths.find(task, PathFlags.AT_FDCWD, newRoot, 0);
    VfsPath old = Paths.find(task, PathFlags.AT_FDCWD, putOld, 0);
    if (!root.inode().isDirectory() || !old.inode().isDirectory()) {
      throw Errno.ENOTDIR;
    }
    VfsPath former = task.fs().root();
    task.namespaces().mnt().pivot(former, root, old);
    if (task.fs().cwd().equals(former)) {
      task.fs().setCwd(root);
    }
    task.fs().setRoot(root);
    return 0;
  }
}
