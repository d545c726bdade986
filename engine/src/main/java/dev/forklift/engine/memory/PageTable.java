package dev.forklift.engine.memory;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Which frame each page of an address space shows, and what may be done with it right now.
///
/// Two levels: leaves of 1,024 pages, made when the first of their pages appears. Four tables run
/// in parallel, so that one null check is both the presence and the permission check: an entry of
/// [#readable] or [#writable] is there only if a load or store may go straight to it. A page that
/// may be stored to but not loaded from is in neither: whoever finds one in [#writable] may load
/// from it, too.
///
/// Loads and stores read the tables without a lock; everything else is guarded by the space's lock.
/// An entry is published behind a release fence, so that whoever finds it finds the frame's
/// contents complete.
final class PageTable {
  static final int LEAF_SHIFT = 10;
  static final int LEAF_PAGES = 1 << LEAF_SHIFT;
  static final int LEAF_MASK = LEAF_PAGES - 1;

  /// With pages of 4 KiB, the smallest there are.
  private static final int LEAVES_OF_32_BITS = 1 << (Integer.SIZE - 12 - LEAF_SHIFT);

  // What a leaf and a slot of the roots are taken to cost: four references of four bytes.
  private static final int ENTRY_BYTES = 16;

  // Stand for leaves that are not there. Never written.
  private static final long[] @Nullable [] NO_WORDS = new long[LEAF_PAGES][];
  private static final @Nullable Frame[] NO_FRAMES = new Frame[LEAF_PAGES];
  private static final @Nullable CodePage[] NO_CODE = new CodePage[LEAF_PAGES];

  final long[][] @Nullable [] readable;
  final long[][] @Nullable [] writable;
  final @Nullable CodePage[][] code;

  /// Changes whenever a page of code is taken away or replaced, to a number that no other table of
  /// the kernel has or had.
  long codeEpoch;

  // How often a page was replaced by a copy.
  private long copies;

  private final @Nullable Frame[][] frames;

  private final int[] present;
  private final FrameBudget budget;
  private long residentPages;

  /// A table for the pages below `pages`. The budget has been asked for [#rootBytes] of it.
  PageTable(FrameBudget budget, long pages) {
    int leaves = leaves(pages);
    this.budget = budget;
    codeEpoch = budget.codeCache().nextEpoch();
    readable = new long[leaves][][];
    writable = new long[leaves][][];
    frames = new Frame[leaves][];
    code = new CodePage[leaves][];
    present = new int[leaves];
    Arrays.fill(readable, NO_WORDS);
    Arrays.fill(writable, NO_WORDS);
    Arrays.fill(frames, NO_FRAMES);
    Arrays.fill(code, NO_CODE);
  }

  /// As many as there are pages for, and as all addresses of 32 bits need: [TableAccess] does not
  /// compare them with the limit.
  private static int leaves(long pages) {
    return Math.max(Math.toIntExact((pages + LEAF_MASK) >>> LEAF_SHIFT), LEAVES_OF_32_BITS);
  }

  /// What the budget is charged for an empty table.
  static long rootBytes(long pages) {
    return (long) leaves(pages) * ENTRY_BYTES;
  }

  /// Gives back what [#rootBytes] took, and every leaf. No entry is left.
  void release() {
    budget.giveBack((long) present.length * ENTRY_BYTES);
  }

  /// Number of pages that hold memory of their own or of a file.
  long residentPages() {
    return residentPages;
  }

  @Nullable Frame frame(long page) {
    return frames[leaf(page)][slot(page)];
  }

  boolean isWritable(long page) {
    return writable[leaf(page)][slot(page)] != null;
  }

  /// Makes sure that [#set] can be called for a page, or answers false if the budget refuses.
  boolean reserve(long page) {
    int leaf = leaf(page);
    if (isAbsent(leaf)) {
      if (!budget.take(LEAF_PAGES * ENTRY_BYTES)) {
        return false;
      }
      long[] @Nullable [] readableLeaf = new long[LEAF_PAGES][];
      long[] @Nullable [] writableLeaf = new long[LEAF_PAGES][];
      frames[leaf] = new Frame[LEAF_PAGES];
      VarHandle.releaseFence();
      readable[leaf] = readableLeaf;
      writable[leaf] = writableLeaf;
    }
    return true;
  }

  /// Gives a leaf back that [#reserve] made and nothing was put into.
  void unreserve(long page) {
    int leaf = leaf(page);
    if (!isAbsent(leaf) && present[leaf] == 0) {
      readable[leaf] = NO_WORDS;
      writable[leaf] = NO_WORDS;
      frames[leaf] = NO_FRAMES;
      code[leaf] = NO_CODE;
      budget.giveBack(LEAF_PAGES * ENTRY_BYTES);
    }
  }

