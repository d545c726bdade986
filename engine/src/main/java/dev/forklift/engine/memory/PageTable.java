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
/// from it, too. Of pages that stand in the space's [Window], the permissions there say the same.
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

  private static final long[][] @Nullable [] NOTHING = new long[LEAVES_OF_32_BITS][][];

  static {
    Arrays.fill(NOTHING, NO_WORDS);
  }

  final long[][] @Nullable [] readable;
  final long[][] @Nullable [] writable;
  final @Nullable CodePage[][] code;

  /// Changes whenever a page of code is taken away or replaced, to a number that no other table of
  /// the kernel has or had.
  long codeEpoch;

  private final @Nullable Frame[][] frames;

  private final int[] present;
  private final FrameBudget budget;
  private final int pageShift;
  private long residentPages;

  // Where pages stand that are not in the tables for loads and stores; null until it is needed.
  private volatile @Nullable Window window;

  /// A table for the pages below `pages`. The budget has been asked for [#rootBytes] of it.
  PageTable(FrameBudget budget, int pageShift, long pages) {
    int leaves = leaves(pages);
    this.budget = budget;
    this.pageShift = pageShift;
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

  /// A table that shows nothing of all addresses of 32 bits. Never written.
  static long[][] @Nullable [] nothing() {
    return NOTHING;
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
    Window in = window;
    if (in != null) {
      window = null;
      in.release();
    }
  }

  /// Number of pages that hold memory of their own or of a file.
  long residentPages() {
    return residentPages;
  }

  @Nullable Frame frame(long page) {
    return frames[leaf(page)][slot(page)];
  }

  boolean isWritable(long page) {
    Window in = window;
    return writable[leaf(page)][slot(page)] != null || (in != null && in.mayStore(page));
  }

  boolean isReadable(long page) {
    Window in = window;
    return readable[leaf(page)][slot(page)] != null || (in != null && in.mayLoad(page));
  }

  // The window.

  @Nullable Window window() {
    return window;
  }

  /// From now on pages may stand in a window.
  void open(Window opened) {
    window = opened;
  }

  /// The place of a page in the window, with memory for it: zero if it had none before. Null if
  /// there is no window, none for such addresses, or the budget refuses.
  @Nullable Place touch(long page) {
    Window in = window;
    long address = page << pageShift;
    return in != null && Window.holds(address) && in.touch(page, budget, 1 << pageShift)
        ? in.place(address)
        : null;
  }

  /// Whether a frame stands in the window, at the page's place.
  boolean isAtHome(long page, Frame frame) {
    Window in = window;
    return in != null && frame.place().isAt(in.base() + (page << pageShift));
  }

  /// Lets loads of a page find what it shows on the heap in the window, too, unless not all stores
  /// to that would be seen or there is no memory.
  boolean mirror(long page) {
    Window in = window;
    Frame frame = frame(page);
    Place place = in == null || frame == null || !isReadable(page) ? null : touch(page);
    if (in == null || frame == null || place == null || isAtHome(page, frame)) {
      return false;
    }
    in.setMirror(page, true);
    return frame.mirror(in, page, place);
  }

  private static void breakMirror(Window in, long page, @Nullable Frame frame) {
    if (in.isMirror(page)) {
      if (frame != null) {
        frame.forgetMirror(in, page);
      }
      in.setMirror(page, false);
    }
  }

  /// The page shows nothing any more. Answers whether the window had something of it, which is to
  /// be discarded.
  private boolean leaveWindow(long page, Frame frame) {
    Window in = window;
    if (in == null || !in.isTouched(page)) {
      return false;
    }
    breakMirror(in, page, frame);
    if (frame.references() > 1 && isAtHome(page, frame)) {
      frame.moveToHeapInAnyCase();
    }
    in.untouch(page, budget, 1 << pageShift);
    return true;
  }

  /// Gives the window's memory for a range of pages back.
  void discard(long first, long end) {
    Window in = window;
    if (in != null) {
      in.discard(first << pageShift, end << pageShift);
    }
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
    // Null if it stands in some window: in one of another space until it leaves that.
    long[] words = frame.place().words();
    boolean isAtHome = isAtHome(page, frame);
    VarHandle.releaseFence();
    readable[leaf][slot] = mayRead ? words : null;
    writable[leaf][slot] = mayRead && mayWrite ? words : null;
    Window in = window;
    if (in != null) {
      breakMirror(in, page, before);
      in.permit(page, isAtHome && mayRead, isAtHome && mayRead && mayWrite);
    }
    return before;
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

  /// Changes with [#codeEpoch], and when code is dropped: the sum of numbers that only ever grow.
  long mapEpoch() {
    return codeEpoch + budget.codeCache().drops().regions();
  }

  /// Sends the next store to the page the slow way.
  void clearWritable(long page) {
    if (!isAbsent(leaf(page))) {
      writable[leaf(page)][slot(page)] = null;
      Window in = window;
      if (in != null) {
        in.forbidStores(page);
      }
    }
  }

  /// Shows nothing at the pages of a range any more.
  void clear(long first, long end) {
    boolean[] discard = new boolean[1];
    forEachPresent(first, end, page -> discard[0] |= clear(page));
    if (discard[0]) {
      discard(first, end);
    }
  }

  /// Answers whether the page has to be discarded.
  private boolean clear(long page) {
    int leaf = leaf(page);
    int slot = slot(page);
    Frame frame = frames[leaf][slot];
    if (frame == null) {
      return false;
    }
    residentPages -= frame.isZero() ? 0 : 1;
    readable[leaf][slot] = null;
    writable[leaf][slot] = null;
    frames[leaf][slot] = null;
    Window in = window;
    if (in != null) {
      in.permit(page, false, false);
    }
    boolean discard = leaveWindow(page, frame);
    clearCode(page);
    present[leaf]--;
    unreserve(page);
    frame.drop();
    return discard;
  }

  /// Shows what the pages of a range show somewhere else instead, where they are reserved and
  /// nothing is shown.
  ///
  /// @param distance so many pages behind
  void move(long first, long end, long distance) {
    boolean[] discard = new boolean[1];
    forEachPresent(
        first,
        end,
        page -> {
          Frame frame = frame(page);
          if (frame != null) {
            boolean mayRead = isReadable(page);
            boolean mayWrite = isWritable(page);
            if (isAtHome(page, frame)) {
              frame.moveToHeapInAnyCase();
            }
            frame.hold();
            // Set before it is cleared: the last page of a leaf takes the leaf along.
            set(page + distance, frame, mayRead, mayWrite);
            discard[0] |= clear(page);
          }
        });
    if (discard[0]) {
      discard(first, end);
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
