package dev.forklift.cli;

import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.fs.image.ImageCache;
import dev.forklift.kernel.fs.tmpfs.Tmpfs;
import dev.forklift.kernel.machine.RootBuilder;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.DirectoryChanges;
import dev.forklift.kernel.vfs.FileSystem;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.vfs.MountNamespace;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.Opening;
import dev.forklift.kernel.vfs.PathWalk;
import dev.forklift.kernel.vfs.VfsPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What of the host's files a guest sees, and where.
final class GuestFiles implements RootBuilder {
  private static final List<String> SEARCHED =
      List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");

  private final @Nullable Path root;
  private final @Nullable String folder;
  private final String program;
  private String programPath;
  private String startFolder = "/";

  private GuestFiles(@Nullable Path root, @Nullable String folder, String program) {
    this.root = root;
    this.folder = folder;
    this.program = program;
    this.programPath = HostNames.toGuest(program);
  }

  /// Works out what to mount.
  static GuestFiles plan(
      @Nullable String root, List<String> volumes, @Nullable String folder, String program)
      throws IOException {
    Path path = root == null ? null : Path.of(root);
    if (path != null && !Files.exists(path)) {
      throw new IOException("-L " + root + ": no such file or folder");
    }
    return new GuestFiles(path, folder, program);
  }

  /// Where the program is in the guest; known once the root is there.
  String programPath() {
    return programPath;
  }

  /// Where the guest starts; known once the root is there.
  String folder() {
    return startFolder;
  }

  @Override
  public FileSystem root(FileSystems systems, FrameBudget budget) throws IOException {
    if (root == null) {
      return new Tmpfs(systems, "tmpfs", budget, 0755);
    }
    ImageCache cache =
        new ImageCache(cacheFolder(), line -> System.err.println("forklift: " + line));
    return new Tmpfs(systems, "tmpfs", budget, cache.root(root));
  }

  private static Path cacheFolder() {
    String cache = System.getenv("XDG_CACHE_HOME");
    return cache != null && cache.startsWith("/")
        ? Path.of(cache, "forklift")
        : Path.of(System.getProperty("user.home"), ".cache", "forklift");
  }

  @Override
  public void populate(
      Caller caller, FileSystems systems, FrameBudget budget, MountNamespace mounts)
      throws Errno, IOException {
    if (root == null) {
      for (String name : List.of("/dev", "/proc", "/sys", "/tmp")) {
        makeFolders(caller, name);
      }
    }
    startFolder = folder == null ? "/" : HostNames.toGuest(folder);
    findProgram(caller);
  }

  private void findProgram(Caller caller) throws Errno, IOException {
    if (program.indexOf('/') < 0) {
      for (String place : SEARCHED) {
        if (isFile(caller, place + "/" + programPath)) {
          programPath = place + "/" + programPath;
          return;
        }
      }
    } else if (isFile(caller, programPath)) {
      return;
    }
    Path onHost = Path.of(program).toAbsolutePath().normalize();
    if (Files.isRegularFile(onHost)) {
      programPath = HostNames.toGuest(onHost);
      copyIn(caller, onHost);
    }
  }

  private void copyIn(Caller caller, Path file) throws Errno, IOException {
    makeFolders(caller, HostNames.toGuest(Objects.requireNonNull(file.getParent())));
    int mode = Files.isExecutable(file) ? 0755 : 0644;
    OpenFile made =
        Opening.open(
            caller, null, programPath, OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL,
            mode);
    byte[] bytes = Files.readAllBytes(file);
    long unused = made.write(caller, new Given(bytes));
    made.release();
  }

  private static boolean isFile(Caller caller, String path) {
    VfsPath found = find(caller, path);
    return found != null && found.inode().isRegular();
  }

  private static @Nullable VfsPath find(Caller caller, String path) {
    try {
      return PathWalk.lookup(caller, null, path, true);
    } catch (Errno e) {
      return null;
    }
  }

  /// Makes a folder of the guest with all above it, where they are missing.
  private static void makeFolders(Caller caller, String path) throws Errno {
    for (int end = path.indexOf('/', 1); ; end = path.indexOf('/', end + 1)) {
      String part = end < 0 ? path : path.substring(0, end);
      if (find(caller, part) == null) {
        DirectoryChanges.mkdir(caller, null, part, FileMode.S_IFDIR | 0755);
      }
      if (end < 0) {
        return;
      }
    }
  }

  private static final class Given implements IoBuffer {
    private final byte[] bytes;
    private int done;

    Given(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public long remaining() {
      return bytes.length - done;
    }

    @Override
    public int get(byte[] destination, int offset, int length) {
      int count = Math.min(length, bytes.length - done);
      System.arraycopy(bytes, done, destination, offset, count);
      done += count;
      return count;
    }

    @Override
    public int put(byte[] source, int offset, int length) throws Errno {
      throw Errno.EFAULT;
    }
  }
}
