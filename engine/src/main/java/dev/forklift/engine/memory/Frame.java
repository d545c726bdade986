package dev.forklift.engine.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One page of guest memory.
///
/// Held by every page table entry and file that refers to it; the references are counted, so that a
/// private page whose other holders are gone is written in place instead of being copied again, and
/// so that the budget gets it back with the last one.
///
/// Code: once somebody asked for a [CodePage] of it, a frame is *guarded*. No page table lets a
/// store reach a guarded frame without going through [#store], which drops the translations that
/// the store hits. Some stores after the last translation is gone, the frame is open again.
final class Frame {
  private final int pageBytes;

  // In the host's memory order. Written holding the monitor of `this`.
  private volatile Place place;

  /// The file that it is a page of, even after that file was cut off before it; null for private
  /// memory.
  final @Nullable MemoryFile file;

  /// Which page of the file.
  final long index;

  private final @Nullable FrameBudget budget;

  @SuppressWarnings("FieldMayBeFinal") // through REFERENCES
  private volatile int references = 1;

  private volatile boolean readStale;
  private volatile boolean dirty;

  /// How many stores a guarded frame sees without a translation in it before it is opened: enough
  /// that somebody who is just translating gets to the end of it.
  private static final int PATIENCE = 16;

  /// What a [CodePage] with nothing in it takes.
  private static final int CODE_PAGE_BYTES = 128;

  private enum Guard {
    /// Page tables may let stores through.
    OPEN,
    /// They may not any more, but some still do.
    CLOSING,
    /// Every store goes through [#store].
    GUARDED
  }

  // Written holding the monitor of `this`.
  private volatile Guard guard = Guard.OPEN;
  private volatile int codeStamp;
  private boolean writableInFile;
  private int storesWithoutCode;

  /// The stamp when stores began to go through [#store], and those that did since.
  private int guardedSince;

  private @Nullable RecentStores recentStores;
  private @Nullable List<CodePage> codePages;
  private @Nullable List<Mirror> mirrors;

  /// A page of a window that holds the same, to be loaded from.
  private record Mirror(Window window, long page) {}

  private static final VarHandle REFERENCES;

