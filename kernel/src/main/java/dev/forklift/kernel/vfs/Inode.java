package dev.forklift.kernel.vfs;

import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.Namespace;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A file as its file system knows it: type, attributes, and what can be done with it.
///
/// Operations come with permission checked, names valid, and both inodes in the same file system; a
/// file system that does not support one leaves it as it is here, refusing. They run under the
/// kernel lock.
public abstract class Inode {
  private final FileSystem fileSystem;
  private final long ino;
  private int mode;
  private int uid;
  private int gid;
  private int nlink;
  private long rdev;
  private long accessTime;
  private long modifyTime;
  private long changeTime;
  private final long birthTime;

  /// Open for writing so many times if positive; so many running programs if negative.
  private int writers;

  private int holds;
  private boolean linkableNameless;
  private @Nullable FileLocks locks;
  private List<FileWatch> watches = List.of();

  protected Inode(FileSystem fileSystem, long ino, NewInode attributes) {
    this.fileSystem = fileSystem;
    this.ino = ino;
    this.mode = attributes.mode();
    this.uid = attributes.uid();
    this.gid = attributes.gid();
    this.rdev = attributes.rdev();
    this.nlink = 1;
    long now = fileSystem.now();
    this.accessTime = now;
    this.modifyTime = now;
    this.changeTime = now;
    this.birthTime = now;
  }

  // What it is.

  public final FileSystem fileSystem() {
    return fileSystem;
  }

  public final long ino() {
    return ino;
  }

  /// Type and permissions.
  public final int mode() {
    return mode;
  }

  public final int uid() {
    return uid;
  }

  public final int gid() {
    return gid;
  }

  public final int nlink() {
    return nlink;
  }

  /// The device that a device file stands for.
  public final long rdev() {
    return rdev;
  }

  public long size() {
    return 0;
  }

  /// Units of 512 bytes that it takes up.
  public long blocks() {
    return 0;
  }

  public final long accessTime() {
    return accessTime;
  }

  public final long modifyTime() {
    return modifyTime;
  }

  public final long changeTime() {
    return changeTime;
  }

  public final boolean isDirectory() {
    return FileMode.isDirectory(mode);
  }

  public final boolean isRegular() {
    return FileMode.isRegular(mode);
  }

  public final boolean isFifo() {
    return FileMode.isFifo(mode);
  }

  public final boolean isSymlink() {
    return FileMode.isSymlink(mode);
  }

  /// Says whether somebody may read, write or execute it: a set of [Permissions#READ] and so on.
  protected boolean allows(Credentials who, int wanted) {
    return Permissions.allows(who, this, wanted);
  }

  /// Checks that somebody may.
  ///
  /// @throws Errno EACCES in general
  protected void requireAllowed(Credentials who, int wanted) throws Errno {
    if (!allows(who, wanted)) {
      throw Errno.EACCES;
    }
  }

  /// Brings attributes up to date where they are kept elsewhere.
  protected void refresh() throws Errno {}

  /// What stat(2) tells.
  public final FileStatus status() throws Errno {
    refresh();
    return new FileStatus(
        fileSystem.device(),
        ino,
        mode,
        nlink,
        uid,
        gid,
        rdev,
        size(),
        fileSystem.ioBlockSize(),
        blocks(),
        accessTime,
        modifyTime,
        changeTime,
        birthTime);
  }

  protected final void setMode(int mode) {
    this.mode = mode;
  }

  protected final void setOwner(int uid, int gid) {
    this.uid = uid;
    this.gid = gid;
  }

  protected final void setNlink(int nlink) {
    this.nlink = nlink;
    releaseIfUnused();
  }

  protected final void setRdev(long rdev) {
    this.rdev = rdev;
  }

  protected final void setTimes(long access, long modify, long change) {
    this.accessTime = access;
    this.modifyTime = modify;
    this.changeTime = change;
  }

  /// Notes that the attributes changed.
  public final void touchChanged() {
    changeTime = fileSystem.now();
  }

  /// Notes that the contents changed.
  public final void touchModified() {
    long now = fileSystem.now();
    modifyTime = now;
    changeTime = now;
  }

  /// Notes that the contents were read, as a mount with the `relatime` option does: only if there
  /// was a change since, or a day has passed.
  public final void touchAccessed() {
    long now = fileSystem.now();
    if (accessTime <= modifyTime || accessTime <= changeTime || now - accessTime >= DAY_NANOS) {
      accessTime = now;
    }
  }

