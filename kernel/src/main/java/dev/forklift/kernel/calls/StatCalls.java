package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FD;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.MODE;
import static dev.forklift.kernel.calls.Args.PATH;
import static dev.forklift.kernel.calls.Args.SIZE;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.DeviceNumber;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.MountFlags;
import dev.forklift.kernel.abi.PathFlags;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.abi.Timespec;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.FileStatus;
import dev.forklift.kernel.vfs.FileSystem;
import dev.forklift.kernel.vfs.FileSystemStatus;
import dev.forklift.kernel.vfs.Mount;
import dev.forklift.kernel.vfs.PathWalk;
import dev.forklift.kernel.vfs.Permissions;
import dev.forklift.kernel.vfs.VfsPath;

/// What files and file systems are like, and what a task may do with them.
final class StatCalls {
  private static final int STATX_BASIC_STATS = 0x7ff;
  private static final int STATX_BTIME = 0x800;
  private static final int STATX_MNT_ID = 0x1000;
  private static final int STATX_RESERVED = 1 << 31;
  private static final int STATX_BYTES = 256;
  private static final int STATX_ATTR_MOUNT_ROOT = 0x2000;

  /// STATX_ATTR_AUTOMOUNT, MOUNT_ROOT, VERITY and DAX: what every file system is said to know.
  private static final int STATX_ATTRIBUTES = 0x303000;

  private StatCalls() {}

  static void rows(SyscallTable table, boolean is64Bit) {
    if (is64Bit) {
      table
          .sys(43, "statfs", PATH, ADDR, StatCalls::statfs)
          .sys(44, "fstatfs", FD, ADDR, StatCalls::fstatfs);
    } else {
      table
          .sys(43, "statfs64", PATH, SIZE, ADDR, StatCalls::statfs64)
          .sys(44, "fstatfs64", FD, SIZE, ADDR, StatCalls::fstatfs64);
    }
    table
        .sys(48, "faccessat", FD, PATH, MODE, (t, fd, p, mode) -> access(t, fd, p, mode, 0))
        .sys(79, is64Bit ? "newfstatat" : "fstatat64", FD, PATH, ADDR, FLAGS, StatCalls::fstatat)
        .sys(80, is64Bit ? "fstat" : "fstat64", FD, ADDR, StatCalls::fstat)
        .sys(291, "statx", FD, PATH, FLAGS, FLAGS, ADDR, StatCalls::statx)
        .sys(439, "faccessat2", FD, PATH, MODE, FLAGS, StatCalls::access);
  }

  private static long fstat(Task task, int fd, long address) throws Errno {
    FileStatus status = task.files().getAny(fd).inode().status();
    UserMemory user = task.memory().user();
    user.write(address, layOut(task, status));
    return 0;
  }

  private static long fstatat(Task task, int folder, long path, long address, int flags)
      throws Errno {
    Paths.checkFlags(
        flags,
        PathFlags.AT_SYMLINK_NOFOLLOW
            | PathFlags.AT_NO_AUTOMOUNT
            | PathFlags.AT_EMPTY_PATH
            | PathFlags.AT_STATX_SYNC_TYPE);
    FileStatus status = Paths.find(task, folder, path, flags).inode().status();
    UserMemory user = task.memory().user();
    user.write(address, layOut(task, status));
    return 0;
  }

  /// `struct stat` of 64-bit guests, `struct stat64` of others.
  private static StructWriter layOut(Task task, FileStatus status) {
    UserNamespace names = task.credentials().userNamespace();
    StructWriter out =
        new StructWriter(task.memory().user().model())
            .u64(status.device())
            .u64(status.ino())
            .u32(status.mode())
            .u32(status.nlink())
            .u32(names.uid(status.uid()))
            .u32(names.gid(status.gid()))
            .u64(status.rdev())
            .u64(0)
            .u64(status.size())
            .u32(status.blockSize())
            .u32(0)
            .u64(status.blocks());
    time(out, status.accessTime());
    time(out, status.modifyTime());
    time(out, status.changeTime());
    return out.u32(0).u32(0);
  }

  private static void time(StructWriter out, long nanos) {
    Timespec time = Timespec.ofNanos(nanos);
    out.word(time.seconds()).word(time.nanos());
  }

