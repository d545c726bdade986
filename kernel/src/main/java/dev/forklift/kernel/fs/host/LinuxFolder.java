package dev.forklift.kernel.fs.host;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.fs.host.LinuxCalls.Call;
import dev.forklift.kernel.vfs.FileSystemStatus;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An open folder of a Linux host.
final class LinuxFolder implements HostFolder {
  private static final int FOLDER =
      LinuxCalls.O_RDONLY | LinuxCalls.O_DIRECTORY | LinuxCalls.O_NOFOLLOW;

  /// Neither waits for the other end of a FIFO nor takes a terminal, should it turn out to be one.
  private static final int FILE =
      LinuxCalls.O_NOFOLLOW | LinuxCalls.O_NONBLOCK | LinuxCalls.O_NOCTTY;

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
    String name = HostNames.inGuest(path);
    try (Arena arena = Arena.ofConfined()) {
      int flags = LinuxCalls.O_RDONLY | LinuxCalls.O_DIRECTORY;
      return new LinuxFolder(
          LinuxCalls.get().open(LinuxCalls.AT_FDCWD, LinuxCalls.text(arena, name), flags, 0));
    } catch (Errno e) {
      throw new IOException(path + ": " + e.text(), e);
    }
  }

  /// The address of a name, which is checked to be just one.
  private static long name(Arena arena, String name) throws Errno {
    if (name.isEmpty()
        || name.equals(".")
        || name.equals("..")
        || name.indexOf('/') >= 0
        || name.indexOf('\0') >= 0) {
      throw Errno.ENOENT;
    }
    return LinuxCalls.text(arena, name);
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
    try (Arena arena = Arena.ofConfined()) {
      var _ = name(arena, name);
    }
    return calls.status(descriptor, name);
  }

  @Override
  public HostFolder folder(String name) throws Errno {
    return new LinuxFolder(open(name, FOLDER, 0));
  }

  private int open(String name, int flags, int mode) throws Errno {
    try (Arena arena = Arena.ofConfined()) {
      return calls.open(descriptor, name(arena, name), flags, mode);
    } catch (Errno e) {
      // A link has taken the place of what was there a moment ago.
      throw e == Errno.ELOOP ? Errno.ESTALE : e;
    }
  }

  @Override
  public HostContents file(String name, boolean writable) throws Errno {
    int opened;
    try {
      opened = open(name, FILE | (writable ? LinuxCalls.O_RDWR : LinuxCalls.O_RDONLY), 0);
    } catch (Errno e) {
      if (!writable || e != Errno.EACCES) {
        throw e;
      }
      opened = open(name, FILE | LinuxCalls.O_WRONLY, 0);
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
    int flags = FILE | LinuxCalls.O_RDWR | LinuxCalls.O_CREAT | LinuxCalls.O_EXCL;
    return new LinuxContents(open(name, flags, permissions), true);
  }

  @Override
  public void makeFolder(String name, int permissions) throws Errno {
    try (Arena arena = Arena.ofConfined()) {
      var _ = calls.call(Call.MKDIRAT, descriptor, name(arena, name), permissions);
    }
  }

  @Override
  public void makeSpecial(String name, int mode) throws Errno {
    try (Arena arena = Arena.ofConfined()) {
      var _ = calls.call(Call.MKNODAT, descriptor, name(arena, name), mode, 0, 0);
    }
  }

  @Override
  public void makeSymlink(String name, String target) throws Errno {
    try (Arena arena = Arena.ofConfined()) {
      var _ =
          calls.call(Call.SYMLINKAT, LinuxCalls.text(arena, target), descriptor, name(arena, name));
    }
  }

  @Override
  public String readlink(String name) throws Errno {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(LONGEST_LINK);
      int length =
          (int)
              calls.call(
                  Call.READLINKAT, descriptor, name(arena, name), out.address(), LONGEST_LINK, 0);
      byte[] bytes = out.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }
  }

  @Override
  public void link(String name, HostFolder newFolder, String newName) throws Errno {
    try (Arena arena = Arena.ofConfined()) {
      var _ =
          calls.call(
              Call.LINKAT,
              descriptor,
              name(arena, name),
              descriptorOf(newFolder),
              name(arena, newName),
              0);
    }
  }

  @Override
  public void remove(String name, boolean isFolder) throws Errno {
    try (Arena arena = Arena.ofConfined()) {
      var _ =
          calls.call(
              Call.UNLINKAT, descriptor, name(arena, name), isFolder ? LinuxCalls.AT_REMOVEDIR : 0);
    }
  }

  @Override
  public void rename(String name, HostFolder newFolder, String newName, boolean exchange)
      throws Errno {
    try (Arena arena = Arena.ofConfined()) {
      var _ =
          calls.call(
              Call.RENAMEAT2,
              descriptor,
              name(arena, name),
              descriptorOf(newFolder),
              name(arena, newName),
              exchange ? RENAME_EXCHANGE : 0);
    }
  }

  @Override
  public void setPermissions(String name, int permissions) throws Errno {
    // fchmodat follows links, so it is given the entry itself, whatever it is by now.
    int entry = open(name, LinuxCalls.O_PATH | LinuxCalls.O_NOFOLLOW, 0);
    try (Arena arena = Arena.ofConfined()) {
      if (FileMode.isSymlink(calls.status(entry, "").mode())) {
        throw Errno.ESTALE;
      }
      long path = LinuxCalls.text(arena, "/proc/self/fd/" + entry);
      var _ = calls.call(Call.FCHMODAT, LinuxCalls.AT_FDCWD, path, permissions);
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
    try (Arena arena = Arena.ofConfined()) {
      setTimes(arena, name(arena, name), access, modify);
    }
  }

  @Override
  public void setTimes(@Nullable Long access, @Nullable Long modify) throws Errno {
    try (Arena arena = Arena.ofConfined()) {
      setTimes(arena, LinuxCalls.text(arena, "."), access, modify);
    }
  }

  private void setTimes(Arena arena, long path, @Nullable Long access, @Nullable Long modify)
      throws Errno {
    MemorySegment times = arena.allocate(32, 8);
    putTime(times, 0, access);
    putTime(times, 16, modify);
    var _ =
        calls.call(
            Call.UTIMENSAT, descriptor, path, times.address(), LinuxCalls.AT_SYMLINK_NOFOLLOW, 0);
  }

  private static void putTime(MemorySegment times, long at, @Nullable Long nanos) {
    long second = 1_000_000_000;
    times.set(ValueLayout.JAVA_LONG, at, nanos == null ? 0 : Math.floorDiv(nanos, second));
    times.set(
        ValueLayout.JAVA_LONG, at + 8, nanos == null ? UTIME_OMIT : Math.floorMod(nanos, second));
  }

  @Override
  public List<Entry> list() throws Errno {
    List<Entry> entries = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      // Opened anew, because an open folder has only one position.
      int own = calls.open(descriptor, LinuxCalls.text(arena, "."), FOLDER, 0);
      try {
        MemorySegment out = arena.allocate(LIST_BYTES, 8);
        while (true) {
          int length = (int) calls.call(Call.GETDENTS64, own, out.address(), LIST_BYTES);
          if (length == 0) {
            return entries;
          }
          for (int at = 0; at < length; ) {
            String name = out.getString(at + 19, StandardCharsets.ISO_8859_1);
            if (!name.equals(".") && !name.equals("..")) {
              entries.add(
                  new Entry(
                      name,
                      out.get(ValueLayout.JAVA_LONG_UNALIGNED, at),
                      out.get(ValueLayout.JAVA_BYTE, at + 18)));
            }
            at += out.get(ValueLayout.JAVA_SHORT_UNALIGNED, at + 16) & 0xffff;
          }
        }
      } finally {
        calls.close(own);
      }
    }
  }

  @Override
  public FileSystemStatus fileSystem() throws Errno {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(256, 8);
      var _ = calls.call(Call.FSTATFS, descriptor, out.address(), 0);
      return new FileSystemStatus(
          out.get(ValueLayout.JAVA_LONG, 0),
          (int) out.get(ValueLayout.JAVA_LONG, 8),
          out.get(ValueLayout.JAVA_LONG, 16),
          out.get(ValueLayout.JAVA_LONG, 32),
          out.get(ValueLayout.JAVA_LONG, 40),
          out.get(ValueLayout.JAVA_LONG, 48),
          out.get(ValueLayout.JAVA_LONG, 56),
          (int) out.get(ValueLayout.JAVA_LONG, 64));
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
