package dev.forklift.engine.memory;

import java.lang.foreign.Arena;
import jdk.internal.misc.Unsafe;

/// Two GiB of the host's address space in which a space of 32-bit addresses keeps private pages,
/// each at its own address; and in front of them, for each page, whether loads and stores may go
/// straight there. For addresses from 2 GiB on there are permissions only, which permit nothing: so
/// compiled code may add addresses with their signs, which the host does in the access itself.
///
/// Loads and stores read the permissions without a lock. Everything else is guarded by the lock of
/// the space that has the window. The memory is the host's only as far as it is touched, and is
/// counted against the space's budget so far.
final class Window {
  /// How many pages an address may lie on at most.
  private static final int PAGES = 1 << 20;

  /// Where the permissions stand, as seen from the beginning of the pages.
  static final long LOADS = -3L * PAGES;

  static final long STORES = -2L * PAGES;
  private static final long TOUCHED = -1L * PAGES;

  /// What stands in front of the pages.
  static final long HEADER_BYTES = 3L * PAGES;

  /// The addresses that are no negative `int`s, and what an access at the last of them may reach.
  static final long PAGES_BYTES = (1L << (Integer.SIZE - 1)) + (1 << 16);

  // What stands at a page that is touched.
  private static final byte PAGE = 1;
  private static final byte MIRROR = 2;

  private static final Unsafe UNSAFE = Unsafe.getUnsafe();

  private final Windows windows;
  private final Arena memory;
  private final long base;
  private int touched;

  /// @param memory what it is taken back with when nobody can reach it any more
  /// @param base where the pages begin
  Window(Windows windows, Arena memory, long base) {
    this.windows = windows;
    this.memory = memory;
    this.base = base;
  }

  /// Where the pages begin.
  long base() {
    return base;
  }

  /// What has to be added to an address for [HostMemory].
  long at() {
    return base - HostMemory.ThroughUnsafe.BASE;
  }

  /// Whether it can be used.
  boolean isMapped() {
    return memory.scope().isAlive();
  }

  /// Whether there is a place for a page that begins at an address.
  static boolean holds(long address) {
    return address >= 0 && address <= Integer.MAX_VALUE;
  }

  /// The place for a page that begins at an address.
  Place place(long address) {
    return Place.inWindow(base + address);
  }

  // Permissions.

  boolean mayLoad(long page) {
    return UNSAFE.getByte(base + LOADS + page) != 0;
  }

  boolean mayStore(long page) {
    return UNSAFE.getByte(base + STORES + page) != 0;
  }

  void permit(long page, boolean loads, boolean stores) {
    set(LOADS, page, loads);
    set(STORES, page, stores);
  }

  void forbidStores(long page) {
    set(STORES, page, false);
  }

  /// Stores only what changes: a page of permissions that nobody needs is not touched.
  private void set(long which, long page, boolean value) {
    byte now = (byte) (value ? 1 : 0);
    if (UNSAFE.getByte(base + which + page) != now) {
      UNSAFE.putByte(base + which + page, now);
    }
  }

  // Memory.

  boolean isTouched(long page) {
    return UNSAFE.getByte(base + TOUCHED + page) != 0;
  }

  /// From now on the page takes memory, or false if the budget refuses. If it did not before, it is
  /// zero.
  boolean touch(long page, FrameBudget budget, int pageBytes) {
    if (!isTouched(page)) {
      if (!budget.take(pageBytes)) {
        return false;
      }
      setMirror(page, false);
      touched++;
    }
    return true;
  }

  /// Whether the page holds what a frame on the heap holds, which nobody stores to unseen.
  boolean isMirror(long page) {
    return UNSAFE.getByte(base + TOUCHED + page) == MIRROR;
  }

  /// From now on, or no more.
  void setMirror(long page, boolean value) {
    UNSAFE.putByte(base + TOUCHED + page, value ? MIRROR : PAGE);
  }

  /// The page is about to be discarded.
  void untouch(long page, FrameBudget budget, int pageBytes) {
    set(TOUCHED, page, false);
    touched--;
    budget.giveBack(pageBytes);
  }

  /// Gives the memory of a range of pages back to the host, and makes them zero.
  void discard(long start, long end) {
    windows.discard(base + start, end - start);
  }

  /// The space does not need it any more. No page is touched.
  void release() {
    if (touched != 0) {
      throw new IllegalStateException("a window with pages in it is given away");
    }
    windows.giveBack(this);
  }
}
