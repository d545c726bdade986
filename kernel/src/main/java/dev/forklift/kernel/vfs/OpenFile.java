package dev.forklift.kernel.vfs;

import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Fcntl;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.PollEvents;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.wait.WaitQueue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An open file (`struct file`): what descriptors refer to, after dup and fork several of them.
///
/// The final methods are what system calls use; they check how the file was opened and keep the
/// position. Kinds of files override the others.
public abstract class OpenFile {
  /// Flags that only mattered for opening.
  private static final int OPENING =
      OpenFlags.O_CREAT
          | OpenFlags.O_EXCL
          | OpenFlags.O_NOCTTY
          | OpenFlags.O_TRUNC
          | OpenFlags.O_CLOEXEC;

  private final VfsPath path;
  private final boolean writer;
  private int flags;
  private boolean created;
  private long position;
  private int references = 1;
  private @Nullable FileOwner owner;
  private @Nullable Credentials opener;
  private @Nullable List<Runnable> watchers;

  /// @param flags those of open(2)
  protected OpenFile(VfsPath path, int flags) throws Errno {
    this.path = path;
    this.flags = flags & ~OPENING;
    this.writer = writes() && path.inode().isRegular();
    if (writer) {
      path.inode().addWriter();
    }
    path.hold();
  }

  public final VfsPath path() {
    return path;
  }

  public final Inode inode() {
    return path.inode();
  }

  /// Access mode and status flags (F_GETFL).
  public final int flags() {
    return flags;
  }

  /// It has just been made by opening it.
  final void noteCreated(boolean nameless) {
    created = true;
    if (nameless) {
      flags |= OpenFlags.O_TMPFILE;
    }
  }

  /// Says whether opening it made it (F_CREATED_QUERY).
  public final boolean isCreated() {
    return created;
  }

  public final boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /// Changes the status flags (F_SETFL).
  public void setFlags(int newFlags) throws Errno {
    flags = (flags & ~OpenFlags.SETTABLE) | (newFlags & OpenFlags.SETTABLE);
  }

  public final boolean isNonblocking() {
    return has(OpenFlags.O_NONBLOCK);
  }

  /// Whether it was opened for reading. False with O_PATH.
  public final boolean reads() {
    return OpenFlags.reads(flags) && !isPathOnly();
  }

  /// Whether it was opened for writing.
  public final boolean writes() {
    return OpenFlags.writes(flags) && !isPathOnly();
  }

  /// Whether it was opened with O_PATH: a place, not contents.
  public final boolean isPathOnly() {
    return has(OpenFlags.O_PATH);
  }

  /// Says who has opened it.
  final void setOpener(Credentials who) {
    this.opener = who;
  }

  /// Says whether `who` has opened it, and has not changed since; or is privileged over who has.
  public final boolean isOpenedBy(Credentials who) {
    Credentials by = opener;
    return by == who || (by != null && who.hasIn(by.userNamespace(), Capability.DAC_READ_SEARCH));
  }

  public final @Nullable FileOwner owner() {
    return owner;
  }

  /// Says who is told with SIGIO.
  public final void setOwner(@Nullable FileOwner owner) {
    this.owner = owner;
  }

  // References.

  /// Another descriptor, mapping or message refers to it.
  public final OpenFile retain() {
    references++;
    onRetained();
    return this;
  }

  /// One reference less; the last one closes it.
  public final void release() {
    if (--references > 0) {
      onReleased();
      return;
    }
    if (references < 0) {
      throw new IllegalStateException("released more often than retained: " + this);
    }
    List<Runnable> waiting = watchers;
    if (waiting != null) {
      watchers = null;
      waiting.forEach(Runnable::run);
    }
    if (!isPathOnly()) {
      FileEvents.at(path, writes() ? FileEvents.CLOSE_WRITE : FileEvents.CLOSE_NOWRITE);
    }
    FileLocks locks = inode().locksIfAny();
    if (locks != null) {
      locks.releaseAll(this);
    }
    onClose();
    if (writer) {
      inode().removeWriter();
    }
    path.drop();
  }

  /// `watcher` is told when the last reference goes (epoll).
  public final void onRelease(Runnable watcher) {
    List<Runnable> all = watchers;
    if (all == null) {
      all = new java.util.ArrayList<>(1);
      watchers = all;
    }
    all.add(watcher);
  }

  public final void forgetWatcher(Runnable watcher) {
    if (watchers != null) {
      watchers.remove(watcher);
    }
  }

  /// How many refer to it.
  protected final int references() {
    return references;
  }

  /// Called when another reference has been taken.
  protected void onRetained() {}

  /// Called when a reference has been given up that was not the last one.
  protected void onReleased() {}

  /// Called whenever a descriptor of it is closed, the last one or not.
  protected void onDescriptorClosed() {}

  /// Called when the last reference is gone.
  protected void onClose() {}

  // Reading and writing.

  /// Reads at the position.
  public final long read(Caller caller, IoBuffer buffer) throws Errno {
    requireReads();
    long count = readAt(caller, buffer, position);
    if (count > 0 && isSeekable()) {
      position += count;
    }
    return told(count, FileEvents.ACCESS);
  }

