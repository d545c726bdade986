package dev.forklift.kernel.ipc;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.Ucount;
import dev.forklift.kernel.cred.Ucounts;
import dev.forklift.kernel.vfs.VfsPath;
import org.jspecify.annotations.Nullable;

/// A segment of shared memory: a file of memory, and who has attached it.
public final class SharedSegment extends IpcObject {
  /// Flag of the mode: it will be destroyed when nobody has it attached any more.
  public static final int SHM_DEST = 01000;

  /// Flag of the mode: it is not swapped out.
  public static final int SHM_LOCKED = 02000;

  private final SharedMemory table;
  private final long size;
  private final Object creator;
  private @Nullable VfsPath file;
  private @Nullable Object lastProcess;
  private @Nullable Runnable unlocking;
  private int regions;
  private long attachTime;
  private long detachTime;

  SharedSegment(SharedMemory table, int key, int mode, long size, IpcUser maker) {
    super(key, mode, maker);
    this.table = table;
    this.size = size;
    this.creator = maker.process();
  }

  /// In bytes.
  public long size() {
    return size;
  }

  public Object creator() {
    return creator;
  }

  /// Who has attached or detached it last, or null.
  public @Nullable Object lastProcess() {
    return lastProcess;
  }

  /// When it was attached last, in seconds since 1970.
  public long attachTime() {
    return attachTime;
  }

  public long detachTime() {
    return detachTime;
  }

  /// How often it is attached: the regions in all memories that show it or a part of it.
  public int attached() {
    return regions;
  }

  void countRegions(int change) {
    regions += change;
  }

  /// Bytes of it that are in memory.
  public long residentBytes() {
    return file().inode().blocks() * 512;
  }

  boolean isLocked() {
    return (mode() & SHM_LOCKED) != 0;
  }

  /// From now on it counts as somebody's locked memory.
  ///
  /// @param limit how many pages that user may have locked
  void lock(Credentials who, long pages, long limit) throws Errno {
    Ucounts counts = who.userNamespace().ucounts();
    int user = who.uid();
    if (counts.isOver(user, Ucount.LOCKED_PAGES, pages, limit) && !who.has(Capability.IPC_LOCK)) {
      throw Errno.ENOMEM;
    }
    counts.add(user, Ucount.LOCKED_PAGES, pages);
    unlocking = () -> counts.add(user, Ucount.LOCKED_PAGES, -pages);
    setModeFlag(SHM_LOCKED, true);
  }

  void unlock() {
    Runnable counted = unlocking;
    if (counted != null) {
      counted.run();
      unlocking = null;
    }
    setModeFlag(SHM_LOCKED, false);
  }

  void setFile(VfsPath place) {
    file = place;
    place.hold();
  }

  private VfsPath file() {
    VfsPath place = file;
    if (place == null) {
      throw new IllegalStateException("a segment without memory");
    }
    return place;
  }

  /// Opens it for one attachment.
  Attachment open(int openFlags, Attachment.Witness witness) throws Errno {
    return new Attachment(this, file(), openFlags, witness);
  }

  void attachedBy(Object process, long now) {
    lastProcess = process;
    attachTime = now;
  }

  void detachedBy(@Nullable Object process, long now) {
    lastProcess = process;
    detachTime = now;
    destroyIfDone();
  }

  /// Destroys it if that was put off until nobody has it attached.
  private void destroyIfDone() {
    if ((mode() & SHM_DEST) != 0 && !isRemoved() && attached() == 0) {
      table.destroy(this);
    }
  }

  void dissolve() {
    file().drop();
  }
}
