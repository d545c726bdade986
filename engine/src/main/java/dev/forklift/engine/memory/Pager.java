package dev.forklift.engine.memory;

import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The slow way to a page of a paged space: finds out from the regions what is allowed, and makes
/// the page present, or copies it, in the table.
///
/// All methods hold [#lock], which guards the regions and the table.
final class Pager {
  final ReentrantLock lock = new ReentrantLock();
  final RegionMap regions = new RegionMap();
  final Sharers sharers = new Sharers();
  final PageTable table;
  final FrameBudget budget;
  final int pageShift;
  final int pageBytes;

  /// Stands for all anonymous pages that nobody stored into.
  final Frame zero;

  /// @param limit the first address that cannot be mapped
  Pager(FrameBudget budget, int pageShift, long limit, Frame zero) {
    this.budget = budget;
    this.pageShift = pageShift;
    this.pageBytes = 1 << pageShift;
    this.zero = zero;
    long pages = limit >>> pageShift;
    if (!budget.take(PageTable.rootBytes(pages))) {
      throw new GuestFault(GuestFault.Kind.OUT_OF_MEMORY, 0, Access.WRITE);
    }
    this.table = new PageTable(budget, pageShift, pages);
  }

  private Region regionFor(long address, Access access, boolean forced) {
    Region region = regions.at(address);
    if (region == null) {
      throw new GuestFault(GuestFault.Kind.UNMAPPED, address, access);
    }
    if (!forced && !Protection.allows(region.protection(), access)) {
      throw new GuestFault(GuestFault.Kind.PROTECTED, address, access);
    }
    return region;
  }

  /// The frame to load from.
  ///
  /// @param forced whether permissions do not count
  Frame forLoad(long address, boolean forced) {
    Region region = regionFor(address, Access.READ, forced);
    Frame frame = table.frame(address >>> pageShift);
    if (frame == null) {
      return pageIn(region, address, Access.READ);
    }
    fetch(region, address, frame);
    return frame;
  }

  /// Makes sure that a frame that is shown is where this space may use it.
  private void fetch(Region region, long address, Frame frame) {
    long page = address >>> pageShift;
    if (frame.place().words() == null && !table.isAtHome(page, frame)) {
      moveToHeap(frame, address);
      show(region, page, frame, false);
    }
  }

  private static void moveToHeap(Frame frame, long address) {
    if (!frame.moveToHeap()) {
      throw new GuestFault(GuestFault.Kind.OUT_OF_MEMORY, address, Access.WRITE);
    }
  }

  /// The frame to store into, through [Frame#store]. The next store will go straight to it, if it
  /// may.
  ///
  /// @param forced whether permissions do not count, for private pages
  Frame forStore(long address, boolean forced) {
    Region region = regionFor(address, Access.WRITE, forced);
    long page = address >>> pageShift;
    boolean mayWrite = Protection.allows(region.protection(), Access.WRITE);
    Frame frame = table.frame(page);
    if (region.shared()) {
      if (!mayWrite) {
        throw new GuestFault(GuestFault.Kind.PROTECTED, address, Access.WRITE);
      }
      if (frame == null) {
        frame = pageIn(region, address, Access.WRITE);
      }
    } else if (frame == null || !frame.isExclusive()) {
      frame = copyFor(region, address, frame);
    } else if (!table.isWritable(page)) {
      moveHome(page, frame);
    }
    show(region, page, frame, mayWrite && frame.letStoresThrough());
    return frame;
  }

  /// Moves a frame that only this table shows into the window, if there is one. Nobody stores to it
  /// meanwhile.
  private void moveHome(long page, Frame frame) {
    // Who translates looks at its words at any time.
    if (table.window() != null && !frame.hasCode()) {
      Place home = table.touch(page);
      if (home != null) {
        frame.moveTo(home);
      }
    }
  }

  /// From now on private pages stand in a window, and so do those that there are. All sharers have
  /// been stopped.
  void open(Window window) {
    table.open(window);
    for (Region region : regions.all()) {
      if (!region.shared()) {
        table.forEachPresent(
            region.start() >>> pageShift,
            region.end() >>> pageShift,
            page -> bringIn(region, page, table.frame(page)));
      }
    }
  }

  /// Brings a private page into the window if it stands on the heap, and need not be copied for
  /// that. All sharers have been stopped.
  private void bringIn(Region region, long page, @Nullable Frame frame) {
    if (frame != null && frame.isExclusive()) {
      boolean isWritable = table.isWritable(page);
      moveHome(page, frame);
      show(region, page, frame, isWritable);
    }
  }

  /// Brings a page into the window if that can be done. All sharers have been stopped.
  ///
  /// @return whether it stands there now
  boolean bringIn(long address) {
    long page = address >>> pageShift;
    Region region = regions.at(address);
    Frame frame = table.frame(page);
    if (region == null || frame == null || region.shared() || frame.file != null) {
      return false;
    }
    if (!frame.isExclusive()) {
      try {
        frame = copyFor(region, address, frame);
      } catch (GuestFault _) {
        return false;
      }
      show(region, page, frame, Protection.allows(region.protection(), Access.WRITE));
    }
    bringIn(region, page, frame);
    return table.isAtHome(page, frame);
  }

