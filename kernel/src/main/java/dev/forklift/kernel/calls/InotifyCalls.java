package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.FD;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.INT;
import static dev.forklift.kernel.calls.Args.PATH;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.PathFlags;
import dev.forklift.kernel.fs.inotify.InotifyFile;
import dev.forklift.kernel.fs.inotify.InotifyLimits;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.Permissions;
import dev.forklift.kernel.vfs.VfsPath;

/// Watching files.
final class InotifyCalls {
  /// All bits that inotify_add_watch(2) knows.
  private static final int KNOWN =
      InotifyFile.IN_ALL_EVENTS
          | 0x0000_e000 // IN_UNMOUNT, IN_Q_OVERFLOW, IN_IGNORED
          | 0x4000_0000 // IN_ISDIR
          | InotifyFile.IN_ONLYDIR
          | InotifyFile.IN_DONT_FOLLOW
          | InotifyFile.IN_EXCL_UNLINK
          | InotifyFile.IN_MASK_CREATE
          | InotifyFile.IN_MASK_ADD
          | InotifyFile.IN_ONESHOT;

  private final FileServices services;
  private final InotifyLimits limits = new InotifyLimits();

  InotifyCalls(FileServices services) {
    this.services = services;
  }

  void rows(SyscallTable table) {
    table
        .sys(26, "inotify_init1", FLAGS, this::init)
        .sys(27, "inotify_add_watch", FD, PATH, FLAGS, InotifyCalls::addWatch)
        .sys(28, "inotify_rm_watch", FD, INT, InotifyCalls::removeWatch);
  }

  private long init(Task task, int flags) throws Errno {
    Paths.checkFlags(flags, OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK);
    InotifyFile file =
        InotifyFile.create(
            services.anonymous().path("inotify"),
            flags,
            task.kernel().abi().dataModel(),
            limits,
            task.credentials().uid());
    return Paths.install(task, file, (flags & OpenFlags.O_CLOEXEC) != 0);
  }

  private static InotifyFile instance(OpenFile file) throws Errno {
    if (file instanceof InotifyFile instance) {
      return instance;
    }
    throw Errno.EINVAL;
  }

  private static long addWatch(Task task, int fd, long path, int mask) throws Errno {
    if (mask == 0 || (mask & ~KNOWN) != 0) {
      throw Errno.EINVAL;
    }
    OpenFile file = task.files().get(fd);
    if ((mask & InotifyFile.IN_MASK_ADD) != 0 && (mask & InotifyFile.IN_MASK_CREATE) != 0) {
      throw Errno.EINVAL;
    }
    InotifyFile instance = instance(file);
    int follow = (mask & InotifyFile.IN_DONT_FOLLOW) != 0 ? PathFlags.AT_SYMLINK_NOFOLLOW : 0;
    VfsPath found = Paths.find(task, PathFlags.AT_FDCWD, path, follow);
    if ((mask & InotifyFile.IN_ONLYDIR) != 0 && !FileMode.isDirectory(found.inode().mode())) {
      throw Errno.ENOTDIR;
    }
    Permissions.check(task.credentials(), found, Permissions.READ);
    return instance.watch(found.inode(), mask);
  }

  private static long removeWatch(Task task, int fd, int number) throws Errno {
    instance(task.files().get(fd)).unwatch(number);
    return 0;
  }
}
