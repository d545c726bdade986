package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.Errno;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A table of file descriptors (`files_struct`), which CLONE_FILES shares.
///
/// It is also the owner of POSIX record locks: closing any descriptor of a file gives up the locks
/// that the table has on it.
public final class FileDescriptors {
  /// There is no memory for larger tables than this, even if `fs.nr_open` allows them.
  private static final int LARGEST = 1 << 22;

  private static final int FIRST_CAPACITY = 32;
  private static final int CAPACITY_STEP = 256;

  private final DescriptorCeiling ceiling;
  private @Nullable Slot[] slots = new Slot[FIRST_CAPACITY];
  private int lowestFree;
  private int users = 1;

  private static final class Slot {
    final OpenFile file;
    boolean closeOnExec;

    Slot(OpenFile file, boolean closeOnExec) {
      this.file = file;
      this.closeOnExec = closeOnExec;
    }
  }

  /// An empty table, the first of a kernel.
  public FileDescriptors() {
    this(new DescriptorCeiling());
  }

  private FileDescriptors(DescriptorCeiling ceiling) {
    this.ceiling = ceiling;
  }

  /// What bounds this table and all others of the kernel.
  public DescriptorCeiling ceiling() {
    return ceiling;
  }

  // Sharing.

  /// Another task uses this one too.
  public FileDescriptors share() {
    users++;
    return this;
  }

  /// A copy for another task: the same open files under the same numbers.
  ///
  /// @throws Errno EMFILE if there are numbers that no table may have any more
  public FileDescriptors fork() throws Errno {
    return forkWithout(Integer.MAX_VALUE, 0);
  }

  /// A copy without what lies between two numbers (CLOSE_RANGE_UNSHARE).
  ///
  /// @throws Errno EMFILE if there are numbers that no table may have any more
  public FileDescriptors forkWithout(int firstOmitted, int lastOmitted) throws Errno {
    FileDescriptors copy = new FileDescriptors(ceiling);
    int used = slots.length;
    while (used > 0 && (slots[used - 1] == null || isWithin(used - 1, firstOmitted, lastOmitted))) {
      used--;
    }
    if (used > ceiling.value()) {
      throw Errno.EMFILE;
    }
    copy.slots = new Slot[used == 0 ? FIRST_CAPACITY : capacityFor(used - 1)];
    for (int fd = 0; fd < used; fd++) {
      Slot slot = slots[fd];
      if (slot != null && !isWithin(fd, firstOmitted, lastOmitted)) {
        slot.file.retain();
        copy.slots[fd] = new Slot(slot.file, slot.closeOnExec);
      }
    }
    return copy;
  }

  private static boolean isWithin(int fd, int first, int last) {
    return fd >= first && fd <= last;
  }

  /// A task uses it no more; the last one closes everything.
  public void release() {
    if (--users == 0) {
      closeRange(0, Integer.MAX_VALUE);
    }
  }

  /// Says whether more than one task uses it.
  public boolean isShared() {
    return users > 1;
  }

  // Looking up.

  /// The file behind a descriptor.
  ///
  /// @throws Errno EBADF if there is none, or if it was opened with O_PATH
  public OpenFile get(int fd) throws Errno {
    OpenFile file = getAny(fd);
    if (file.isPathOnly()) {
      throw Errno.EBADF;
    }
    return file;
  }

  /// The file behind a descriptor, O_PATH or not.
  public OpenFile getAny(int fd) throws Errno {
    OpenFile file = getOrNull(fd);
    if (file == null) {
      throw Errno.EBADF;
    }
    return file;
  }

  public @Nullable OpenFile getOrNull(int fd) {
    Slot slot = slot(fd);
    return slot == null ? null : slot.file;
  }

  private @Nullable Slot slot(int fd) {
    return fd >= 0 && fd < slots.length ? slots[fd] : null;
  }

  /// All numbers in use, ascending.
  public List<Integer> numbers() {
    List<Integer> all = new ArrayList<>();
    for (int fd = 0; fd < slots.length; fd++) {
      if (slots[fd] != null) {
        all.add(fd);
      }
    }
    return all;
  }

  /// The first number in use that is not below `fd`, or -1.
  public int nextInUse(int fd) {
    for (int at = Math.max(0, fd); at < slots.length; at++) {
      if (slots[at] != null) {
        return at;
      }
    }
    return -1;
  }

  public boolean isCloseOnExec(int fd) throws Errno {
    Slot slot = slot(fd);
    if (slot == null) {
      throw Errno.EBADF;
    }
    return slot.closeOnExec;
  }

