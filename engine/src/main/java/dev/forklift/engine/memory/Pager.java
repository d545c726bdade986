package dev.forklift.engine.memory;

import static dev.forklift.engine.memory.HostMemory.HOST;

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
    this.table = new PageTable(budget, pages);
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
    return frame != null ? frame : pageIn(region, address, Access.READ);
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
    }
    show(region, page, frame, mayWrite && frame.letStoresThrough());
    return frame;
  }

  /// The code at an address, or null if some store may still go straight to its frame: then
  /// [#forCode] says to which.
  @Nullable CodePage codePage(long address, ByteOrder order, int granuleShift) {
    Frame frame = forCode(address);
    long page = address >>> pageShift;
    if (!frame.close(frame.file == null && table.isWritable(page))) {
      return null;
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
    Frame copy =
        old == null || old.isZero() ? Frame.allocate(budget, pageBytes) : Frame.copy(budget, old);
    if (copy == null) {
      table.unreserve(page);
      throw new GuestFault(GuestFault.Kind.OUT_OF_MEMORY, address, Access.WRITE);
    }
    if (old != null) {
      table.replace(page, copy);
      // Whoever joins from here on finds the copy; who joined before is counted.
      VarHandle.fullFence();
      if (sharers.areSeveral()) {
        old.markReadStale();
      }
      old.drop();
    }
    return copy;
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
    table.forEachPresent(
        start >>> pageShift,
        end >>> pageShift,
        page -> {
          Frame frame = table.clear(page);
          if (frame != null) {
            frame.drop();
          }
        });
  }

  // Bulk access. Page by page, so that what precedes a fault is done.

  void copyOut(long address, byte[] destination, int offset, int length, boolean forced) {
    for (int done = 0; done < length; ) {
      long at = address + done;
      int within = (int) at & (pageBytes - 1);
      int part = Math.min(length - done, pageBytes - within);
      HOST.copyOut(forLoad(at, forced).words, within, destination, offset + done, part);
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
