package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FD;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.INT;
import static dev.forklift.kernel.calls.Args.PATH;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.MountFlags;
import dev.forklift.kernel.abi.PathFlags;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.MountContext;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.VfsPath;

/// Mounting in steps: fsopen(2), fsconfig(2), fsmount(2); fspick(2) for what is mounted already.
final class MountContextCalls {
  private static final int CLOEXEC = 1;

  // Commands of fsconfig.
  private static final int SET_FLAG = 0;
  private static final int SET_STRING = 1;
  private static final int SET_BINARY = 2;
  private static final int SET_PATH = 3;
  private static final int SET_PATH_EMPTY = 4;
  private static final int SET_FD = 5;
  private static final int CMD_CREATE = 6;
  private static final int CMD_RECONFIGURE = 7;
  private static final int CMD_CREATE_EXCL = 8;

  private static final int MOST_BINARY = 1 << 20;
  private static final int LONGEST = 256;

  // Attributes of fsmount.
  private static final int MOUNT_ATTR_RDONLY = 0x1;
  private static final int MOUNT_ATTR_NOSUID = 0x2;
  private static final int MOUNT_ATTR_NODEV = 0x4;
  private static final int MOUNT_ATTR_NOEXEC = 0x8;
  private static final int MOUNT_ATTR_TIMES = 0x70;
  private static final int MOUNT_ATTR_NOATIME = 0x10;
  private static final int MOUNT_ATTR_STRICTATIME = 0x20;
  private static final int MOUNT_ATTR_NODIRATIME = 0x80;
  private static final int MOUNT_ATTR_NOSYMFOLLOW = 0x20_0000;
  private static final int MOUNT_ATTRS =
      MOUNT_ATTR_RDONLY
          | MOUNT_ATTR_NOSUID
          | MOUNT_ATTR_NODEV
          | MOUNT_ATTR_NOEXEC
          | MOUNT_ATTR_TIMES
          | MOUNT_ATTR_NODIRATIME
          | MOUNT_ATTR_NOSYMFOLLOW;

  // Flags of fspick.
  private static final int PICK_SYMLINK_NOFOLLOW = 2;
  private static final int PICK_NO_AUTOMOUNT = 4;
  private static final int PICK_EMPTY_PATH = 8;
  private static final int PICK_FLAGS =
      CLOEXEC | PICK_SYMLINK_NOFOLLOW | PICK_NO_AUTOMOUNT | PICK_EMPTY_PATH;

  private final FileServices services;

  MountContextCalls(FileServices services) {
    this.services = services;
  }

  void rows(SyscallTable table) {
    table
        .sys(430, "fsopen", PATH, FLAGS, this::fsopen)
        .sys(431, "fsconfig", FD, INT, ADDR, ADDR, INT, MountContextCalls::fsconfig)
        .partial(431, "values are flags and strings; read(2) tells no messages")
        .sys(432, "fsmount", FD, FLAGS, FLAGS, MountContextCalls::fsmount)
        .sys(433, "fspick", FD, PATH, FLAGS, this::fspick);
  }

  private long fsopen(Task task, long name, int flags) throws Errno {
    MountCalls.requireAdministrator(task);
    Paths.checkFlags(flags, CLOEXEC);
    String typeName = Paths.read(task, name);
    FileSystems.Type type = services.systems().type(typeName);
    if (type == null) {
      throw Errno.ENODEV;
    }
    OpenFile context = new MountContext(services.anonymous().path("fscontext"), typeName, type);
    return Paths.install(task, context, (flags & CLOEXEC) != 0);
  }

  private long fspick(Task task, int folder, long path, int flags) throws Errno {
    MountCalls.requireAdministrator(task);
    Paths.checkFlags(flags, PICK_FLAGS);
    int lookup =
        ((flags & PICK_SYMLINK_NOFOLLOW) != 0 ? PathFlags.AT_SYMLINK_NOFOLLOW : 0)
            | ((flags & PICK_EMPTY_PATH) != 0 ? PathFlags.AT_EMPTY_PATH : 0);
    VfsPath place = Paths.find(task, folder, path, lookup);
    if (place.dentry() != place.mount().root()) {
      throw Errno.EINVAL;
    }
    OpenFile context =
        new MountContext(services.anonymous().path("fscontext"), place.mount().fileSystem());
    return Paths.install(task, context, (flags & CLOEXEC) != 0);
  }

  private static long fsconfig(Task task, int fd, int command, long key, long value, int aux)
      throws Errno {
    if (fd < 0) {
      throw Errno.EINVAL;
    }
    boolean sensible =
        switch (command) {
          case SET_FLAG -> key != 0 && value == 0 && aux == 0;
          case SET_STRING -> key != 0 && value != 0 && aux == 0;
          case SET_BINARY -> key != 0 && value != 0 && aux > 0 && aux <= MOST_BINARY;
          case SET_PATH, SET_PATH_EMPTY ->
              key != 0 && value != 0 && (aux == PathFlags.AT_FDCWD || aux >= 0);
          case SET_FD -> key != 0 && value == 0 && aux >= 0;
          case CMD_CREATE, CMD_CREATE_EXCL, CMD_RECONFIGURE -> key == 0 && value == 0 && aux == 0;
          default -> throw Errno.EOPNOTSUPP;
        };
    if (!sensible) {
      throw Errno.EINVAL;
    }
    MountContext context = context(task, fd);
    UserMemory user = task.memory().user();
    String name = key == 0 ? "" : text(user, key);
    switch (command) {
      case SET_FLAG -> context.setFlag(task, name);
      case SET_STRING -> context.setString(task, name, text(user, value));
      case CMD_CREATE, CMD_CREATE_EXCL -> context.create(task);
      case CMD_RECONFIGURE -> context.reconfigure(task);
      default -> context.setOther();
    }
    return 0;
  }

  /// A string that is too long is no valid one.
  private static String text(UserMemory user, long address) throws Errno {
    try {
      return user.readString(address, LONGEST);
    } catch (Errno e) {
      throw e == Errno.ENAMETOOLONG ? Errno.EINVAL : e;
    }
  }

  private static MountContext context(Task task, int fd) throws Errno {
    if (task.files().get(fd) instanceof MountContext context) {
      return context;
    }
    throw Errno.EINVAL;
  }

  private static long fsmount(Task task, int fd, int flags, int attributes) throws Errno {
    MountCalls.requireAdministrator(task);
    Paths.checkFlags(flags, CLOEXEC);
    int mountFlags = mountFlags(attributes);
    MountContext context = context(task, fd);
    OpenFile mount = context.mount(task, task.namespaces().mnt(), mountFlags);
    return Paths.install(task, mount, (flags & CLOEXEC) != 0);
  }

  private static int mountFlags(int attributes) throws Errno {
    Paths.checkFlags(attributes, MOUNT_ATTRS);
    int flags =
        switch (attributes & MOUNT_ATTR_TIMES) {
          case 0 -> MountFlags.MS_RELATIME;
          case MOUNT_ATTR_NOATIME -> MountFlags.MS_NOATIME;
          case MOUNT_ATTR_STRICTATIME -> 0;
          default -> throw Errno.EINVAL;
        };
    // The first four have mount(2)'s numbers.
    flags |= attributes & MountFlags.PROTECTING;
    flags |= (attributes & MOUNT_ATTR_NODIRATIME) != 0 ? MountFlags.MS_NODIRATIME : 0;
    return flags | ((attributes & MOUNT_ATTR_NOSYMFOLLOW) != 0 ? MountFlags.MS_NOSYMFOLLOW : 0);
  }
}
