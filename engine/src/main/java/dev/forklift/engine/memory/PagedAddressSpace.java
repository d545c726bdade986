package dev.forklift.engine.memory;

import static dev.forklift.engine.memory.HostMemory.HOST;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The lowering that works for every guest and on every host: a table of pages on the Java heap.
///
/// A load or store that finds its page in the [PageTable] goes straight to the frame. All else
/// (first touch, copy on write, faults, crossing pages, stores into code) goes the slow way, holding
/// the space's lock, and finds out from the regions what to do.
///
/// What is guaranteed when several threads run in one space:
/// - Permissions are taken away, and pages begin to be shared by a fork, only while all sharers are
///   stopped ([Sharers]); so no store is lost and none comes late.
/// - Copying a page before a write needs no stop: nobody can store into a page that is about to be
///   copied. A load in another thread may still read the old frame, as if it had come a little
///   earlier; therefore such a frame is never taken over by another process ([Frame#markReadStale]).
/// - The kernel's own accesses hold the lock, so they never meet a page half changed.
///
/// Lock order: sharers stopped, `lock`, a file's lock, a frame's monitor.
public final class PagedAddressSpace extends AddressSpace {
  private final FrameBudget budget;
  private final ByteOrder order;
  private final boolean swap;
  private final int pageShift;
  private final int pageBytes;
  private final int pageMask;
  private final int leafShift;
  private final long limit;
  private final int granuleShift;
  private final Frame zero;

  // The table's, here to be found with one load less.
  private final long[][] @Nullable [] readable;
  private final long[][] @Nullable [] writable;
  private final @Nullable CodePage[][] code;

  private final Sharers sharers = new Sharers();
  private final ReentrantLock lock = new ReentrantLock();
  private final Mapper mapper = new AsMapper();

  // Guarded by lock.
  private final PageTable table;
  private final RegionMap regions = new RegionMap();

  private PagedAddressSpace(
      FrameBudget budget,
      ByteOrder order,
      int pageShift,
      long limit,
      int granuleShift,
      Frame zero) {
    this.budget = budget;
    this.order = order;
    this.swap = (order == ByteOrder.BIG_ENDIAN) != HostMemory.BIG_ENDIAN;
    this.pageShift = pageShift;
    this.pageBytes = 1 << pageShift;
    this.pageMask = pageBytes - 1;
    this.leafShift = pageShift + PageTable.LEAF_SHIFT;
    this.limit = limit;
    this.granuleShift = granuleShift;
    this.zero = zero;
    long pages = limit >>> pageShift;
    if (!budget.take(PageTable.rootBytes(pages))) {
      throw new GuestFault(GuestFault.Kind.OUT_OF_MEMORY, 0, Access.WRITE);
    }
    this.table = new PageTable(budget, pages);
    this.readable = table.readable;
    this.writable = table.writable;
    this.code = table.code;
  }

  /// An empty space.
  ///
  /// @param budget what its memory is counted against
  /// @param order the guest's byte order
  /// @param pageShift binary logarithm of the page size
  /// @param limit the first address that cannot be mapped, a multiple of the page size
  /// @param granuleShift binary logarithm of the alignment of instructions
  public static PagedAddressSpace create(
      FrameBudget budget, ByteOrder order, int pageShift, long limit, int granuleShift) {
    return new PagedAddressSpace(
        budget, order, pageShift, limit, granuleShift, Frame.zero(1 << pageShift));
  }

  @Override
  public int pageShift() {
    return pageShift;
  }

  @Override
  public ByteOrder byteOrder() {
    return order;
  }

  @Override
  public long limit() {
    return limit;
  }

  // Loads.

  private long @Nullable [] readable(long address) {
    long leaf = address >>> leafShift;
    return leaf < readable.length
        ? readable[(int) leaf][(int) (address >>> pageShift) & PageTable.LEAF_MASK]
        : null;
  }

  @Override
  public int load8(long address) {
    long[] words = readable(address);
    if (words == null) {
      return (int) loadSlowly(address, 1);
    }
    return HOST.get8(words, (int) address & pageMask) & 0xff;
  }