  private static final long DAY_NANOS = 24L * 60 * 60 * 1_000_000_000;

  /// Changes attributes.
  public void setAttributes(AttributeChange change) throws Errno {
    if (change.mode() != null) {
      mode = (mode & FileMode.S_IFMT) | (change.mode() & FileMode.PERMISSIONS);
    }
    if (change.uid() != null) {
      uid = change.uid();
    }
    if (change.gid() != null) {
      gid = change.gid();
    }
    if (change.accessTime() != null) {
      accessTime = change.accessTime();
    }
    if (change.modifyTime() != null) {
      modifyTime = change.modifyTime();
    }
    touchChanged();
  }

  // Directories.

  /// The entry called `name`, or null.
  public @Nullable Inode lookup(String name) throws Errno {
    throw Errno.ENOTDIR;
  }

  /// Says whether what [#lookup] found stays true until changed through this object. Otherwise
  /// every walk asks again.
  public boolean keepsNames() {
    return true;
  }

  /// Says whether it is a directory in which nothing ever is: made to be mounted on.
  public boolean isEmptyForGood() {
    return false;
  }

  /// Makes an entry: file, directory, device, FIFO or socket.
  public Inode make(String name, NewInode attributes) throws Errno {
    throw FileMode.isRegular(attributes.mode()) ? Errno.EACCES : Errno.EPERM;
  }

  /// Makes a regular file that has no name yet (O_TMPFILE).
  public Inode makeNameless(NewInode attributes) throws Errno {
    throw Errno.EOPNOTSUPP;
  }

  final void setLinkableNameless() {
    linkableNameless = true;
  }

  /// Says whether it may get a first name though it has none (O_TMPFILE without O_EXCL).
  final boolean isLinkableNameless() {
    return linkableNameless;
  }

  public Inode makeSymlink(String name, String target, NewInode attributes) throws Errno {
    throw Errno.EPERM;
  }

  /// Gives `target` another name.
  public void link(String name, Inode target) throws Errno {
    throw Errno.EPERM;
  }

  public void unlink(String name, Inode victim) throws Errno {
    throw Errno.EPERM;
  }

  /// Removes a directory, which must be empty.
  public void rmdir(String name, Inode victim) throws Errno {
    throw Errno.EPERM;
  }

  /// Moves an entry of this directory.
  ///
  /// @param replaced what has the new name so far, or null
  /// @param exchange whether `replaced` gets the old name instead of vanishing
  public void rename(
      String name,
      Inode moved,
      Inode newDirectory,
      String newName,
      @Nullable Inode replaced,
      boolean exchange)
      throws Errno {
    throw Errno.EPERM;
  }

  /// Gives the entries from `position` on to `sink` until it refuses one. Positions below 2 are "."
  /// and "..", which are not the directory's concern.
  ///
  /// @return the position to go on from
  public long list(long position, DirectorySink sink) throws Errno {
    throw Errno.ENOTDIR;
  }

  // Symbolic links.

  /// Where a symbolic link points.
  public String readlink(Caller caller) throws Errno {
    throw Errno.EINVAL;
  }

  /// Where a link leads that leads to an object instead of a name (those of /proc), or null.
  public @Nullable VfsPath magicTarget(Caller caller) throws Errno {
    return null;
  }

  // Contents.

  /// Opens it. Called with permission checked.
  public OpenFile open(Caller caller, VfsPath path, int flags) throws Errno {
    return switch (mode & FileMode.S_IFMT) {
      case FileMode.S_IFDIR -> new DirectoryFile(path, flags);
      case FileMode.S_IFREG -> new RegularFile(path, flags);
      default -> fileSystem.systems().openSpecial(caller, path, flags);
    };
  }

  /// The namespace that it stands for, as the files of /proc/PID/ns do; null for all other files.
  /// Such a file can be bound to a place in the tree, though it has none itself.
  public @Nullable Namespace standsFor() {
    return null;
  }

  /// The memory that holds a regular file's contents.
  public @Nullable MemoryFile memoryFile() throws Errno {
    return null;
  }

  /// Cuts or lengthens a regular file.
  public void setSize(long size) throws Errno {
    throw Errno.EINVAL;
  }