  /// Writes at the position, with O_APPEND at the end.
  public final long write(Caller caller, IoBuffer buffer) throws Errno {
    requireWrites();
    long at = has(OpenFlags.O_APPEND) && isSeekable() ? inode().size() : position;
    long count = writeAt(caller, buffer, at);
    if (count > 0 && isSeekable()) {
      position = at + count;
    }
    return told(count, FileEvents.MODIFY);
  }

  /// Reads elsewhere than at the position.
  public final long pread(Caller caller, IoBuffer buffer, long offset) throws Errno {
    checkOffset(offset);
    requireReads();
    return told(readAt(caller, buffer, offset), FileEvents.ACCESS);
  }

  /// Writes elsewhere than at the position; with O_APPEND at the end all the same, as Linux does.
  public final long pwrite(Caller caller, IoBuffer buffer, long offset) throws Errno {
    checkOffset(offset);
    if (!isWritableAnywhere()) {
      throw Errno.ESPIPE;
    }
    requireWrites();
    long at = has(OpenFlags.O_APPEND) ? inode().size() : offset;
    return told(writeAt(caller, buffer, at), FileEvents.MODIFY);
  }

  /// Tells those who watch it that bytes were read or written.
  private long told(long count, int event) {
    if (count > 0) {
      FileEvents.at(path, event);
    }
    return count;
  }

  /// Checks that it can be read or written at `offset`.
  public final void checkOffset(long offset) throws Errno {
    if (offset < 0) {
      throw Errno.EINVAL;
    }
    if (!isSeekable()) {
      throw isPathOnly() ? Errno.EBADF : Errno.ESPIPE;
    }
  }

  private void requireReads() throws Errno {
    if (!reads()) {
      throw Errno.EBADF;
    }
  }

  private void requireWrites() throws Errno {
    if (!writes()) {
      throw Errno.EBADF;
    }
  }

  /// Reads; `offset` is of no concern to files that cannot seek.
  protected long readAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
    throw Errno.EINVAL;
  }

  protected long writeAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
    throw Errno.EINVAL;
  }

  // The position.

  /// Whether there is a position at all.
  protected boolean isSeekable() {
    return true;
  }

  /// Whether it can be written elsewhere than at the position.
  protected boolean isWritableAnywhere() {
    return true;
  }

  public final long position() {
    return position;
  }

  protected final void setPosition(long position) {
    this.position = position;
  }

  public final long seek(long offset, int whence) throws Errno {
    if (isPathOnly()) {
      throw Errno.EBADF;
    }
    if (!isSeekable()) {
      return seekWithoutPosition();
    }
    long target = seekTarget(offset, whence);
    if (target < 0) {
      throw Errno.EINVAL;
    }
    position = target;
    onSeek();
    return target;
  }

  /// What lseek(2) answers where there is no position: ESPIPE, or 0 and nothing happens.
  protected long seekWithoutPosition() throws Errno {
    throw Errno.ESPIPE;
  }

  /// Where a seek goes.
  protected long seekTarget(long offset, int whence) throws Errno {
    return switch (whence) {
      case Fcntl.SEEK_SET -> offset;
      case Fcntl.SEEK_CUR -> position + offset;
      case Fcntl.SEEK_END -> inode().size() + offset;
      default -> throw Errno.EINVAL;
    };
  }

  /// Called after a seek.
  protected void onSeek() {}

  // Everything else.

  /// Which POLL* events it is ready for now.
  public int poll() {
    return PollEvents.READABLE | PollEvents.WRITABLE;
  }

  /// What wakes when [#poll] may have changed in `events`. Empty for a file that is always ready
  /// and of no use to epoll.
  public List<WaitQueue> pollQueues(int events) {
    return List.of();
  }

  /// Does what ioctl(2) asks for, beyond what all files have.
  public long ioctl(Caller caller, int request, long argument, UserAccess memory) throws Errno {
    throw Errno.ENOTTY;
  }

  /// Gives directory entries to `sink`.
  public void list(Caller caller, DirectorySink sink) throws Errno {
    throw Errno.ENOTDIR;
  }

  /// Brings contents to where they last.
  public void sync() throws Errno {
    throw Errno.EINVAL;
  }

  /// What a mapping of it shows; null for zeros that are nobody's (a private mapping of /dev/zero).
  ///
  /// @throws Errno ENODEV if it cannot be mapped
  public @Nullable MemoryFile memoryForMapping(boolean shared) throws Errno {
    throw Errno.ENODEV;
  }

  /// Cuts or lengthens it (ftruncate(2)).
  public void setSize(Caller caller, long size) throws Errno {
    throw Errno.EINVAL;
  }

  /// fallocate(2).
  public void allocate(Caller caller, int mode, long offset, long length) throws Errno {
    throw isSeekable() ? Errno.ENODEV : Errno.ESPIPE;
  }

  /// The size of a pipe's buffer (F_GETPIPE_SZ).
  public int pipeSize() throws Errno {
    throw Errno.EBADF;
  }

  /// Changes the size of a pipe's buffer and answers the new one (F_SETPIPE_SZ).
  public int setPipeSize(Caller caller, int size) throws Errno {
    throw Errno.EBADF;
  }

  /// What /proc/PID/fdinfo shows beside position, flags and mount.
  public String fdInfo() {
    return "";
  }
}