  @Override
  public int load16(long address) {
    int offset = (int) address & pageMask;
    long[] words = readable(address);
    if (words == null || offset > pageBytes - Short.BYTES) {
      return (int) loadSlowly(address, Short.BYTES);
    }
    short value = HOST.get16(words, offset);
    return (swap ? Short.reverseBytes(value) : value) & 0xffff;
  }

  @Override
  public int load32(long address) {
    int offset = (int) address & pageMask;
    long[] words = readable(address);
    if (words == null || offset > pageBytes - Integer.BYTES) {
      return (int) loadSlowly(address, Integer.BYTES);
    }
    int value = HOST.get32(words, offset);
    return swap ? Integer.reverseBytes(value) : value;
  }

  @Override
  public long load64(long address) {
    int offset = (int) address & pageMask;
    long[] words = readable(address);
    if (words == null || offset > pageBytes - Long.BYTES) {
      return loadSlowly(address, Long.BYTES);
    }
    long value = HOST.get64(words, offset);
    return swap ? Long.reverseBytes(value) : value;
  }

  /// A load of one or two pages that are not, or not yet, readable. Zero-extended.
  private long loadSlowly(long address, int bytes) {
    lock.lock();
    try {
      int offset = (int) address & pageMask;
      if (offset <= pageBytes - bytes) {
        // In one piece: it must not be torn.
        return get(forLoad(address, false).words, offset, bytes);
      }
      byte[] value = new byte[bytes];
      copyOut(address, value, 0, bytes, false);
      return GuestBytes.get(value, order);
    } finally {
      lock.unlock();
    }
  }

  private long get(long[] words, int offset, int bytes) {
    switch (bytes) {
      case 1 -> {
        return HOST.get8(words, offset) & 0xff;
      }
      case Short.BYTES -> {
        short value = HOST.get16(words, offset);
        return (swap ? Short.reverseBytes(value) : value) & 0xffff;
      }
      case Integer.BYTES -> {
        int value = HOST.get32(words, offset);
        return swap ? Integer.reverseBytes(value) : value;
      }
      default -> {
        long value = HOST.get64(words, offset);
        return swap ? Long.reverseBytes(value) : value;
      }
    }
  }

  // Stores.

  private long @Nullable [] writable(long address) {
    long leaf = address >>> leafShift;
    return leaf < writable.length
        ? writable[(int) leaf][(int) (address >>> pageShift) & PageTable.LEAF_MASK]
        : null;
  }

  @Override
  public void store8(long address, int value) {
    long[] words = writable(address);
    if (words == null) {
      storeSlowly(address, value, 1);
      return;
    }
    HOST.put8(words, (int) address & pageMask, (byte) value);
  }

  @Override
  public void store16(long address, int value) {
    int offset = (int) address & pageMask;
    long[] words = writable(address);
    if (words == null || offset > pageBytes - Short.BYTES) {
      storeSlowly(address, value, Short.BYTES);
      return;
    }
    HOST.put16(words, offset, swap ? Short.reverseBytes((short) value) : (short) value);
  }

  @Override
  public void store32(long address, int value) {
    int offset = (int) address & pageMask;
    long[] words = writable(address);
    if (words == null || offset > pageBytes - Integer.BYTES) {
      storeSlowly(address, value, Integer.BYTES);
      return;
    }
    HOST.put32(words, offset, swap ? Integer.reverseBytes(value) : value);
  }

  @Override
  public void store64(long address, long value) {
    int offset = (int) address & pageMask;
    long[] words = writable(address);
    if (words == null || offset > pageBytes - Long.BYTES) {
      storeSlowly(address, value, Long.BYTES);
      return;
    }
    HOST.put64(words, offset, swap ? Long.reverseBytes(value) : value);
  }

  /// A store to one or two pages that are not, or not yet, writable. Both are made writable before
  /// anything is stored.
  private void storeSlowly(long address, long value, int bytes) {
    lock.lock();
    try {
      int offset = (int) address & pageMask;
      int first = Math.min(bytes, pageBytes - offset);
      Frame low = forStore(address, false);
      Frame high = first < bytes ? forStore(address + first, false) : low;
      if (first == bytes) {
        // In one piece: another thread must not see it torn.
        low.store(offset, offset + bytes, () -> put(low.words, offset, value, bytes));
      } else {
        byte[] source = GuestBytes.of(value, bytes, order);
        low.write(offset, source, 0, first);
        high.write(0, source, first, bytes - first);
      }
    } finally {
      lock.unlock();
    }
  }