  static {
    try {
      REFERENCES = MethodHandles.lookup().findVarHandle(Frame.class, "references", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private Frame(
      int pageBytes,
      Place place,
      @Nullable FrameBudget budget,
      @Nullable MemoryFile file,
      long index) {
    this.pageBytes = pageBytes;
    this.place = place;
    this.budget = budget;
    this.file = file;
    this.index = index;
  }

  /// A frame of private memory, zero-filled, or null where the budget refuses.
  static @Nullable Frame allocate(FrameBudget budget, int pageBytes) {
    return budget.take(pageBytes)
        ? new Frame(pageBytes, Place.onHeap(pageBytes), budget, null, 0)
        : null;
  }

  /// A frame of private memory that holds what `old` holds, or null where the budget refuses.
  static @Nullable Frame copy(FrameBudget budget, Frame old) {
    return budget.take(old.pageBytes)
        ? new Frame(old.pageBytes, old.copyOnHeap(), budget, null, 0)
        : null;
  }

  /// A frame of private memory that holds what stands at a place in a window, whose memory is
  /// counted already.
  static Frame at(Place place, FrameBudget budget, int pageBytes) {
    return new Frame(pageBytes, place, budget, null, 0);
  }

  /// A frame of a file, zero-filled, or null where the budget refuses.
  static @Nullable Frame allocate(FrameBudget budget, int pageBytes, MemoryFile file, long index) {
    return budget.take(pageBytes)
        ? new Frame(pageBytes, Place.onHeap(pageBytes), budget, file, index)
        : null;
  }

  /// The frame that stands for all anonymous memory that was only read so far: never written, never
  /// executed, never counted.
  static Frame zero(int pageBytes) {
    return new Frame(pageBytes, Place.onHeap(pageBytes), null, null, 0);
  }

  int pageBytes() {
    return pageBytes;
  }

  // Where it is.

  /// Where its bytes stand. In a window, that is so only until the space whose window that is gives
  /// the page away: nobody else may use it, but calls [#moveToHeap] first.
  Place place() {
    return place;
  }

  /// The array on the heap: of a frame that was never in a window, or is not any more.
  long[] words() {
    long[] words = place.words();
    if (words == null) {
      throw new IllegalStateException("not on the heap");
    }
    return words;
  }

  /// In one piece, for it may be leaving a window.
  private synchronized Place copyOnHeap() {
    return place.copyOnHeap(pageBytes);
  }

  /// Copies its bytes to a place in a window.
  synchronized void copyTo(Place inWindow) {
    place.copyTo(inWindow, pageBytes);
  }

  /// From now on its bytes are on the heap. Whoever stores to it has been stopped.
  ///
  /// @return false if the budget refuses
  synchronized boolean moveToHeap() {
    if (place.words() == null) {
      if (budget == null || !budget.take(pageBytes)) {
        return false;
      }
      place = place.copyOnHeap(pageBytes);
    }
    return true;
  }

  /// [#moveToHeap] by who then gives back the page of the window.
  synchronized void moveToHeapInAnyCase() {
    if (place.words() == null && budget != null) {
      budget.takeAnyway(pageBytes);
      place = place.copyOnHeap(pageBytes);
    }
  }

  /// Moves from the heap to a place in a window, whose memory is counted already. Only one page
  /// table shows it, and lets nobody store to it meanwhile.
  synchronized void moveTo(Place inWindow) {
    if (place.words() != null && budget != null) {
      place.copyTo(inWindow, pageBytes);
      place = inWindow;
      budget.giveBack(pageBytes);
    }
  }

  /// Whether it stands for untouched anonymous memory.
  boolean isZero() {
    return budget == null;
  }

  /// One more holder.
  void hold() {
    if (budget != null) {
      REFERENCES.getAndAdd(this, 1);
    }
  }

  /// One holder less.
  void drop() {
    if (budget != null) {
      int before = (int) REFERENCES.getAndAdd(this, -1);
      if (before <= 0) {
        throw new IllegalStateException("a frame was dropped once too often");
      }
      if (before == 1) {
        if (place.words() != null) {
          budget.giveBack(pageBytes);
        }
        dropCode(budget);
      }
    }
  }

  private synchronized void dropCode(FrameBudget from) {
    if (codePages != null) {
      from.whole().giveBack((long) codePages.size() * CODE_PAGE_BYTES);
      codePages.forEach(page -> page.empty(DropReason.PAGE_FREED));
      codePages = null;
    }
  }

  int references() {
    return references;
  }

  /// Another thread of a process that copied this frame away may still be in the middle of a load
  /// from it: nobody may take it over.
  void markReadStale() {
    readStale = true;
  }

  /// Whether the only page table entry that holds it may store into it.
  boolean isExclusive() {
    return file == null && budget != null && references == 1 && !readStale;
  }

  /// Whether it differs, or may differ, from what the file's sink has.
  boolean isDirty() {
    return dirty;
  }

  void setDirty(boolean value) {
    dirty = value;
  }

  // Stores and code.

  /// Asks for letting stores reach the frame through a page table entry, without [#store].
  boolean letStoresThrough() {
    if (file == null) {
      return guard == Guard.OPEN;
    }
    synchronized (this) {
      if (guard != Guard.OPEN) {
        return false;
      }
      // In this order: a flush clears the second, then looks at the first.
      writableInFile = true;
      dirty = true;
      return true;
    }
  }

  /// Whether a page table entry of some mapping of the file may let stores through.
  synchronized boolean mayBeWritableInFile() {
    return writableInFile;
  }

  /// All mappings of the file are about to stop letting stores through.
  synchronized void forgetWritableInFile() {
    writableInFile = false;
  }

  /// Whether every store goes through [#store].
  boolean isGuarded() {
    return guard == Guard.GUARDED;
  }

  /// From now on no page table may begin to let stores through. Answers false if some may still do
  /// so: they have to be stopped, then [#closed] called.
  synchronized boolean close(boolean writableHere) {
    if (guard == Guard.OPEN) {
      // What was read while stores went unseen may be old.
      codeStamp++;
      boolean others = writableHere || writableInFile;
      guard = others ? Guard.CLOSING : Guard.GUARDED;
      guardedSince = codeStamp;
    }
    return guard == Guard.GUARDED;
  }

  /// The same, but nothing happens where some have to be stopped.
  synchronized boolean closeIfUnwritten(boolean writableHere) {
    return (guard == Guard.GUARDED || (!writableHere && !writableInFile)) && close(writableHere);
  }

  /// No page table lets stores through any more.
  synchronized void closed() {
    if (guard == Guard.CLOSING) {
      codeStamp++;
      guardedSince = codeStamp;
      guard = Guard.GUARDED;
    }
  }

  /// Changes with every store that goes through [#store], and when stores begin to go through it.
  int codeStamp() {
    return codeStamp;
  }

  /// Whether some bytes have been what they are now since `stamp`. The monitor is held.
  boolean isUnchanged(int from, int to, int stamp) {
    return guard == Guard.GUARDED
        && stamp - guardedSince >= 0
        && (recentStores == null || !recentStores.hasHit(from, to, stamp));
  }

  /// The translations made of this frame as seen at `address`, or null where the budget refuses.
  synchronized @Nullable CodePage codePage(long address, ByteOrder order, int granuleShift) {
    List<CodePage> pages = codePages;
    if (pages == null) {
      pages = new ArrayList<>(1);
      codePages = pages;
    }
    for (CodePage page : pages) {
      if (page.address() == address) {
        return page;
      }
    }
    if (budget == null || !budget.whole().take(CODE_PAGE_BYTES)) {
      return null;
    }
    CodePage page = new CodePage(this, budget.codeCache(), address, order, granuleShift);
    pages.add(page);
    return page;
  }

  /// Whether anybody ever asked for its code.
  synchronized boolean hasCode() {
    return codePages != null;
  }

  // Mirrors.

  /// Lets loads of a page of a window go there, to find what the frame holds until somebody stores
  /// to it. Answers false if some stores would not be seen.
  ///
  /// @param there the page's, with memory for it
  synchronized boolean mirror(Window window, long page, Place there) {
    if (guard != Guard.GUARDED) {
      return false;
    }
    place.copyTo(there, pageBytes);
    if (mirrors == null) {
      mirrors = new ArrayList<>(1);
    }
    mirrors.add(new Mirror(window, page));
    VarHandle.releaseFence();
    window.permit(page, true, false);
    return true;
  }

  /// The page of a window is about to hold something else.
  synchronized void forgetMirror(Window window, long page) {
    if (mirrors != null) {
      mirrors.removeIf(mirror -> mirror.window == window && mirror.page == page);
    }
  }

  private void breakMirrors() {
    if (mirrors != null) {
      mirrors.forEach(mirror -> mirror.window.permit(mirror.page, false, false));
      mirrors = null;
      VarHandle.fullFence();
    }
  }

  /// Runs `store`, which changes some of the bytes of the range, and drops the translations that
  /// cover one of them.
  void store(int from, int to, Runnable store) {
    synchronized (this) {
      breakMirrors();
      store.run();
      // Both behind the store: a flush that clears the mark has the bytes, and who lifted what
      // stood here before will see another stamp than the one it took.
      if (file != null) {
        dirty = true;
      }
      if (guard == Guard.OPEN) {
        return;
      }
      codeStamp++;
      if (recentStores == null) {
        recentStores = new RecentStores();
      }
      recentStores.add(from, to, codeStamp);
      boolean translated = false;
      if (codePages != null) {
        for (CodePage page : codePages) {
          page.invalidate(from, to);
          translated |= page.hasTranslations();
        }
      }
      if (translated) {
        storesWithoutCode = 0;
      } else if (guard == Guard.GUARDED && ++storesWithoutCode >= PATIENCE) {
        storesWithoutCode = 0;
        recentStores = null;
        guard = Guard.OPEN;
      }
    }
  }

  /// Copies bytes in, minding code.
  void write(int offset, byte[] source, int start, int length) {
    store(offset, offset + length, () -> place.copyIn(source, start, offset, length));
  }

  /// Zeroes bytes, minding code.
  void clear(int offset, int length) {
    store(offset, offset + length, () -> place.fillZero(offset, length));
  }
}
