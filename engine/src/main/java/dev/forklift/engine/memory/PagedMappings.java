package dev.forklift.engine.memory;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is mapped where in a paged space, and how that changes.
///
/// Changes that take something away happen while all sharers are stopped; the others need only the
/// lock. Addresses and lengths are whole pages below the limit.
final class PagedMappings implements Mapper {
  private final Pager pager;
  private final PageTable table;
  private final RegionMap regions;
  private final int pageShift;

  PagedMappings(Pager pager) {
    this.pager = pager;
    this.table = pager.table;
    this.regions = pager.regions;
    this.pageShift = pager.pageShift;
  }

  /// Waits until every sharer has passed a safe point.
  void barrier() {
    exclusively(() -> {});
  }

  /// Makes a change that no running guest code may miss.
  private void exclusively(Runnable change) {
    pager.sharers.stop();
    try {
      locked(change);
    } finally {
      pager.sharers.resume();
    }
  }

  private void locked(Runnable change) {
    pager.lock.lock();
    try {
      change.run();
    } finally {
      pager.lock.unlock();
    }
  }

  private boolean isMapped(long start, long end) {
    Region region = regions.atOrAbove(start);
    return region != null && region.start() < end;
  }

  void map(Region region) {
    pager.lock.lock();
    try {
      if (!isMapped(region.start(), region.end())) {
        add(region);
        return;
      }
    } finally {
      pager.lock.unlock();
    }
    exclusively(() -> {
      // The old pages go last: the same file may be mapped there and by nobody else.
      List<Region> replaced = regions.remove(region.start(), region.end());
      add(region);
      pager.dropPages(region.start(), region.end());
      replaced.forEach(this::forget);
    });
  }

  private void add(Region region) {
    MemoryFile file = region.file();
    if (file != null) {
      file.mapped(this, region.length());
    }
    regions.add(region);
  }

  /// The files learn that a region is gone.
  private void forget(Region region) {
    MemoryFile file = region.file();
    if (file != null) {
      file.mapped(this, -region.length());
    }
  }

  void unmap(long start, long end) {
    pager.lock.lock();
    try {
      if (!isMapped(start, end)) {
        return;
      }
    } finally {
      pager.lock.unlock();
    }
    exclusively(() -> remove(start, end));
  }

  private void remove(long start, long end) {
    pager.dropPages(start, end);
    regions.remove(start, end).forEach(this::forget);
  }

  /// Everything goes, and the table with it.
  void release(long limit) {
    locked(() -> {
      remove(0, limit);
      table.release();
    });
  }

  void protect(long start, long end, int protection) {
    pager.lock.lock();
    try {
      if (regions.within(start, end).stream().allMatch(r -> (r.protection() & ~protection) == 0)) {
        changeProtection(start, end, protection);
        return;
      }
    } finally {
      pager.lock.unlock();
    }
    exclusively(() -> changeProtection(start, end, protection));
  }

  private void changeProtection(long start, long end, int protection) {
    regions.change(start, end, region -> region.withProtection(protection));
    boolean mayRead = Protection.allows(protection, Access.READ);
    boolean mayWrite = Protection.allows(protection, Access.WRITE);
    boolean mayExecute = Protection.allows(protection, Access.EXECUTE);
    table.forEachPresent(
        start >>> pageShift,
        end >>> pageShift,
        page -> table.permit(page, mayRead, mayWrite && table.isWritable(page), mayExecute));
  }

  void retag(long start, long end, @Nullable Object tag) {
    locked(() -> regions.change(start, end, region -> region.withTag(tag)));
  }

  void discard(long start, long end) {
    exclusively(() -> pager.dropPages(start, end));
  }

  void move(long from, long to, long length) {
    exclusively(() -> {
      remove(to, to + length);
      movePages(from, to, length);
    });
  }