  private void put(long[] words, int offset, long value, int bytes) {
    switch (bytes) {
      case 1 -> HOST.put8(words, offset, (byte) value);
      case Short.BYTES ->
          HOST.put16(words, offset, swap ? Short.reverseBytes((short) value) : (short) value);
      case Integer.BYTES ->
          HOST.put32(words, offset, swap ? Integer.reverseBytes((int) value) : (int) value);
      default -> HOST.put64(words, offset, swap ? Long.reverseBytes(value) : value);
    }
  }

  // Compare and exchange.

  @Override
  public int compareExchange32(long address, int expected, int replacement) {
    int offset = (int) address & pageMask;
    long[] words = writable(address);
    if (words == null || (offset & (Integer.BYTES - 1)) != 0) {
      return exchange32(address, expected, replacement);
    }
    return (int) exchange(words, offset, Integer.BYTES, expected, replacement);
  }

  @Override
  public long compareExchange64(long address, long expected, long replacement) {
    int offset = (int) address & pageMask;
    long[] words = writable(address);
    if (words == null || (offset & (Long.BYTES - 1)) != 0) {
      return exchangeSlowly(address, Long.BYTES, expected, replacement);
    }
    return exchange(words, offset, Long.BYTES, expected, replacement);
  }

  @Override
  public int exchange32(long address, int expected, int replacement) {
    return (int) exchangeSlowly(address, Integer.BYTES, expected, replacement);
  }

  private long exchangeSlowly(long address, int bytes, long expected, long replacement) {
    if ((address & (bytes - 1)) != 0) {
      throw new GuestFault(GuestFault.Kind.MISALIGNED, address, Access.WRITE);
    }
    lock.lock();
    try {
      Frame frame = forStore(address, false);
      int offset = (int) address & pageMask;
      long[] before = new long[1];
      frame.store(
          offset,
          offset + bytes,
          () -> before[0] = exchange(frame.words, offset, bytes, expected, replacement));
      return before[0];
    } finally {
      lock.unlock();
    }
  }

  private long exchange(long[] words, int offset, int bytes, long expected, long replacement) {
    if (bytes == Integer.BYTES) {
      int before =
          HOST.compareAndExchange32(
              words,
              offset,
              swap ? Integer.reverseBytes((int) expected) : (int) expected,
              swap ? Integer.reverseBytes((int) replacement) : (int) replacement);
      return swap ? Integer.reverseBytes(before) : before;
    }
    long before =
        HOST.compareAndExchange64(
            words,
            offset,
            swap ? Long.reverseBytes(expected) : expected,
            swap ? Long.reverseBytes(replacement) : replacement);
    return swap ? Long.reverseBytes(before) : before;
  }

  // The kernel's accesses.

