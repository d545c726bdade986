package dev.forklift.board.share;

import dev.forklift.engine.host.CallMemory;
import dev.forklift.engine.host.HostCalls;
import dev.forklift.engine.host.HostCalls.Call;
import dev.forklift.engine.host.HostError;
import dev.forklift.engine.host.HostStatus;
import org.jspecify.annotations.Nullable;

/// A file or folder of the host, known by a descriptor that only names it (`O_PATH`), and not by a
/// path: whatever is renamed or replaced meanwhile, it stays the same one.
///
/// It is held by who uses it and by what was reached through it, and closed with the last of them.
final class SharedFile {
  private static final int NAME_ONLY = HostCalls.O_PATH | HostCalls.O_NOFOLLOW;

  /// Permissions that a guest can give: it makes no file of the host run as its owner.
  private static final int PERMISSIONS = 01777;

  private static final int TYPE = 0170000;
  private static final int REGULAR = 0100000;
  private static final int FOLDER = 0040000;
  private static final int LINK = 0120000;
  private static final int FIFO = 0010000;
  private static final int SOCKET = 0140000;

  private static final int LONGEST_NAME = 255;
  private static final int LONGEST_LINK = 4095;
  private static final int TIMES = 32;

  private final HostCalls calls = HostCalls.get();
  private final @Nullable SharedFile parent;
  private final int descriptor;
  private int holders = 1;

  private SharedFile(@Nullable SharedFile parent, int descriptor) {
    this.parent = parent;
    this.descriptor = descriptor;
    if (parent != null) {
      parent.hold();
    }
  }

  /// The folder at a path of the host, which is the only path that there is.
  static SharedFile root(String path) throws HostError {
    HostCalls calls = HostCalls.get();
    try (CallMemory memory = calls.memory()) {
      int flags = HostCalls.O_PATH | HostCalls.O_DIRECTORY;
      return new SharedFile(
          null, calls.open(HostCalls.AT_FDCWD, text(memory, path, LONGEST_LINK), flags, 0));
    }
  }

  SharedFile hold() {
    holders++;
    return this;
  }

  void drop() {
    holders--;
    if (holders == 0) {
      calls.close(descriptor);
      if (parent != null) {
        parent.drop();
      }
    }
  }

  static boolean isFolder(HostStatus status) {
    return (status.mode() & TYPE) == FOLDER;
  }

  static boolean isLink(HostStatus status) {
    return (status.mode() & TYPE) == LINK;
  }

  HostStatus status() throws HostError {
    return calls.status(descriptor, "");
  }

  /// The address of a name, which is checked to be just one.
  private static long name(CallMemory memory, String name) throws HostError {
    if (name.isEmpty()
        || name.equals(".")
        || name.equals("..")
        || name.indexOf('/') >= 0
        || name.indexOf('\0') >= 0) {
      throw new HostError(Errors.ENOENT);
    }
    return text(memory, name, LONGEST_NAME);
  }

  /// The address of a text; one that the host would not take does not get there.
  private static long text(CallMemory memory, String text, int longest) throws HostError {
    if (text.length() > longest) {
      throw new HostError(Errors.ENAMETOOLONG);
    }
    return memory.text(text);
  }

  /// The address of a path to the file itself, for calls that take no descriptor like this one.
  private long itself(CallMemory memory) {
    return memory.text("/proc/self/fd/" + descriptor);
  }

  /// What has this name in the folder, or where the folder was come from. Held for the caller.
  SharedFile walk(String name) throws HostError {
    if (name.equals("..")) {
      return (parent == null ? this : parent).hold();
    }
    try (CallMemory memory = calls.memory()) {
      return new SharedFile(this, calls.open(descriptor, name(memory, name), NAME_ONLY, 0));
    }
  }

  /// Opens it, if it is a file or folder.
  OpenFile open(boolean readable, boolean writable, boolean truncated) throws HostError {
    HostStatus status = status();
    int type = status.mode() & TYPE;
    if (type == FOLDER) {
      if (writable || truncated) {
        throw new HostError(Errors.EISDIR);
      }
      return open(HostCalls.O_RDONLY | HostCalls.O_DIRECTORY);
    }
    if (type != REGULAR) {
      throw new HostError(type == LINK ? Errors.ELOOP : Errors.EPERM);
    }
    int access = accessMode(readable, writable);
    return open(access | HostCalls.O_NONBLOCK | (truncated ? HostCalls.O_TRUNC : 0));
  }

  private static int accessMode(boolean readable, boolean writable) {
    if (writable) {
      return readable ? HostCalls.O_RDWR : HostCalls.O_WRONLY;
    }
    return HostCalls.O_RDONLY;
  }

  private OpenFile open(int flags) throws HostError {
    try (CallMemory memory = calls.memory()) {
      return new OpenFile(calls.open(HostCalls.AT_FDCWD, itself(memory), flags, 0));
    }
  }

  // What changes a folder.

  /// A new file that is open.
  record Created(SharedFile file, OpenFile open) {}