  /// Lets loads find a page on the heap in the window, too, if nobody stores to it: a page of a
  /// file, mostly.
  ///
  /// @return whether they do so
  boolean mirror(long address) {
    long page = address >>> pageShift;
    Frame frame = table.frame(page);
    return frame != null
        && !frame.isZero()
        && frame.closeIfUnwritten(table.isWritable(page))
        && table.mirror(page);
  }

  /// The code at an address, or null if some store may still go straight to its frame: then
  /// [#forCode] says to which.
  @Nullable CodePage codePage(long address, ByteOrder order, int granuleShift) {
    Frame frame = forCode(address);
    long page = address >>> pageShift;
    if (!frame.close(frame.file == null && table.isWritable(page))) {
      return null;
    }
    if (frame.place().words() == null) {
      moveToHeap(frame, address);
      table.set(page, frame, table.isReadable(page), false);
    }
    CodePage codePage = frame.codePage(page << pageShift, order, granuleShift);
    if (codePage == null) {
      throw new GuestFault(GuestFault.Kind.OUT_OF_MEMORY, address, Access.EXECUTE);
    }
    table.setCode(page, codePage);
    return codePage;
  }

  /// The frame to execute from: never the zero frame, which would collect the code pages of all.
  Frame forCode(long address) {
    Region region = regionFor(address, Access.EXECUTE, false);
    Frame frame = table.frame(address >>> pageShift);
    if (frame == null && region.file() != null) {
      return pageIn(region, address, Access.EXECUTE);
    }
    if (frame == null || frame.isZero()) {
      frame = copyFor(region, address, frame);
      show(region, address >>> pageShift, frame, false);
    }
    return frame;
  }

  /// Makes a missing page present, without a right to store into it.
  private Frame pageIn(Region region, long address, Access access) {
    long page = address >>> pageShift;
    reserve(page, address, access);
    MemoryFile file = region.file();
    Frame frame;
    if (file == null) {
      frame = zero;
    } else {
      try {
        frame = file.hold(fileIndex(region, page), address, access);
      } catch (GuestFault fault) {
        table.unreserve(page);
        throw fault;
      }
    }
    show(region, page, frame, false);
    return frame;
  }

  /// A frame of the page's own, with what `old` holds or the page would hold; to be shown by the
  /// caller in its place.
  private Frame copyFor(Region region, long address, @Nullable Frame old) {
    long page = address >>> pageShift;
    if (old == null && region.file() != null) {
      old = pageIn(region, address, Access.WRITE);
    }
    reserve(page, address, Access.WRITE);
    Frame copy = copy(page, old);
    if (copy == null) {
      table.unreserve(page);
      throw new GuestFault(GuestFault.Kind.OUT_OF_MEMORY, address, Access.WRITE);
    }
    if (old != null) {
      // Nobody may load from it or store to it yet.
      table.set(page, copy, false, false);
      // Whoever joins from here on finds the copy; who joined before is counted.
      VarHandle.fullFence();
      if (sharers.areSeveral()) {
        old.markReadStale();
      }
      old.drop();
    }
    return copy;
  }

  /// A frame that holds what `old` does, or zeros; null where the budget refuses.
  private @Nullable Frame copy(long page, @Nullable Frame old) {
    Frame from = old == null || old.isZero() ? null : old;
    Place home = table.touch(page);
    if (home == null) {
      return from == null ? Frame.allocate(budget, pageBytes) : Frame.copy(budget, from);
    }
    if (from != null) {
      if (!table.isAtHome(page, from)) {
        from.copyTo(home);
      } else if (!from.moveToHeap()) {
        // What it holds stands there already, but nobody else may use that.
        return null;
      }
    }
    return Frame.at(home, budget, pageBytes);
  }

  private void reserve(long page, long address, Access access) {
    if (!table.reserve(page)) {
      throw new GuestFault(GuestFault.Kind.OUT_OF_MEMORY, address, access);
    }
  }

  private void show(Region region, long page, Frame frame, boolean mayWrite) {
    table.set(page, frame, Protection.allows(region.protection(), Access.READ), mayWrite);
  }

  /// Says whether the page at `address` is there, or its file has it.
  boolean isResident(long address) {
    long page = address >>> pageShift;
    Region region = regions.at(address);
    if (region == null) {
      return false;
    }
    MemoryFile file = region.file();
    return table.frame(page) != null || (file != null && file.isResident(fileIndex(region, page)));
  }

  private long fileIndex(Region region, long page) {
    return (region.offset() >>> pageShift) + (page - (region.start() >>> pageShift));
  }

  /// Drops every page that the table shows in the range.
  void dropPages(long start, long end) {
    table.clear(start >>> pageShift, end >>> pageShift);
  }

  // Bulk access. Page by page, so that what precedes a fault is done.

  void copyOut(long address, byte[] destination, int offset, int length, boolean forced) {
    for (int done = 0; done < length; ) {
      long at = address + done;
      int within = (int) at & (pageBytes - 1);
      int part = Math.min(length - done, pageBytes - within);
      forLoad(at, forced).place().copyOut(within, destination, offset + done, part);
      done += part;
    }
  }

  void copyIn(long address, byte[] source, int offset, int length, boolean forced) {
    for (int done = 0; done < length; ) {
      long at = address + done;
      int within = (int) at & (pageBytes - 1);
      int part = Math.min(length - done, pageBytes - within);
      forStore(at, forced).write(within, source, offset + done, part);
      done += part;
    }
  }
}