  @Override
  public void read(long address, byte[] destination, int offset, int length) {
    lock.lock();
    try {
      copyOut(address, destination, offset, length, false);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void write(long address, byte[] source, int offset, int length) {
    copyIn(address, source, offset, length, false);
  }

  @Override
  public void peek(long address, byte[] destination, int offset, int length) {
    lock.lock();
    try {
      copyOut(address, destination, offset, length, true);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void poke(long address, byte[] source, int offset, int length) {
    copyIn(address, source, offset, length, true);
  }

  private void copyOut(
      long address, byte[] destination, int offset, int length, boolean forced) {
    for (int done = 0; done < length; ) {
      long at = address + done;
      int within = (int) at & pageMask;
      int part = Math.min(length - done, pageBytes - within);
      Frame frame = forLoad(at, forced);
      HOST.copyOut(frame.words, within, destination, offset + done, part);
      done += part;
    }
  }

  private void copyIn(long address, byte[] source, int offset, int length, boolean forced) {
    lock.lock();
    try {
      for (int done = 0; done < length; ) {
        long at = address + done;
        int within = (int) at & pageMask;
        int part = Math.min(length - done, pageBytes - within);
        forStore(at, forced).write(within, source, offset + done, part);
        done += part;
      }
    } finally {
      lock.unlock();
    }
  }

  // Page faults. All hold the lock.

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
  private Frame forLoad(long address, boolean forced) {
    Region region = regionFor(address, Access.READ, forced);
    Frame frame = table.frame(address >>> pageShift);
    return frame != null ? frame : pageIn(region, address, Access.READ);
  }

  /// The frame to store into, through [Frame#store].
  private Frame forStore(long address, boolean forced) {
    Region region = regionFor(address, Access.WRITE, forced);
    long page = address >>> pageShift;
    boolean mayWrite = Protection.allows(region.protection(), Access.WRITE);
    Frame frame = table.frame(page);
    if (region.shared()) {
      if (!mayWrite) {
        // Forced: private pages only.
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

  /// The frame to execute from: never the zero frame, which would collect the code pages of all.
  private Frame forCode(long address) {
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

  /// A frame of the page's own, with what `old` holds or the page would hold. Takes `old` out.
  private Frame copyFor(Region region, long address, @Nullable Frame old) {
    long page = address >>> pageShift;
    MemoryFile file = region.file();
    if (old == null && file != null) {
      old = pageIn(region, address, Access.WRITE);
    }
    reserve(page, address, Access.WRITE);
    Frame copy = Frame.allocate(budget, pageBytes);
    if (copy == null) {
      table.unreserve(page);
      throw new GuestFault(GuestFault.Kind.OUT_OF_MEMORY, address, Access.WRITE);
    }
    if (old != null) {
      if (!old.isZero()) {
        System.arraycopy(old.words, 0, copy.words, 0, copy.words.length);
      }
      table.set(page, copy, false, false);
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

  private long fileIndex(Region region, long page) {
    return (region.offset() >>> pageShift) + (page - (region.start() >>> pageShift));
  }

  // Mapping.

  @Override
  public Sharer join(Runnable interrupt) {
    return sharers.add(interrupt);
  }

  /// Makes a change that no running guest code may miss.
  private void exclusively(Runnable change) {
    sharers.stop();
    try {
      locked(change);
    } finally {
      sharers.resume();
    }
  }

  private void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
    } finally {
      lock.unlock();
    }
  }

  private void checkRange(long start, long length) {
    if (((start | length) & pageMask) != 0
        || start < 0
        || length < 0
        || start > limit
        || length > limit - start) {
      throw new IllegalStateException(
          "not a range of pages: 0x%x, 0x%x".formatted(start, length));
    }
  }

  @Override
  public void map(
      long start,
      long length,
      int protection,
      @Nullable MemoryFile file,
      long offset,
      boolean shared,
      @Nullable Object tag) {
    checkRange(start, length);
    if (length == 0 || (offset & pageMask) != 0 || (shared && file == null)) {
      throw new IllegalStateException("not a mapping");
    }
    Region region =
        new Region(
            start, start + length, protection, file, file == null ? 0 : offset, shared, tag);
    lock.lock();
    try {
      if (regions.within(start, start + length).isEmpty()) {
        insert(region);
        return;
      }
    } finally {
      lock.unlock();
    }
    exclusively(
        () -> {
          // Counted before what it replaces goes: the same file may be mapped there.
          if (file != null) {
            file.mapped(mapper, length);
          }
          removePages(start, start + length);
          regions.add(region);
        });
  }

  private void insert(Region region) {
    MemoryFile file = region.file();
    if (file != null) {
      file.mapped(mapper, region.length());
    }
    regions.add(region);
  }

  @Override
  public void unmap(long start, long length) {
    checkRange(start, length);
    if (isMapped(start, length)) {
      exclusively(() -> removePages(start, start + length));
    }
  }

  private boolean isMapped(long start, long length) {
    lock.lock();
    try {
      return !regions.within(start, start + length).isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private void removePages(long start, long end) {
    dropEntries(start, end);
    for (Region region : regions.remove(start, end)) {
      MemoryFile file = region.file();
      if (file != null) {
        file.mapped(mapper, -region.length());
      }
    }
  }

  /// Drops every page that the table shows in the range.
  private void dropEntries(long start, long end) {
    long endPage = end >>> pageShift;
    for (long page = table.nextPresent(start >>> pageShift, endPage);
        page < endPage;
        page = table.nextPresent(page + 1, endPage)) {
      Frame frame = table.clear(page);
      if (frame != null) {
        frame.drop();
      }
    }
  }

  @Override
  public void protect(long start, long length, int protection) {
    checkRange(start, length);
    long end = start + length;
    lock.lock();
    try {
      boolean takes =
          regions.within(start, end).stream().anyMatch(r -> (r.protection() & ~protection) != 0);
      if (!takes) {
        changeProtection(start, end, protection);
        return;
      }
    } finally {
      lock.unlock();
    }
    exclusively(() -> changeProtection(start, end, protection));
  }

  private void changeProtection(long start, long end, int protection) {
    regions.change(
        start,
        end,
        r ->
            new Region(r.start(), r.end(), protection, r.file(), r.offset(), r.shared(), r.tag()));
    boolean mayRead = Protection.allows(protection, Access.READ);
    boolean mayWrite = Protection.allows(protection, Access.WRITE);
    boolean mayExecute = Protection.allows(protection, Access.EXECUTE);
    long endPage = end >>> pageShift;
    for (long page = table.nextPresent(start >>> pageShift, endPage);
        page < endPage;
        page = table.nextPresent(page + 1, endPage)) {
      Frame frame = table.frame(page);
      if (frame != null) {
        table.set(page, frame, mayRead, mayWrite && table.isWritable(page));
        if (!mayExecute) {
          table.clearCode(page);
        }
      }
    }
  }

  @Override
  public void move(long from, long to, long length) {
    checkRange(from, length);
    checkRange(to, length);
    if (from < to + length && to < from + length) {
      throw new IllegalStateException("moved onto itself");
    }
    exclusively(
        () -> {
          removePages(to, to + length);
          movePages(from, to, length);
        });
  }

  private void movePages(long from, long to, long length) {
    long distance = to - from;
    long pages = distance >> pageShift;
    long first = from >>> pageShift;
    long end = (from + length) >>> pageShift;
    // All tables first: what cannot be moved stays where it is.
    for (long page = table.nextPresent(first, end);
        page < end;
        page = table.nextPresent(page + 1, end)) {
      if (!table.reserve(page + pages)) {
        for (long p = first; p < page; p++) {
          table.unreserve(p + pages);
        }
        throw new GuestFault(
            GuestFault.Kind.OUT_OF_MEMORY, (page + pages) << pageShift, Access.WRITE);
      }
    }
    for (Region region : regions.remove(from, from + length)) {
      regions.add(RegionMap.movedBy(region, distance));
    }
    for (long page = table.nextPresent(first, end);
        page < end;
        page = table.nextPresent(page + 1, end)) {
      table.move(page, page + pages);
    }
  }

  @Override
  public void discard(long start, long length) {
    checkRange(start, length);
    if (isMapped(start, length)) {
      exclusively(() -> dropEntries(start, start + length));
    }
  }

  @Override
  public void retag(long start, long length, @Nullable Object tag) {
    checkRange(start, length);
    locked(
        () ->
            regions.change(
                start,
                start + length,
                r ->
                    new Region(
                        r.start(),
                        r.end(),
                        r.protection(),
                        r.file(),
                        r.offset(),
                        r.shared(),
                        tag)));
  }

  @Override
  public List<Region> regions() {
    lock.lock();
    try {
      return regions.all();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public @Nullable Region regionAt(long address) {
    lock.lock();
    try {
      return regions.at(address);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public @Nullable Region regionAtOrAbove(long address) {
    lock.lock();
    try {
      return regions.atOrAbove(address);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long residentPages() {
    lock.lock();
    try {
      return table.residentPages();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public AddressSpace fork() {
    PagedAddressSpace child =
        new PagedAddressSpace(budget, order, pageShift, limit, granuleShift, zero);
    try {
      exclusively(() -> child.locked(() -> copyTo(child)));
    } catch (GuestFault refused) {
      child.release();
      throw refused;
    }
    return child;
  }

  /// Gives the child all regions, and those pages that it could not find by itself: the private
  /// ones, which neither may store into from now on without copying.
  private void copyTo(PagedAddressSpace child) {
    for (Region region : regions.all()) {
      child.insert(region);
      if (region.shared()) {
        continue;
      }
      boolean mayRead = Protection.allows(region.protection(), Access.READ);
      long endPage = region.end() >>> pageShift;
      for (long page = table.nextPresent(region.start() >>> pageShift, endPage);
          page < endPage;
          page = table.nextPresent(page + 1, endPage)) {
        Frame frame = table.frame(page);
        if (frame == null || frame.file != null || frame.isZero()) {
          continue;
        }
        if (!child.table.reserve(page)) {
          throw new GuestFault(
              GuestFault.Kind.OUT_OF_MEMORY, page << pageShift, Access.WRITE);
        }
        table.clearWritable(page);
        frame.hold();
        child.table.set(page, frame, mayRead, false);
      }
    }
  }

  @Override
  public void release() {
    locked(
        () -> {
          removePages(0, limit);
          table.release();
        });
  }

  // Code.

  @Override
  public CodePage codePage(long pc) {
    CodePage page = shownCode(pc);
    return page != null && page.isGuarded() ? page : codePageSlowly(pc);
  }

  private @Nullable CodePage shownCode(long pc) {
    long leaf = pc >>> leafShift;
    return leaf < code.length
        ? code[(int) leaf][(int) (pc >>> pageShift) & PageTable.LEAF_MASK]
        : null;
  }

  private CodePage codePageSlowly(long pc) {
    Sharer current = sharers.current();
    if (current == null) {
      return findCode(pc);
    }
    while (true) {
      CodePage page;
      current.leave();
      try {
        page = findCode(pc);
      } finally {
        current.enter();
      }
      // Somebody may have changed the map before this thread came in again. If all that happened is
      // that stores go straight to the page again, what is lifted from it just cannot be installed.
      if (shownCode(pc) == page) {
        return page;
      }
    }
  }

  /// Makes sure that every store into the page is seen, then shows its code.
  private CodePage findCode(long pc) {
    long address = pc & -pageBytes;
    while (true) {
      Frame frame;
      lock.lock();
      try {
        frame = forCode(pc);
        if (frame.close(table.isWritable(address >>> pageShift) && frame.file == null)) {
          CodePage page = frame.codePage(address, order, granuleShift);
          table.setCode(address >>> pageShift, page);
          return page;
        }
      } finally {
        lock.unlock();
      }
      guard(frame, address >>> pageShift);
    }
  }

  /// Takes the right to store into the frame away from everyone.
  private void guard(Frame frame, long page) {
    if (frame.file != null) {
      frame.file.revokeStores(List.of(frame));
      frame.closed();
    } else {
      exclusively(
          () -> {
            if (table.frame(page) == frame) {
              table.clearWritable(page);
              frame.closed();
            }
          });
    }
  }

  // What files ask for.

  private final class AsMapper implements Mapper {
    @Override
    public void revokeStores(MemoryFile file, long first, long end) {
      exclusively(
          () -> {
            for (PageRange range : pagesOf(file, first, end)) {
              for (long page = table.nextPresent(range.first, range.end);
                  page < range.end;
                  page = table.nextPresent(page + 1, range.end)) {
                Frame frame = table.frame(page);
                if (frame != null && frame.file == file) {
                  table.clearWritable(page);
                }
              }
            }
          });
    }

    @Override
    public void cutOff(MemoryFile file, long first) {
      exclusively(
          () -> {
            for (PageRange range : pagesOf(file, first, Long.MAX_VALUE)) {
              dropEntries(range.first << pageShift, range.end << pageShift);
            }
          });
    }

    /// Where the pages of the file from `first` to before `end` are mapped.
    private List<PageRange> pagesOf(MemoryFile file, long first, long end) {
      List<PageRange> ranges = new ArrayList<>();
      for (Region region : regions.all()) {
        if (region.file() == file) {
          long start = region.start() >>> pageShift;
          long base = region.offset() >>> pageShift;
          long length = region.length() >>> pageShift;
          long from = Math.clamp(first - base, 0, length);
          long to = Math.clamp(end - base, 0, length);
          if (from < to) {
            ranges.add(new PageRange(start + from, start + to));
          }
        }
      }
      return ranges;
    }
  }

  /// Pages of the space, from `first` to before `end`.
  private record PageRange(long first, long end) {}
}
