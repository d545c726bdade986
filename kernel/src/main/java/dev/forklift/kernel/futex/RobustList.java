package dev.forklift.kernel.futex;

import dev.forklift.kernel.abi.Errno;

/// The list of locks that a thread says it holds, in its own memory (set_robust_list(2)).
///
/// When the thread ends, each lock on it whose word still has the thread's tid is marked with
/// OWNER_DIED. Nothing in the list can be trusted: whatever cannot be read ends the walk.
final class RobustList {
  /// How many entries are looked at, as a list may be a circle.
  static final int LIMIT = 2048;

  private final Futexes futexes;
  private final FutexUser user;
  private final FutexMemory memory;
  private final long head;

  /// A pointer of the list, whose lowest bit says that the lock is one of [PiFutexes].
  private record Entry(long address, boolean pi) {}

  RobustList(Futexes futexes, FutexUser user, long head) {
    this.futexes = futexes;
    this.user = user;
    this.memory = user.memory();
    this.head = head;
  }

  void markAll() {
    int pointer = memory.pointerBytes();
    try {
      Entry entry = entry(head);
      long offset = memory.loadPointer(head + pointer);
      Entry pending = entry(head + 2L * pointer);
      markListed(entry, offset, pending);
      if (pending.address() != 0) {
        mark(place(pending, offset), pending.pi(), true);
      }
    } catch (Errno e) {
      // The rest is not to be had.
    }
  }

  /// Marks what the list holds.
  ///
  /// @throws Errno if it comes to a place that cannot be read
  private void markListed(Entry first, long offset, Entry pending) throws Errno {
    Entry entry = first;
    for (int left = LIMIT; left > 0 && entry.address() != head; left--) {
      Entry next = null;
      try {
        // Before the lock is marked: whoever it goes to may take the entry out.
        next = entry(entry.address());
      } catch (Errno e) {
        // This one is marked all the same, and is the last.
      }
      if (entry.address() != pending.address()) {
        mark(place(entry, offset), entry.pi(), false);
      }
      if (next == null) {
        throw Errno.EFAULT;
      }
      entry = next;
    }
  }

  private Entry entry(long address) throws Errno {
    long pointer = memory.loadPointer(address);
    return new Entry(pointer & ~1L, (pointer & 1) != 0);
  }

  private long place(Entry entry, long offset) {
    long place = entry.address() + offset;
    return memory.pointerBytes() == 4 ? place & 0xffff_ffffL : place;
  }

  /// Marks one lock, if the thread has it, and wakes one who waits for it.
  ///
  /// @param pending whether the thread was in the middle of locking or unlocking it
  private void mark(long address, boolean pi, boolean pending) throws Errno {
    if (address % 4 != 0) {
      throw Errno.EINVAL;
    }
    while (true) {
      int word = memory.load(address);
      int owner = word & Futex.TID_MASK;
      if (pending && !pi && owner == 0) {
        // It was unlocked, and the thread ended before it could wake the next.
        futexes.wakeQuietly(user, address);
        return;
      }
      if (owner != user.tidOf(user)) {
        return;
      }
      int died = (word & Futex.WAITERS) | Futex.OWNER_DIED;
      if (memory.compareExchange(address, word, died) == word) {
        if (!pi && (word & Futex.WAITERS) != 0) {
          futexes.wakeQuietly(user, address);
        }
        return;
      }
    }
  }
}