  /// Shows `frame` at a page, reserved before. The reference that the caller holds passes over to
  /// the entry, and that of the frame it replaces to the caller.
  @Nullable Frame set(long page, Frame frame, boolean mayRead, boolean mayWrite) {
    int leaf = leaf(page);
    int slot = slot(page);
    if (isAbsent(leaf)) {
      throw new IllegalStateException("page not reserved");
    }
    Frame before = frames[leaf][slot];
    if (before == null) {
      present[leaf]++;
    }
    residentPages += (frame.isZero() ? 0 : 1) - (before == null || before.isZero() ? 0 : 1);
    frames[leaf][slot] = frame;
    if (before != frame) {
      clearCode(page);
    }
    VarHandle.releaseFence();
    readable[leaf][slot] = mayRead ? frame.words : null;
    writable[leaf][slot] = mayRead && mayWrite ? frame.words : null;
    return before;
  }

  /// Shows a copy at a page, which nobody may load from or store to yet. Who loads from the frame
  /// that was there goes on doing so until the epoch tells otherwise.
  void replace(long page, Frame copy) {
    set(page, copy, false, false);
    copies++;
  }

  /// Changes what may be done with a present page.
  void permit(long page, boolean mayRead, boolean mayWrite, boolean mayExecute) {
    Frame frame = frame(page);
    if (frame != null) {
      set(page, frame, mayRead, mayWrite);
      if (!mayExecute) {
        clearCode(page);
      }
    }
  }

  /// Shows the code of a present page.
  void setCode(long page, CodePage codePage) {
    int leaf = leaf(page);
    @Nullable CodePage[] pages = code[leaf];
    if (!hasCode(leaf)) {
      pages = new CodePage[LEAF_PAGES];
      VarHandle.releaseFence();
      code[leaf] = pages;
    }
    VarHandle.releaseFence();
    pages[slot(page)] = codePage;
  }

  /// Takes the code of a page away.
  void clearCode(long page) {
    if (code[leaf(page)][slot(page)] != null) {
      code[leaf(page)][slot(page)] = null;
      codeEpoch = budget.codeCache().nextEpoch();
    }
  }

  /// Changes with [#codeEpoch], when a page is replaced by a copy, and when code is dropped: the
  /// sum of numbers that only ever grow.
  long mapEpoch() {
    return codeEpoch + copies + budget.codeCache().drops().regions();
  }

  /// Sends the next store to the page the slow way.
  void clearWritable(long page) {
    if (!isAbsent(leaf(page))) {
      writable[leaf(page)][slot(page)] = null;
    }
  }

  /// Shows nothing at a page any more, and passes the entry's reference over to the caller.
  @Nullable Frame clear(long page) {
    int leaf = leaf(page);
    int slot = slot(page);
    Frame frame = frames[leaf][slot];
    if (frame != null) {
      residentPages -= frame.isZero() ? 0 : 1;
      readable[leaf][slot] = null;
      writable[leaf][slot] = null;
      frames[leaf][slot] = null;
      clearCode(page);
      present[leaf]--;
      unreserve(page);
    }
    return frame;
  }

  /// Shows what `from` shows at `to`, which is reserved and shows nothing, instead.
  void move(long from, long to) {
    Frame frame = frame(from);
    if (frame != null) {
      boolean mayRead = readable[leaf(from)][slot(from)] != null;
      // Set before it is cleared: the last page of a leaf takes the leaf along.
      set(to, frame, mayRead, isWritable(from));
      clear(from);
    }
  }

  /// Calls `action` for every page in the range that shows a frame. The action may change what that
  /// page shows.
  void forEachPresent(long first, long end, LongConsumer action) {
    for (long page = nextPresent(first, end); page < end; page = nextPresent(page + 1, end)) {
      action.accept(page);
    }
  }

  private long nextPresent(long page, long end) {
    while (page < end) {
      int leaf = leaf(page);
      if (present[leaf] == 0) {
        page = (page | LEAF_MASK) + 1;
      } else if (frames[leaf][slot(page)] != null) {
        return page;
      } else {
        page++;
      }
    }
    return end;
  }

  @SuppressWarnings("ReferenceEquality") // with the one array that stands for absent leaves
  private boolean isAbsent(int leaf) {
    return frames[leaf] == NO_FRAMES;
  }

  @SuppressWarnings("ReferenceEquality") // as above
  private boolean hasCode(int leaf) {
    return code[leaf] != NO_CODE;
  }

  private static int leaf(long page) {
    return (int) (page >>> LEAF_SHIFT);
  }

  private static int slot(long page) {
    return (int) page & LEAF_MASK;
  }
}
