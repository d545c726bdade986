package dev.forklift.kernel.fs.host;

import dev.forklift.engine.host.HostCalls;
import dev.forklift.engine.host.HostStatus;
import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.vfs.FileSystem;
import dev.forklift.kernel.vfs.FileSystemStatus;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.NewInode;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A folder of the host, or a single file, as a file system.
public final class HostFileSystem extends FileSystem {
  /// What tells files apart. A host gives the number of a file that is gone to a new one, so the
  /// time of birth belongs to it.
  private record Identity(long device, long ino, long birthTime) {
    static Identity of(HostStatus status) {
      return new Identity(status.device(), status.ino(), status.birthTime());
    }

    // A record's own are made when first used, which is at each start.

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Identity that
          && device == that.device
          && ino == that.ino
          && birthTime == that.birthTime;
    }

    @Override
    public int hashCode() {
      return (Long.hashCode(ino) * 31 + Long.hashCode(birthTime)) * 31 + Long.hashCode(device);
    }
  }

  private static final int MOST_IDLE = 64;

  private final FrameBudget budget;
  private final HostIdentity identity;
  private final OpenFolders folders;
  private final long topDevice;
  private final HostInode top;
  private final Map<Identity, WeakReference<HostInode>> inodes = new HashMap<>();
  private final Set<HostFile> idle = new LinkedHashSet<>();
  private final Set<Identity> ownFifos = new HashSet<>();
  private int purgeAt = 256;

  private HostFileSystem(
      FileSystems systems,
      FrameBudget budget,
      HostIdentity identity,
      HostFolder folder,
      @Nullable String fileName)
      throws Errno {
    super(systems, "host");
    this.budget = budget;
    this.identity = identity;
    this.folders = new OpenFolders(folder);
    HostStatus status = folder.status();
    this.topDevice = status.device();
    HostDirectory directory =
        new HostDirectory(this, null, "", status, inoOf(status), shown(status));
    if (fileName == null) {
      top = directory;
    } else {
      HostInode file = inode(directory, fileName, folder.status(fileName));
      if (!(file instanceof HostFile)) {
        throw Errno.EACCES;
      }
      top = file;
    }
  }

  /// Says whether this host's folders can be walked by descriptors, so that they can be shown.
  public static boolean isAvailable() {
    return HostCalls.areAvailable();
  }

  /// Shows a folder, or a file alone.
  ///
  /// @param path of the host; symbolic links in it are followed now, and never again
  /// @throws IOException with a message for the user
  public static HostFileSystem open(
      FileSystems systems, FrameBudget budget, Path path, HostIdentity identity)
      throws IOException {
    Path real = path.toRealPath();
    Path parent = real.getParent();
    boolean alone = !Files.isDirectory(real) && parent != null;
    HostFolder folder = HostFolder.open(alone && parent != null ? parent : real);
    try {
      String name = alone ? HostNames.lastInGuest(real) : null;
      return new HostFileSystem(systems, budget, identity, folder, name);
    } catch (Errno e) {
      folder.close();
      throw new IOException(path + ": " + e.text(), e);
    }
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
  public FileSystemStatus status() {
    try {
      return folders.top().fileSystem();
    } catch (Errno e) {
      return FileSystemStatus.simple(0, blockSize());
    }
  }

  @Override
  protected void onUnused() {
    idle.forEach(HostFile::giveUp);
    idle.clear();
    folders.closeAll();
  }

  OpenFolders folders() {
    return folders;
  }

  HostIdentity identity() {
    return identity;
  }

  MemoryFile newMemory(MemoryFile.Source source, long size) {
    return new MemoryFile(budget, Integer.numberOfTrailingZeros(blockSize()), source, size);
  }

  /// The inode for what a folder has under a name: the same one as long as it is the same file.
  HostInode inode(HostDirectory directory, String name, HostStatus status) {
    Identity key = Identity.of(status);
    WeakReference<HostInode> reference = inodes.get(key);
    HostInode known = reference == null ? null : reference.get();
    if (known != null && (known.mode() & FileMode.S_IFMT) == (status.mode() & FileMode.S_IFMT)) {
      known.foundAt(directory, name);
      known.update(status);
      return known;
    }
    HostInode made = newInode(directory, name, status);
    made.update(status);
    if (inodes.size() >= purgeAt) {
      inodes.values().removeIf(any -> any.refersTo(null));
      purgeAt = Math.max(256, 2 * inodes.size());
    }
    inodes.put(key, new WeakReference<>(made));
    return made;
  }

  private HostInode newInode(HostDirectory directory, String name, HostStatus status) {
    long ino = inoOf(status);
    NewInode shown = shown(status);
    return switch (status.mode() & FileMode.S_IFMT) {
      case FileMode.S_IFDIR -> new HostDirectory(this, directory, name, status, ino, shown);
      case FileMode.S_IFREG -> new HostFile(this, directory, name, status, ino, shown);
      case FileMode.S_IFLNK -> new HostSymlink(this, directory, name, status, ino, shown);
      default -> new HostSpecial(this, directory, name, status, ino, shown);
    };
  }

  private NewInode shown(HostStatus status) {
    return new NewInode(status.mode(), identity.shownUid(status), identity.shownGid(status), 0);
  }

  /// The number that is shown: the host's, unless several of its file systems are in the folder.
  private long inoOf(HostStatus status) {
    return status.device() == topDevice
        ? status.ino()
        : status.ino() ^ (status.device() * 0x9E3779B97F4A7C15L) >>> 16;
  }

  /// The guest has made a FIFO: it works within the guest. Those of the host are not opened.
  void madeFifo(HostStatus status) {
    ownFifos.add(Identity.of(status));
  }

  boolean isOwnFifo(HostStatus status) {
    return ownFifos.contains(Identity.of(status));
  }

  /// A file that nobody has open keeps its pages for a while: programs are run again.
  void becameIdle(HostFile file) {
    idle.add(file);
    if (idle.size() > MOST_IDLE) {
      Iterator<HostFile> oldest = idle.iterator();
      HostFile first = oldest.next();
      oldest.remove();
      first.giveUp();
    }
  }

  void noLongerIdle(HostFile file) {
    idle.remove(file);
  }
}
