package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FILE;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.PATH;
import static dev.forklift.kernel.calls.Args.SIZE;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.PathFlags;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.FileEvents;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.VfsPath;
import java.nio.charset.StandardCharsets;

/// Extended attributes (xattr(7)).
final class AttributeListCalls {
  private static final int NAME_MAX = 255;
  private static final int SIZE_MAX = 65536;

  private AttributeListCalls() {}

  static void rows(SyscallTable table) {
    table
        .sys(
            5,
            "setxattr",
            PATH,
            PATH,
            ADDR,
            SIZE,
            FLAGS,
            (t, p, n, v, s, f) -> set(t, find(t, p, true), n, v, s, f))
        .sys(
            6,
            "lsetxattr",
            PATH,
            PATH,
            ADDR,
            SIZE,
            FLAGS,
            (t, p, n, v, s, f) -> set(t, find(t, p, false), n, v, s, f))
        .sys(
            7,
            "fsetxattr",
            FILE,
            PATH,
            ADDR,
            SIZE,
            FLAGS,
            (t, file, n, v, s, f) -> set(t, file.path(), n, v, s, f))
        .sys(
            8,
            "getxattr",
            PATH,
            PATH,
            ADDR,
            SIZE,
            (t, p, n, v, s) -> get(t, find(t, p, true), n, v, s))
        .sys(
            9,
            "lgetxattr",
            PATH,
            PATH,
            ADDR,
            SIZE,
            (t, p, n, v, s) -> get(t, find(t, p, false), n, v, s))
        .sys(
            10,
            "fgetxattr",
            FILE,
            PATH,
            ADDR,
            SIZE,
            (t, file, n, v, s) -> get(t, file.path(), n, v, s))
        .sys(11, "listxattr", PATH, ADDR, SIZE, (t, p, v, s) -> list(t, find(t, p, true), v, s))
        .sys(12, "llistxattr", PATH, ADDR, SIZE, (t, p, v, s) -> list(t, find(t, p, false), v, s))
        .sys(13, "flistxattr", FILE, ADDR, SIZE, (t, file, v, s) -> list(t, file.path(), v, s))
        .sys(14, "removexattr", PATH, PATH, (t, p, n) -> remove(t, find(t, p, true), n))
        .sys(15, "lremovexattr", PATH, PATH, (t, p, n) -> remove(t, find(t, p, false), n))
        .sys(16, "fremovexattr", FILE, PATH, (t, file, n) -> remove(t, file.path(), n));
  }

  private static VfsPath find(Task task, long path, boolean follow) throws Errno {
    return Paths.find(task, PathFlags.AT_FDCWD, path, follow ? 0 : PathFlags.AT_SYMLINK_NOFOLLOW);
  }

  private static String name(Task task, long address) throws Errno {
    String name = task.memory().user().readStringUpTo(address, NAME_MAX + 1);
    if (name.isEmpty() || name.length() > NAME_MAX) {
      throw Errno.ERANGE;
    }
    return name;
  }

  private static long set(Task task, VfsPath path, long name, long value, long size, int flags)
      throws Errno {
    Paths.checkFlags(flags, 3);
    String attribute = name(task, name);
    if (Long.compareUnsigned(size, SIZE_MAX) > 0) {
      throw Errno.E2BIG;
    }
    byte[] bytes = new byte[(int) size];
    task.memory().user().read(value, bytes);
    requireWritable(path);
    path.inode().setAttribute(attribute, bytes, flags);
    FileEvents.at(path, FileEvents.ATTRIB);
    return 0;
  }

  private static long get(Task task, VfsPath path, long name, long value, long size) throws Errno {
    return put(task, path.inode().getAttribute(name(task, name)), value, size);
  }

  private static long list(Task task, VfsPath path, long value, long size) throws Errno {
    StringBuilder names = new StringBuilder();
    for (String name : listOf(path.inode())) {
      names.append(name).append('\0');
    }
    return put(task, names.toString().getBytes(StandardCharsets.ISO_8859_1), value, size);
  }

  /// A file system that knows no attributes lists none.
  private static Iterable<String> listOf(Inode inode) throws Errno {
    try {
      return inode.listAttributes();
    } catch (Errno e) {
      if (e == Errno.EOPNOTSUPP) {
        return java.util.List.of();
      }
      throw e;
    }
  }

  private static long remove(Task task, VfsPath path, long name) throws Errno {
    String attribute = name(task, name);
    requireWritable(path);
    path.inode().removeAttribute(attribute);
    FileEvents.at(path, FileEvents.ATTRIB);
    return 0;
  }

  private static void requireWritable(VfsPath path) throws Errno {
    if (path.mount().isReadOnly()) {
      throw Errno.EROFS;
    }
  }

  private static long put(Task task, byte[] bytes, long address, long size) throws Errno {
    if (size != 0) {
      if (Long.compareUnsigned(bytes.length, size) > 0) {
        throw Errno.ERANGE;
      }
      UserMemory user = task.memory().user();
      user.write(address, bytes);
    }
    return bytes.length;
  }
}
