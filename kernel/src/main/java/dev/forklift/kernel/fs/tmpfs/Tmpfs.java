package dev.forklift.kernel.fs.tmpfs;

import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.cred.Credentials;
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

  /// STATX_ATTR_IMMUTABLE, APPEND and NODUMP.
  private static final int STATX_ATTRIBUTES = 0x70;

  private final FrameBudget memory;
  private final FrameBudget budget;
  private final int pageShift;
  private final TmpfsDirectory top;
  private final Map<Object, Inode> linked = new HashMap<>();

  /// An empty file system that may hold half of the memory.
  ///
  /// @param type the type that it shows, such as `tmpfs` or `devtmpfs`
  /// @param memory what its contents are charged to
  /// @param mode permissions of the top directory
  public Tmpfs(FileSystems systems, String type, FrameBudget memory, int mode) {
    this(systems, type, memory, memory.limit() / 2, directory(mode));
  }

  private Tmpfs(
      FileSystems systems, String type, FrameBudget memory, long limit, NewInode directory) {
    super(systems, type);
    this.memory = memory;
    this.budget = memory.part(limit);
    this.pageShift = Integer.numberOfTrailingZeros(blockSize());
    this.top = new TmpfsDirectory(this, newIno(), directory, null);
  }

  /// A file system that starts out as a copy of something else, made when looked at, and may hold
  /// all of the memory.
  public Tmpfs(FileSystems systems, String type, FrameBudget memory, Origin origin) {
    super(systems, type);
    this.memory = memory;
    this.budget = memory.part(memory.limit());
    this.pageShift = Integer.numberOfTrailingZeros(blockSize());
    NewInode attributes = attributes(origin, FileMode.S_IFDIR | (origin.mode() & 07777));
    this.top = new TmpfsDirectory(this, newIno(), attributes, origin);
  }

  /// An empty file system as mount(2) makes one.
  ///
  /// @param mounter whose it is, unless `text` says whose
  public static Tmpfs withOptions(
      FileSystems systems, String type, FrameBudget memory, String text, Credentials mounter)
      throws Errno {
    TmpfsOptions options = TmpfsOptions.parse(text, memory.limit(), systems.blockSize(), mounter);
    NewInode top =
        new NewInode(FileMode.S_IFDIR | options.modeOrDefault(), options.uid(), options.gid(), 0);
    return new Tmpfs(systems, type, memory, limitOr(options, memory.limit() / 2), top);
  }

  /// Looks at one option.
  ///
  /// @throws Errno EINVAL if there is no such option
  public static void checkOption(FrameBudget memory, String option, Credentials mounter)
      throws Errno {
    var _ = TmpfsOptions.parse(option, memory.limit(), 1, mounter);
  }

  /// The limit that was asked for, where 0 means none.
  private static long limitOr(TmpfsOptions options, long otherwise) {
    Long limit = options.limit();
    if (limit == null) {
      return otherwise;
    }
    return limit == 0 ? Long.MAX_VALUE : limit;
  }

  @Override
  public void remount(String text) throws Errno {
    TmpfsOptions options =
        TmpfsOptions.parse(text, memory.limit(), blockSize(), Credentials.of(0, 0));
    long limit = limitOr(options, budget.limit());
    if (limit < budget.used()) {
      throw Errno.EINVAL;
    }
    budget.setLimit(limit);
  }

  @Override
  public String shownOptions() {
    return TmpfsOptions.shown(
        budget.limit(),
        memory.limit() / 2,
        top.mode() & FileMode.PERMISSIONS,
        top.uid(),
        top.gid());
  }

  private static NewInode directory(int mode) {
    return new NewInode(FileMode.S_IFDIR | (mode & FileMode.PERMISSIONS), 0, 0, 0);
  }

  @Override
  protected Inode rootInode() {
    return top;
  }

  @Override
  public boolean keepsBirthTimes() {
    return true;
  }

  @Override
  public int statxAttributes() {
    return STATX_ATTRIBUTES;
  }

  @Override
  public FileSystemStatus status() {
    if (budget.limit() == Long.MAX_VALUE) {
      return FileSystemStatus.simple(MAGIC, blockSize());
    }
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