  public void setCloseOnExec(int fd, boolean closeOnExec) throws Errno {
    Slot slot = slot(fd);
    if (slot == null) {
      throw Errno.EBADF;
    }
    slot.closeOnExec = closeOnExec;
  }

  // Entering.

  /// Puts a file under the lowest free number and takes over the caller's reference to it; if there
  /// is no number, the reference is given up.
  ///
  /// @param limit RLIMIT_NOFILE
  /// @throws Errno EMFILE
  public int add(OpenFile file, boolean closeOnExec, long limit) throws Errno {
    try {
      int fd = freeFrom(0, limit);
      slots[fd] = new Slot(file, closeOnExec);
      lowestFree = fd + 1;
      return fd;
    } catch (Errno e) {
      file.release();
      throw e;
    }
  }

  /// Says whether `count` more descriptors could be had.
  public void requireFree(int count, long limit) throws Errno {
    int fd = -1;
    for (int i = 0; i < count; i++) {
      fd = freeFrom(fd + 1, limit);
    }
  }

  /// Gives a file another number, the lowest free one from `minimum` on (F_DUPFD).
  public int duplicate(int fd, int minimum, boolean closeOnExec, long limit) throws Errno {
    OpenFile file = getAny(fd);
    if (minimum < 0 || minimum >= Math.min(limit, ceiling.value())) {
      throw Errno.EINVAL;
    }
    int free = freeFrom(minimum, limit);
    slots[free] = new Slot(file.retain(), closeOnExec);
    if (free == lowestFree) {
      lowestFree = free + 1;
    }
    return free;
  }

  /// Gives a file a certain number, closing what had it (dup2, dup3). The numbers differ.
  public int duplicateTo(int fd, int target, boolean closeOnExec, long limit) throws Errno {
    if (target < 0 || target >= Math.min(limit, ceiling.value())) {
      throw Errno.EBADF;
    }
    OpenFile file = getAny(fd);
    grow(target);
    Slot old = slots[target];
    slots[target] = new Slot(file.retain(), closeOnExec);
    if (old != null) {
      closed(old.file);
    }
    return target;
  }

  private int freeFrom(int minimum, long limit) throws Errno {
    int fd = Math.max(minimum, lowestFree);
    while (fd < slots.length && slots[fd] != null) {
      fd++;
    }
    if (fd >= Math.min(limit, ceiling.value())) {
      throw Errno.EMFILE;
    }
    grow(fd);
    return fd;
  }

  private void grow(int fd) throws Errno {
    if (fd >= slots.length) {
      if (fd >= LARGEST) {
        throw Errno.ENOMEM;
      }
      slots = Arrays.copyOf(slots, capacityFor(fd));
    }
  }

  /// The size of the smallest table that has a place for `fd`.
  private static int capacityFor(int fd) {
    if (fd < FIRST_CAPACITY) {
      return FIRST_CAPACITY;
    }
    int steps = fd / CAPACITY_STEP + 1;
    return CAPACITY_STEP * Integer.highestOneBit(2 * steps - 1);
  }

  /// How many places the table has now. select(2) does not look at descriptors beyond.
  public int capacity() {
    return slots.length;
  }

  // Closing.

  public void close(int fd) throws Errno {
    Slot slot = slot(fd);
    if (slot == null) {
      throw Errno.EBADF;
    }
    free(fd, slot);
  }

  /// Closes all numbers from `first` to `last`.
  public void closeRange(int first, int last) {
    int end = Math.min(last, slots.length - 1);
    for (int fd = Math.max(0, first); fd <= end; fd++) {
      Slot slot = slots[fd];
      if (slot != null) {
        free(fd, slot);
      }
    }
  }

  /// Marks all numbers from `first` to `last` as closing on exec (CLOSE_RANGE_CLOEXEC).
  public void closeRangeOnExec(int first, int last) {
    int end = Math.min(last, slots.length - 1);
    for (int fd = Math.max(0, first); fd <= end; fd++) {
      Slot slot = slots[fd];
      if (slot != null) {
        slot.closeOnExec = true;
      }
    }
  }

  /// A program has been replaced: closes what is marked so. The table is not shared.
  public void closeOnExec() {
    for (int fd = 0; fd < slots.length; fd++) {
      Slot slot = slots[fd];
      if (slot != null && slot.closeOnExec) {
        free(fd, slot);
      }
    }
  }

  private void free(int fd, Slot slot) {
    slots[fd] = null;
    lowestFree = Math.min(lowestFree, fd);
    closed(slot.file);
  }

  private void closed(OpenFile file) {
    FileLocks locks = file.inode().locksIfAny();
    if (locks != null && !file.isPathOnly()) {
      locks.releaseAll(this);
    }
    file.onDescriptorClosed();
    file.release();
  }
}