  /// The first byte of a regular file from `offset` on that is not in a hole, or the size. A file
  /// system that knows no holes has data everywhere.
  public long nextData(long offset) throws Errno {
    return offset;
  }

  /// The first byte of a regular file from `offset` on that is in a hole, or the size.
  public long nextHole(long offset) throws Errno {
    return size();
  }

  /// Makes sure that writing to the range finds room.
  public void reserve(long offset, long length) throws Errno {}

  /// Brings a regular file's contents to where they last.
  public void sync() throws Errno {}

  /// Says whether it is of a kind that can be sealed (memfd_create(2)).
  public boolean isSealable() {
    return false;
  }

  /// What has been sealed, F_SEAL_*.
  public int seals() {
    return 0;
  }

  /// Adds seals.
  public void addSeals(int seals) throws Errno {
    throw Errno.EINVAL;
  }

  // Extended attributes.

  public byte[] getAttribute(String name) throws Errno {
    throw Errno.EOPNOTSUPP;
  }

  /// setxattr(2).
  ///
  /// @param flags XATTR_CREATE or XATTR_REPLACE
  public void setAttribute(String name, byte[] value, int flags) throws Errno {
    throw Errno.EOPNOTSUPP;
  }

  public List<String> listAttributes() throws Errno {
    throw Errno.EOPNOTSUPP;
  }

  public void removeAttribute(String name) throws Errno {
    throw Errno.EOPNOTSUPP;
  }

  // Who uses it.

  /// Counts somebody who writes to it.
  ///
  /// @throws Errno ETXTBSY while it runs as a program
  public final void addWriter() throws Errno {
    if (writers < 0) {
      throw Errno.ETXTBSY;
    }
    writers++;
  }

  public final void removeWriter() {
    writers--;
  }

  /// Counts a program that runs from it.
  ///
  /// @throws Errno ETXTBSY while somebody writes to it
  public final void denyWriters() throws Errno {
    if (writers > 0) {
      throw Errno.ETXTBSY;
    }
    writers--;
  }

  /// Takes one [#denyWriters] back.
  public final void allowWriters() {
    writers++;
  }

  /// Says whether somebody could be writing to it.
  public final boolean hasWriters() {
    return writers > 0;
  }

  /// Keeps it alive though it may lose its last name.
  public final void hold() {
    if (holds++ == 0) {
      onFirstHold();
    }
    fileSystem.hold();
  }

  /// Takes one [#hold] back.
  public final void drop() {
    holds--;
    tellIfGone();
    releaseIfUnused();
    if (holds == 0) {
      onLastDrop();
    }
    fileSystem.drop();
  }

  /// Called when somebody begins to use it, whom it must not vanish under.
  protected void onFirstHold() {}

  /// Called when nobody uses it any more; its name may still be there.
  protected void onLastDrop() {}

  /// Tells those who watch it if it has neither a name nor anybody who uses it.
  final void tellIfGone() {
    if (holds == 0 && isWatched() && nlink == 0) {
      FileEvents.gone(this);
    }
  }

  // Who watches it.

  final boolean isWatched() {
    return !watches.isEmpty();
  }

  /// Those who watch it. A snapshot.
  public final List<FileWatch> watches() {
    return watches;
  }

  public final void addWatch(FileWatch watch) {
    List<FileWatch> all = new ArrayList<>(watches);
    all.add(watch);
    watches = List.copyOf(all);
    fileSystem.watch(this, true);
  }

  public final void removeWatch(FileWatch watch) {
    watches = watches.stream().filter(other -> other != watch).toList();
    fileSystem.watch(this, isWatched());
  }

  /// Tells those who watch it that nothing will happen to it any more.
  final void endWatches() {
    watches.forEach(FileWatch::ended);
  }

  private void releaseIfUnused() {
    if (holds == 0 && nlink == 0) {
      onUnused();
    }
  }

  /// Called when it has neither a name nor anybody who uses it.
  protected void onUnused() {}

  /// The locks on it.
  public final FileLocks locks() {
    FileLocks all = locks;
    if (all == null) {
      all = new FileLocks(fileSystem.systems().lockWaits());
      locks = all;
    }
    return all;
  }

  final @Nullable FileLocks locksIfAny() {
    return locks;
  }

  /// Says whether opening it with these flags writes to it.
  static boolean opensForWriting(int flags) {
    return OpenFlags.writes(flags) || (flags & OpenFlags.O_TRUNC) != 0;
  }
}
