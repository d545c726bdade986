package dev.forklift.kernel.mm;

import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.engine.memory.Protection;
import dev.forklift.engine.memory.Region;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.vfs.CountsRegions;
import dev.forklift.kernel.vfs.OpenFile;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The regions of an address space, counted as Linux counts them.
///
/// Every change of the map goes through here, so that counters and holds on files agree with it:
/// what stands in the range is taken out of the count, the change is made, and what stands there
/// then is counted again.
final class VmaMap {
  /// How far a stack stays away from what lies below it.
  static final int GUARD_GAP_PAGES = 256;

  private static final Vma UNTAGGED = Vma.ANONYMOUS;

  private final AddressSpace space;
  private final long pageBytes;
  private final int pageShift;
  private final Map<OpenFile, Long> fileBytes = new HashMap<>();

  private boolean unused;

  private int count;
  private long totalPages;
  private long dataPages;
  private long stackPages;
  private long execPages;
  private long lockedPages;

  // Where the next search upwards begins, and the largest hole it then passes by.
  private long searchFrom = -1;
  private long searchLow = -1;
  private long skippedHole;

  VmaMap(AddressSpace space) {
    this.space = space;
    this.pageShift = space.pageShift();
    this.pageBytes = 1L << pageShift;
  }

  /// The map of a forked child, whose space has the same regions.
  VmaMap(VmaMap parent, AddressSpace space) {
    this(space);
    fileBytes.putAll(parent.fileBytes);
    fileBytes.keySet().forEach(OpenFile::retain);
    tellAll(1);
    count = parent.count;
    totalPages = parent.totalPages;
    dataPages = parent.dataPages;
    stackPages = parent.stackPages;
    execPages = parent.execPages;
    lockedPages = parent.lockedPages;
  }

  AddressSpace space() {
    return space;
  }

  static Vma vma(Region region) {
    return region.tag() instanceof Vma vma ? vma : UNTAGGED;
  }

  static boolean isAccessible(Region region) {
    return region.protection() != Protection.NONE;
  }

  // Looking.

  @Nullable Region at(long address) {
    return address < 0 ? null : space.regionAt(address);
  }

  /// The region at `address` or the next one above it.
  @Nullable Region find(long address) {
    return address < 0 ? null : space.regionAtOrAbove(address);
  }

  boolean isFree(long start, long end) {
    Region region = find(start);
    return region == null || region.start() >= end;
  }

  /// What stands in the range, cut to it.
  List<Region> within(long start, long end) {
    List<Region> found = new ArrayList<>();
    for (Region r = find(start); r != null && r.start() < end; r = find(r.end())) {
      found.add(cut(r, start, end));
    }
    return found;
  }

  private static Region cut(Region region, long from, long to) {
    long start = Math.max(region.start(), from);
    long end = Math.min(region.end(), to);
    return new Region(
        start,
        end,
        region.protection(),
        region.file(),
        region.offset() + (start - region.start()),
        region.shared(),
        region.tag());
  }

  int count() {
    return count;
  }

  long totalPages() {
    return totalPages;
  }

  long dataPages() {
    return dataPages;
  }

  long stackPages() {
    return stackPages;
  }

  long execPages() {
    return execPages;
  }

  long lockedPages() {
    return lockedPages;
  }

  /// The files that regions show.
  Set<OpenFile> files() {
    return Collections.unmodifiableSet(fileBytes.keySet());
  }

  /// How many pages of the range are mapped.
  long mappedPages(long start, long end) {
    long pages = 0;
    for (Region r : within(start, end)) {
      pages += r.length() >>> pageShift;
    }
    return pages;
  }

  /// Says whether the pages of a region with these permissions count as data (RLIMIT_DATA).
  static boolean isData(int protection, boolean shared, Vma vma) {
    return (protection & Protection.WRITE) != 0 && !shared && !vma.has(Vma.GROWS_DOWN);
  }

  // Changing.

  void map(
      long start,
      long length,
      int protection,
      @Nullable MemoryFile file,
      long offset,
      boolean shared,
      Vma vma) {
    change(
        start,
        start + length,
        () -> space.map(start, length, protection, file, offset, shared, vma));
  }

  /// Removes what is mapped in the range, after what was stored to files through it has been
  /// brought there.
  void unmap(long start, long length) {
    if (isFree(start, start + length)) {
      return;
    }
    syncFiles(start, start + length);
    change(start, start + length, () -> space.unmap(start, length));
    if (start < searchFrom) {
      searchFrom = -1;
    }
  }

  void protect(long start, long length, int protection) {
    keepApart(start, start + length, protection);
    change(start, start + length, () -> space.protect(start, length, protection));
  }

  /// What counts its regions stays in pieces once they have been different.
  private void keepApart(long start, long end, int protection) {
    for (Region region : within(start, end)) {
      Vma vma = vma(region);
      if (vma.isCounted() && region.protection() != protection) {
        change(
            region.start(),
            region.end(),
            () -> space.retag(region.start(), region.length(), vma.with(0)));
      }
    }
  }

  /// Moves what is mapped at `from` to `to`, which has been made free.
  void move(long from, long to, long length) {
    change(from, from + length, () -> change(to, to + length, () -> space.move(from, to, length)));
    searchFrom = -1;
  }

