package dev.forklift.kernel.fs.tmpfs;

import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.vfs.FileSystem;
import dev.forklift.kernel.vfs.FileSystemStatus;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.NewInode;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A file system in memory (tmpfs(5)).
public final class Tmpfs extends FileSystem {
  private static final long MAGIC = 0x01021994;

  private final FrameBudget budget;
  private final int pageShift;
  private final TmpfsDirectory top;
  private final Map<Object, Inode> linked = new HashMap<>();

  /// An empty file system.
  ///
  /// @param type the type that it shows, such as `tmpfs` or `devtmpfs`
  /// @param budget what its contents are charged to
  /// @param mode permissions of the top directory
  public Tmpfs(FileSystems systems, String type, FrameBudget budget, int mode) {
    super(systems, type);
    this.budget = budget;
    this.pageShift = Integer.numberOfTrailingZeros(blockSize());
    this.top = new TmpfsDirectory(this, newIno(), directory(mode), null);
  }

  /// A file system that starts out as a copy of something else, made when looked at.
  public Tmpfs(FileSystems systems, String type, FrameBudget budget, Origin origin) {
    super(systems, type);
    this.budget = budget;
    this.pageShift = Integer.numberOfTrailingZeros(blockSize());
    NewInode attributes = attributes(origin, FileMode.S_IFDIR | (origin.mode() & 07777));
    this.top = new TmpfsDirectory(this, newIno(), attributes, origin);
  }

  /// An empty file system as mount(2) makes one.
  ///
  /// @param options `mode=` counts; what limits sizes is accepted, as all have one limit together
  public static Tmpfs withOptions(
      FileSystems systems, String type, FrameBudget budget, String options) throws Errno {
    int mode = FileMode.S_ISVTX | 0777;
    for (String option : options.isEmpty() ? new String[0] : options.split(",", -1)) {
      int equals = option.indexOf('=');
      String name = equals < 0 ? option : option.substring(0, equals);
      switch (name) {
        case "mode" -> mode = parseMode(option.substring(equals + 1));
        case "size", "nr_blocks", "nr_inodes", "uid", "gid", "huge", "inode32", "inode64" -> {}
        default -> throw Errno.EINVAL;
      }
    }
    return new Tmpfs(systems, type, budget, mode);
  }

  private static int parseMode(String digits) throws Errno {
    try {
      return Integer.parseInt(digits, 8) & FileMode.PERMISSIONS;
    } catch (NumberFormatException e) {
      throw Errno.EINVAL;
    }
  }

  private static NewInode directory(int mode) {
    return new NewInode(FileMode.S_IFDIR | (mode & FileMode.PERMISSIONS), 0, 0, 0);
  }

  @Override
  protected Inode rootInode() {
    return top;
  }

  @Override
  public FileSystemStatus status() {
    long blocks = budget.limit() >>> pageShift;
    long free = Math.max(0, budget.limit() - budget.used()) >>> pageShift;
    return new FileSystemStatus(MAGIC, blockSize(), blocks, free, blocks, free, device(), 255);
  }

  @Override
  protected void onUnused() {
    top.discardAll();
  }

  long nextIno() {
    return newIno();
  }

  MemoryFile newMemory(MemoryFile.@Nullable Source source, long size) {
    return new MemoryFile(budget, pageShift, source, size);
  }

  /// An empty file or other leaf, or a directory.
  Inode newInode(NewInode attributes) throws Errno {
    return switch (attributes.mode() & FileMode.S_IFMT) {
      case FileMode.S_IFDIR -> new TmpfsDirectory(this, nextIno(), attributes, null);
      case FileMode.S_IFREG -> new TmpfsFile(this, nextIno(), attributes, null);
      case FileMode.S_IFLNK -> throw new IllegalStateException("a link needs a target");
      default -> new TmpfsSpecial(this, nextIno(), attributes);
    };
  }

  /// The inode for a file of the origin: the same one for all its names.
  Inode fromOrigin(Origin origin) throws Errno {
    boolean several = origin.nlink() > 1 && !FileMode.isDirectory(origin.mode());
    if (several) {
      Inode known = linked.get(origin.identity());
      if (known != null) {
        return known;
      }
    }
    NewInode attributes = attributes(origin, origin.mode());
    TmpfsInode made =
        switch (origin.mode() & FileMode.S_IFMT) {
          case FileMode.S_IFDIR -> new TmpfsDirectory(this, nextIno(), attributes, origin);
          case FileMode.S_IFREG -> new TmpfsFile(this, nextIno(), attributes, origin);
          case FileMode.S_IFLNK -> TmpfsSymlink.of(this, nextIno(), attributes, origin);
          default -> new TmpfsSpecial(this, nextIno(), attributes);
        };
    made.startFrom(origin);
    if (several) {
      linked.put(origin.identity(), made);
    }
    return made;
  }

  private static NewInode attributes(Origin origin, int mode) {
    return new NewInode(mode, origin.uid(), origin.gid(), origin.rdev());
  }
}
