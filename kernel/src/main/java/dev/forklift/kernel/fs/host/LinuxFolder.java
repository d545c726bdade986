package dev.forklift.kernel.fs.host;

import dev.forklift.engine.host.CallMemory;
import dev.forklift.engine.host.HostCalls;
import dev.forklift.engine.host.HostCalls.Call;
import dev.forklift.engine.host.HostStatus;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.vfs.FileSystemStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An open folder of a Linux host.
final class LinuxFolder implements HostFolder {
  private static final int FOLDER =
      HostCalls.O_RDONLY | HostCalls.O_DIRECTORY | HostCalls.O_NOFOLLOW;

  /// Neither waits for the other end of a FIFO nor takes a terminal, should it turn out to be one.
  private static final int FILE = HostCalls.O_NOFOLLOW | HostCalls.O_NONBLOCK | HostCalls.O_NOCTTY;

  private static final int RENAME_EXCHANGE = 2;
  private static final long UTIME_OMIT = 0x3fff_fffe;
  private static final int LIST_BYTES = 1 << 15;
  private static final int LONGEST_LINK = 4096;

  private final LinuxCalls calls = LinuxCalls.get();
  private final int descriptor;
  private boolean closed;

  private LinuxFolder(int descriptor) {
    this.descriptor = descriptor;
  }

  static LinuxFolder open(Path path) throws IOException {
    LinuxCalls calls = LinuxCalls.get();
    try (CallMemory memory = calls.memory()) {
      long name = memory.text(HostNames.inGuest(path));
      int flags = HostCalls.O_RDONLY | HostCalls.O_DIRECTORY;
      return new LinuxFolder(calls.open(HostCalls.AT_FDCWD, name, flags, 0));
    } catch (Errno e) {
      throw new IOException(path + ": " + e.text(), e);
    }
  }

  /// The address of a name, which is checked to be just one.
  private static long name(CallMemory memory, String name) throws Errno {
    return memory.text(checked(name));
  }

  private static String checked(String name) throws Errno {
    if (name.isEmpty()
        || name.equals(".")
        || name.equals("..")
        || name.indexOf('/') >= 0
        || name.indexOf('\0') >= 0) {
      throw Errno.ENOENT;
    }
    return name;
  }

  private static int descriptorOf(HostFolder folder) {
    return ((LinuxFolder) folder).descriptor;
  }

  @Override
  public HostStatus status() throws Errno {
    return calls.status(descriptor, "");
  }

  @Override
  public HostStatus status(String name) throws Errno {
    return calls.status(descriptor, checked(name));
  }

  @Override
  public HostFolder folder(String name) throws Errno {
    return new LinuxFolder(open(name, FOLDER, 0));
  }

  private int open(String name, int flags, int mode) throws Errno {
    try (CallMemory memory = calls.memory()) {
      return calls.open(descriptor, name(memory, name), flags, mode);
    } catch (Errno e) {
      // A link has taken the place of what was there a moment ago.
      throw e == Errno.ELOOP ? Errno.ESTALE : e;
    }
  }

  @Override
  public HostContents file(String name, boolean writable) throws Errno {
    int opened;
    try {
      opened = open(name, FILE | (writable ? HostCalls.O_RDWR : HostCalls.O_RDONLY), 0);
    } catch (Errno e) {
      if (!writable || e != Errno.EACCES) {
        throw e;
      }
      opened = open(name, FILE | HostCalls.O_WRONLY, 0);
    }
    HostContents contents = new LinuxContents(opened, writable);
    try {
      if (!FileMode.isRegular(contents.status().mode())) {
        throw Errno.ESTALE;
      }
    } catch (Errno e) {
      contents.close();
      throw e;
    }
    return contents;
  }

  @Override
  public HostContents makeFile(String name, int permissions) throws Errno {
    int flags = FILE | HostCalls.O_RDWR | HostCalls.O_CREAT | HostCalls.O_EXCL;
    return new LinuxContents(open(name, flags, permissions), true);
  }

  @Override
  public void makeFolder(String name, int permissions) throws Errno {
    try (CallMemory memory = calls.memory()) {
      var _ = calls.call(Call.MKDIRAT, descriptor, name(memory, name), permissions);
    }
  }

  @Override
  public void makeSpecial(String name, int mode) throws Errno {
    try (CallMemory memory = calls.memory()) {
      var _ = calls.call(Call.MKNODAT, descriptor, name(memory, name), mode, 0, 0);
    }
  }

  @Override
  public void makeSymlink(String name, String target) throws Errno {
    try (CallMemory memory = calls.memory()) {
      var _ = calls.call(Call.SYMLINKAT, memory.text(target), descriptor, name(memory, name));
    }
  }