  /// Makes a file in the folder.
  Created create(String name, boolean readable, boolean writable, int mode) throws HostError {
    int flags = accessMode(readable, writable) | HostCalls.O_CREAT | HostCalls.O_EXCL;
    int opened;
    try (CallMemory memory = calls.memory()) {
      opened = calls.open(descriptor, name(memory, name), flags, mode & PERMISSIONS);
    }
    try (CallMemory memory = calls.memory()) {
      long itself = memory.text("/proc/self/fd/" + opened);
      int named = calls.open(HostCalls.AT_FDCWD, itself, HostCalls.O_PATH, 0);
      return new Created(new SharedFile(this, named), new OpenFile(opened));
    } catch (HostError e) {
      calls.close(opened);
      throw e;
    }
  }

  void makeFolder(String name, int mode) throws HostError {
    try (CallMemory memory = calls.memory()) {
      var _ = calls.call(Call.MKDIRAT, descriptor, name(memory, name), mode & PERMISSIONS);
    }
  }

  /// Makes an empty file, a FIFO or a socket; a guest has no use for the host's devices.
  void makeNode(String name, int mode) throws HostError {
    int type = mode & TYPE;
    if (type != REGULAR && type != FIFO && type != SOCKET) {
      throw new HostError(Errors.EPERM);
    }
    try (CallMemory memory = calls.memory()) {
      long at = name(memory, name);
      var _ = calls.call(Call.MKNODAT, descriptor, at, type | (mode & PERMISSIONS), 0, 0);
    }
  }

  void makeLink(String name, String target) throws HostError {
    try (CallMemory memory = calls.memory()) {
      var _ =
          calls.call(
              Call.SYMLINKAT, text(memory, target, LONGEST_LINK), descriptor, name(memory, name));
    }
  }

  /// Gives a file one more name, in this folder.
  void link(SharedFile file, String name) throws HostError {
    try (CallMemory memory = calls.memory()) {
      var _ =
          calls.call(
              Call.LINKAT,
              HostCalls.AT_FDCWD,
              file.itself(memory),
              descriptor,
              name(memory, name),
              HostCalls.AT_SYMLINK_FOLLOW);
    }
  }

  void remove(String name, boolean folder) throws HostError {
    try (CallMemory memory = calls.memory()) {
      long at = name(memory, name);
      var _ = calls.call(Call.UNLINKAT, descriptor, at, folder ? HostCalls.AT_REMOVEDIR : 0);
    }
  }

  void rename(String name, SharedFile folder, String newName) throws HostError {
    try (CallMemory memory = calls.memory()) {
      long from = name(memory, name);
      long to = name(memory, newName);
      var _ = calls.call(Call.RENAMEAT2, descriptor, from, folder.descriptor, to, 0);
    }
  }

  // What changes the file itself.

  /// Who is -1 stays.
  void setOwner(int uid, int gid) throws HostError {
    try (CallMemory memory = calls.memory()) {
      long empty = memory.text("");
      var _ = calls.call(Call.FCHOWNAT, descriptor, empty, uid, gid, HostCalls.AT_EMPTY_PATH);
    }
  }

  void setPermissions(int mode) throws HostError {
    if (isLink(status())) {
      throw new HostError(Errors.EOPNOTSUPP);
    }
    try (CallMemory memory = calls.memory()) {
      var _ = calls.call(Call.FCHMODAT, HostCalls.AT_FDCWD, itself(memory), mode & PERMISSIONS);
    }
  }

  void setSize(long size) throws HostError {
    try (OpenFile open = open(false, true, false)) {
      open.setSize(size);
    }
  }

  /// A time to be set, in the form that the host has it.
  record Time(long seconds, long nanos) {
    static final Time NOW = new Time(0, 0x3fff_ffff);
    static final Time AS_IT_IS = new Time(0, 0x3fff_fffe);
  }

  void setTimes(Time access, Time modification) throws HostError {
    boolean isLink = isLink(status());
    try (CallMemory memory = calls.memory()) {
      int times = memory.allocate(TIMES);
      memory.putLong(times, access.seconds);
      memory.putLong(times + 8, access.nanos);
      memory.putLong(times + 16, modification.seconds);
      memory.putLong(times + 24, modification.nanos);
      long at = memory.address(times);
      if (isLink) {
        long empty = memory.text("");
        var _ = calls.call(Call.UTIMENSAT, descriptor, empty, at, HostCalls.AT_EMPTY_PATH, 0);
      } else {
        var _ = calls.call(Call.UTIMENSAT, HostCalls.AT_FDCWD, itself(memory), at, 0, 0);
      }
    }
  }

  String readLink() throws HostError {
    try (CallMemory memory = calls.memory()) {
      int out = memory.allocate(LONGEST_LINK);
      long empty = memory.text("");
      long length =
          calls.call(Call.READLINKAT, descriptor, empty, memory.address(out), LONGEST_LINK, 0);
      return memory.string(out, (int) length);
    }
  }

  /// What the host says about the file system that it is on.
  FileSystemStatus fileSystem() throws HostError {
    try (CallMemory memory = calls.memory()) {
      int out = memory.allocate(256);
      var _ = calls.call(Call.FSTATFS, descriptor, memory.address(out), 0);
      return new FileSystemStatus(
          memory.getLong(out + 8),
          memory.getLong(out + 16),
          memory.getLong(out + 24),
          memory.getLong(out + 32),
          memory.getLong(out + 40),
          memory.getLong(out + 48));
    }
  }

  /// Counts in blocks and files.
  record FileSystemStatus(
      long blockSize, long blocks, long free, long available, long files, long freeFiles) {}
}