  private static long statx(Task task, int folder, long path, int flags, int mask, long address)
      throws Errno {
    Paths.checkFlags(
        flags,
        PathFlags.AT_SYMLINK_NOFOLLOW
            | PathFlags.AT_NO_AUTOMOUNT
            | PathFlags.AT_EMPTY_PATH
            | PathFlags.AT_STATX_SYNC_TYPE);
    if ((mask & STATX_RESERVED) != 0
        || (flags & PathFlags.AT_STATX_SYNC_TYPE) == PathFlags.AT_STATX_SYNC_TYPE) {
      throw Errno.EINVAL;
    }
    VfsPath found = Paths.find(task, folder, path, flags);
    FileStatus status = found.inode().status();
    FileSystem fileSystem = found.inode().fileSystem();
    boolean birth = fileSystem.keepsBirthTimes();
    UserNamespace names = task.credentials().userNamespace();
    boolean mountRoot = found.mount().root() == found.dentry();
    UserMemory user = task.memory().user();
    StructWriter out =
        new StructWriter(user.model())
            .u32(STATX_BASIC_STATS | STATX_MNT_ID | (birth ? STATX_BTIME : 0))
            .u32(status.blockSize())
            .u64(mountRoot ? STATX_ATTR_MOUNT_ROOT : 0)
            .u32(status.nlink())
            .u32(names.uid(status.uid()))
            .u32(names.gid(status.gid()))
            .u16(status.mode())
            .u16(0)
            .u64(status.ino())
            .u64(status.size())
            .u64(status.blocks())
            .u64(STATX_ATTRIBUTES | fileSystem.statxAttributes());
    statxTime(out, status.accessTime());
    statxTime(out, birth ? status.birthTime() : 0);
    statxTime(out, status.changeTime());
    statxTime(out, status.modifyTime());
    out.u32(DeviceNumber.major(status.rdev()))
        .u32(DeviceNumber.minor(status.rdev()))
        .u32(DeviceNumber.major(status.device()))
        .u32(DeviceNumber.minor(status.device()))
        .u64(found.mount().id());
    user.write(address, out.skip(STATX_BYTES - out.size()));
    return 0;
  }

  private static void statxTime(StructWriter out, long nanos) {
    Timespec time = Timespec.ofNanos(nanos);
    out.u64(time.seconds()).u32(time.nanos()).u32(0);
  }

  // File systems.

  private static long statfs(Task task, long path, long address) throws Errno {
    VfsPath found = Paths.find(task, PathFlags.AT_FDCWD, path, 0);
    return put(task, found, address);
  }

  private static long fstatfs(Task task, int fd, long address) throws Errno {
    return put(task, task.files().getAny(fd).path(), address);
  }

  private static long statfs64(Task task, long path, long size, long address) throws Errno {
    checkSize(task, size);
    return put(task, Paths.find(task, PathFlags.AT_FDCWD, path, 0), address);
  }

  private static long fstatfs64(Task task, int fd, long size, long address) throws Errno {
    checkSize(task, size);
    return put(task, task.files().getAny(fd).path(), address);
  }

  private static void checkSize(Task task, long size) throws Errno {
    FileSystemStatus any = FileSystemStatus.simple(0, 0);
    if (size != layOut(task.memory().user().model(), any, 0).size()) {
      throw Errno.EINVAL;
    }
  }

  private static long put(Task task, VfsPath place, long address) throws Errno {
    UserMemory user = task.memory().user();
    FileSystemStatus status = place.mount().fileSystem().status();
    user.write(address, layOut(user.model(), status, flags(place.mount())));
    return 0;
  }

  private static int flags(Mount mount) {
    int own = mount.flags();
    int flags =
        MountFlags.ST_VALID
            | (own
                & (MountFlags.MS_NOSUID
                    | MountFlags.MS_NODEV
                    | MountFlags.MS_NOEXEC
                    | MountFlags.MS_NOATIME
                    | MountFlags.MS_NODIRATIME));
    flags |= mount.isReadOnly() ? MountFlags.MS_RDONLY : 0;
    return flags | (mount.has(MountFlags.MS_RELATIME) ? MountFlags.ST_RELATIME : 0);
  }

  /// `struct statfs` of 64-bit guests, `struct statfs64` of others.
  private static StructWriter layOut(DataModel model, FileSystemStatus status, int flags) {
    StructWriter out =
        new StructWriter(model)
            .word(status.magic())
            .word(status.blockSize())
            .u64(status.blocks())
            .u64(status.blocksFree())
            .u64(status.blocksFree())
            .u64(status.files())
            .u64(status.filesFree())
            .u32(status.fileSystemId())
            .u32(status.fileSystemId() >>> 32)
            .word(status.nameLength())
            .word(status.blockSize())
            .word(flags);
    for (int i = 0; i < 4; i++) {
      out.word(0);
    }
    return out.align(model.is64Bit() ? 8 : model.maxAlignment());
  }

  // Access.

  private static long access(Task task, int folder, long path, int mode, int flags) throws Errno {
    Paths.checkFlags(mode, 7);
    Paths.checkFlags(
        flags, PathFlags.AT_EACCESS | PathFlags.AT_SYMLINK_NOFOLLOW | PathFlags.AT_EMPTY_PATH);
    Credentials who = task.credentials();
    if ((flags & PathFlags.AT_EACCESS) == 0) {
      who = who.asReal();
    }
    String name = Paths.read(task, path);
    VfsPath found;
    if (name.isEmpty() && (flags & PathFlags.AT_EMPTY_PATH) != 0) {
      found = Paths.find(task, folder, name, flags);
    } else {
      boolean follow = (flags & PathFlags.AT_SYMLINK_NOFOLLOW) == 0;
      found = new PathWalk(task, who, Paths.start(task, folder, name), 0).lookup(name, follow);
    }
    if ((mode & Permissions.EXECUTE) != 0
        && FileMode.isRegular(found.inode().mode())
        && found.mount().has(MountFlags.MS_NOEXEC)) {
      throw Errno.EACCES;
    }
    if (mode != 0) {
      Permissions.check(who, found, mode);
    }
    return 0;
  }
}