  @Override
  public String readlink(String name) throws Errno {
    try (CallMemory memory = calls.memory()) {
      int out = memory.allocate(LONGEST_LINK);
      long length =
          calls.call(
              Call.READLINKAT,
              descriptor,
              name(memory, name),
              memory.address(out),
              LONGEST_LINK,
              0);
      return memory.string(out, (int) length);
    }
  }

  @Override
  public void link(String name, HostFolder newFolder, String newName) throws Errno {
    try (CallMemory memory = calls.memory()) {
      var _ =
          calls.call(
              Call.LINKAT,
              descriptor,
              name(memory, name),
              descriptorOf(newFolder),
              name(memory, newName),
              0);
    }
  }

  @Override
  public void remove(String name, boolean isFolder) throws Errno {
    try (CallMemory memory = calls.memory()) {
      var _ =
          calls.call(
              Call.UNLINKAT, descriptor, name(memory, name), isFolder ? HostCalls.AT_REMOVEDIR : 0);
    }
  }

  @Override
  public void rename(String name, HostFolder newFolder, String newName, boolean exchange)
      throws Errno {
    try (CallMemory memory = calls.memory()) {
      var _ =
          calls.call(
              Call.RENAMEAT2,
              descriptor,
              name(memory, name),
              descriptorOf(newFolder),
              name(memory, newName),
              exchange ? RENAME_EXCHANGE : 0);
    }
  }

  @Override
  public void setPermissions(String name, int permissions) throws Errno {
    // fchmodat follows links, so it is given the entry itself, whatever it is by now.
    int entry = open(name, HostCalls.O_PATH | HostCalls.O_NOFOLLOW, 0);
    try (CallMemory memory = calls.memory()) {
      if (FileMode.isSymlink(calls.status(entry, "").mode())) {
        throw Errno.ESTALE;
      }
      long path = memory.text("/proc/self/fd/" + entry);
      var _ = calls.call(Call.FCHMODAT, HostCalls.AT_FDCWD, path, permissions);
    } finally {
      calls.close(entry);
    }
  }

  @Override
  public void setPermissions(int permissions) throws Errno {
    var _ = calls.call(Call.FCHMOD, descriptor, permissions, 0);
  }

  @Override
  public void setTimes(String name, @Nullable Long access, @Nullable Long modify) throws Errno {
    try (CallMemory memory = calls.memory()) {
      setTimes(memory, name(memory, name), access, modify);
    }
  }

  @Override
  public void setTimes(@Nullable Long access, @Nullable Long modify) throws Errno {
    try (CallMemory memory = calls.memory()) {
      setTimes(memory, memory.text("."), access, modify);
    }
  }

  private void setTimes(CallMemory memory, long path, @Nullable Long access, @Nullable Long modify)
      throws Errno {
    int times = memory.allocate(32);
    putTime(memory, times, access);
    putTime(memory, times + 16, modify);
    var _ =
        calls.call(
            Call.UTIMENSAT,
            descriptor,
            path,
            memory.address(times),
            HostCalls.AT_SYMLINK_NOFOLLOW,
            0);
  }

  private static void putTime(CallMemory memory, int at, @Nullable Long nanos) {
    long second = 1_000_000_000;
    memory.putLong(at, nanos == null ? 0 : Math.floorDiv(nanos, second));
    memory.putLong(at + 8, nanos == null ? UTIME_OMIT : Math.floorMod(nanos, second));
  }

  @Override
  public List<Entry> list() throws Errno {
    List<Entry> entries = new ArrayList<>();
    try (CallMemory memory = calls.memory()) {
      // Opened anew, because an open folder has only one position.
      int own = calls.open(descriptor, memory.text("."), FOLDER, 0);
      try {
        int out = memory.allocate(LIST_BYTES);
        while (true) {
          int length = (int) calls.call(Call.GETDENTS64, own, memory.address(out), LIST_BYTES);
          if (length == 0) {
            return entries;
          }
          for (int at = out; at < out + length; at += memory.getUnsigned16(at + 16)) {
            String name = memory.string(at + 19);
            if (!name.equals(".") && !name.equals("..")) {
              entries.add(new Entry(name, memory.getLong(at), memory.getByte(at + 18)));
            }
          }
        }
      } finally {
        calls.close(own);
      }
    }
  }

  @Override
  public FileSystemStatus fileSystem() throws Errno {
    try (CallMemory memory = calls.memory()) {
      int out = memory.allocate(256);
      var _ = calls.call(Call.FSTATFS, descriptor, memory.address(out), 0);
      return new FileSystemStatus(
          memory.getLong(out),
          (int) memory.getLong(out + 8),
          memory.getLong(out + 16),
          memory.getLong(out + 32),
          memory.getLong(out + 40),
          memory.getLong(out + 48),
          memory.getLong(out + 56),
          (int) memory.getLong(out + 64));
    }
  }

  @Override
  public void sync() throws Errno {
    var _ = calls.call(Call.FSYNC, descriptor, 0, 0);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      calls.close(descriptor);
    }
  }
}