  private void movePages(long from, long to, long length) {
    long distance = to - from;
    long pages = distance >> pageShift;
    long first = from >>> pageShift;
    long end = (from + length) >>> pageShift;
    // All tables first: what cannot be moved stays where it is.
    table.forEachPresent(
        first,
        end,
        page -> {
          if (!table.reserve(page + pages)) {
            for (long p = first; p < page; p++) {
              table.unreserve(p + pages);
            }
            throw outOfMemory(page + pages);
          }
        });
    for (Region region : regions.remove(from, from + length)) {
      regions.add(region.movedBy(distance));
    }
    table.move(first, end, pages);
  }

  private GuestFault outOfMemory(long page) {
    return new GuestFault(GuestFault.Kind.OUT_OF_MEMORY, page << pageShift, Access.WRITE);
  }

  /// Brings a page into the window, which is opened if there is none.
  ///
  /// @return whether the page stands there now
  boolean bringIn(long address) {
    boolean[] done = new boolean[1];
    exclusively(() -> {
      openWindow();
      // Once all are stopped nobody is about to store to a frame that is still open.
      done[0] = pager.bringIn(address) || pager.mirror(address);
    });
    return done[0];
  }

  /// Opens the window, unless the host refuses. Nobody runs guest code.
  void openWindow() {
    if (table.window() == null) {
      Window window = pager.budget.windows().take();
      if (window != null) {
        pager.open(window);
      }
    }
  }

  /// Copies everything to the empty mappings of a new space.
  void forkTo(PagedMappings child) {
    exclusively(() -> child.locked(() -> copyTo(child)));
  }

  /// Gives the child all regions, and those pages that it could not find by itself: the private
  /// ones, which neither may store into from now on without copying.
  private void copyTo(PagedMappings child) {
    for (Region region : regions.all()) {
      child.add(region);
      if (!region.shared()) {
        boolean mayRead = Protection.allows(region.protection(), Access.READ);
        table.forEachPresent(
            region.start() >>> pageShift,
            region.end() >>> pageShift,
            page -> sharePage(page, child.table, mayRead));
      }
    }
  }

  private void sharePage(long page, PageTable childTable, boolean mayRead) {
    Frame frame = table.frame(page);
    if (frame != null && frame.file == null && !frame.isZero()) {
      if (!childTable.reserve(page)) {
        throw outOfMemory(page);
      }
      table.clearWritable(page);
      frame.hold();
      childTable.set(page, frame, mayRead, false);
    }
  }

  /// Takes the right to store into a frame straight away from everyone: into one of a file, or one
  /// that only `page` can show with that right.
  void guard(Frame frame, long page) {
    if (frame.file != null) {
      frame.file.revokeStores(List.of(frame));
      frame.closed();
    } else {
      exclusively(() -> {
        if (table.frame(page) == frame) {
          table.clearWritable(page);
          frame.closed();
        }
      });
    }
  }

  // What files ask for.

  @Override
  public void revokeStores(MemoryFile file, long first, long end) {
    exclusively(() -> {
      for (Region part : partsOf(file, first, end)) {
        table.forEachPresent(
            part.start() >>> pageShift,
            part.end() >>> pageShift,
            page -> {
              Frame frame = table.frame(page);
              if (frame != null && frame.file == file) {
                table.clearWritable(page);
              }
            });
      }
    });
  }

  @Override
  public void cutOff(MemoryFile file, long first) {
    exclusively(() -> {
      for (Region part : partsOf(file, first, Long.MAX_VALUE)) {
        pager.dropPages(part.start(), part.end());
      }
    });
  }

  /// Where the pages of the file from `first` to before `end` are mapped.
  private List<Region> partsOf(MemoryFile file, long first, long end) {
    List<Region> parts = new ArrayList<>();
    for (Region region : regions.all()) {
      if (region.file() == file) {
        long pages = region.length() >>> pageShift;
        long base = region.offset() >>> pageShift;
        long from = Math.clamp(first - base, 0, pages) << pageShift;
        long to = Math.clamp(end - base, 0, pages) << pageShift;
        if (from < to) {
          parts.add(region.part(region.start() + from, region.start() + to));
        }
      }
    }
    return parts;
  }
}