  /// Gives every region in the range another tag.
  void retag(long start, long end, UnaryOperator<Vma> change) {
    for (Region region : within(start, end)) {
      Vma old = vma(region);
      Vma now = change.apply(old);
      if (!now.saysTheSameAs(old)) {
        change(
            region.start(), region.end(), () -> space.retag(region.start(), region.length(), now));
      }
    }
  }

  /// Lets go of every file. The space is given back by the caller.
  void release() {
    for (Region region : space.regions()) {
      syncFile(region);
    }
    tellAll(-1);
    List<OpenFile> files = List.copyOf(fileBytes.keySet());
    fileBytes.clear();
    files.forEach(OpenFile::release);
  }

  private void syncFiles(long start, long end) {
    within(start, end).forEach(VmaMap::syncFile);
  }

  /// Nobody is there to be told if it fails: whoever wants to know calls msync first.
  private static void syncFile(Region region) {
    OpenFile file = vma(region).file();
    if (file != null && region.shared() && vma(region).has(Vma.MAY_WRITE)) {
      try {
        file.inode().sync();
      } catch (Errno e) {
        // As with Linux, whose write-back happens later and fails without a witness.
      }
    }
  }

  private void change(long start, long end, Runnable change) {
    count(start, end, -1);
    RegionCensus census = new RegionCensus();
    int before = neighbours(start, end, census, -1);
    change.run();
    count += neighbours(start, end, census, 1) - before;
    count(start, end, 1);
    census.tell();
    dropUnusedFiles();
  }

  /// How many regions stand in the range or touch it.
  private int neighbours(long start, long end, RegionCensus census, int sign) {
    int found = 0;
    Region r = find(Math.max(0, start - 1));
    while (r != null && r.start() <= end) {
      found++;
      census.count(r, sign);
      r = find(r.end());
    }
    return found;
  }

  /// All regions have come, or go.
  private void tellAll(int sign) {
    if (fileBytes.keySet().stream().anyMatch(CountsRegions.class::isInstance)) {
      RegionCensus census = new RegionCensus();
      space.regions().forEach(region -> census.count(region, sign));
      census.tell();
    }
  }

  /// Adds what stands in the range to the counters, or takes it out.
  private void count(long start, long end, int sign) {
    for (Region r = find(start); r != null && r.start() < end; r = find(r.end())) {
      long bytes = sign * (Math.min(r.end(), end) - Math.max(r.start(), start));
      count(r, bytes >> pageShift);
      OpenFile file = vma(r).file();
      if (file != null) {
        if (!fileBytes.containsKey(file)) {
          file.retain();
        }
        if (fileBytes.merge(file, bytes, Long::sum) == 0) {
          unused = true;
        }
      }
    }
  }

  private void count(Region region, long pages) {
    Vma vma = vma(region);
    totalPages += pages;
    boolean writable = (region.protection() & Protection.WRITE) != 0;
    boolean executable = (region.protection() & Protection.EXECUTE) != 0;
    if (executable && !writable && !vma.has(Vma.GROWS_DOWN)) {
      execPages += pages;
    } else if (vma.has(Vma.GROWS_DOWN)) {
      stackPages += pages;
    } else if (isData(region.protection(), region.shared(), vma)) {
      dataPages += pages;
    }
    if (vma.has(Vma.LOCKED)) {
      lockedPages += pages;
    }
  }

  private void dropUnusedFiles() {
    if (!unused) {
      return;
    }
    unused = false;
    List<OpenFile> dropped = new ArrayList<>();
    fileBytes.forEach((file, bytes) -> {
      if (bytes == 0) {
        dropped.add(file);
      }
    });
    dropped.forEach(fileBytes::remove);
    dropped.forEach(OpenFile::release);
  }

  // Room.

  /// The lowest free range of `length` bytes from `low` on that ends at or below `high`, or -1.
  long findUpwards(long low, long high, long length) {
    long from = low;
    long skipped = 0;
    if (searchFrom >= 0 && searchLow == low && length > skippedHole) {
      from = searchFrom;
      skipped = skippedHole;
    }
    while (true) {
      Region next = find(from);
      if (next != null && next.start() <= from) {
        from = next.end();
        continue;
      }
      long end = next == null ? high : Math.min(high, gapStart(next));
      if (end - from >= length) {
        searchFrom = from;
        searchLow = low;
        skippedHole = skipped;
        return from;
      }
      if (next == null || next.start() >= high) {
        return -1;
      }
      skipped = Math.max(skipped, end - from);
      from = next.end();
    }
  }

  /// The highest free range of `length` bytes below `high` that begins at or above `low`, or -1.
  long findDownwards(long low, long high, long length) {
    List<Region> regions = space.regions();
    long end = high;
    for (int i = regions.size() - 1; i >= 0; i--) {
      Region below = regions.get(i);
      if (below.start() >= end) {
        continue;
      }
      if (end - below.end() >= length) {
        break;
      }
      end = Math.min(end, gapStart(below));
    }
    return end - length >= low ? end - length : -1;
  }

  /// Where the distance begins that is kept below a region.
  long gapStart(Region region) {
    return vma(region).has(Vma.GROWS_DOWN)
        ? Math.max(0, region.start() - GUARD_GAP_PAGES * pageBytes)
        : region.start();
  }
}
