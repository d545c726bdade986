package dev.forklift.engine.memory;

import static dev.forklift.engine.memory.HostMemory.HOST;

import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The lowering that works for every guest and on every host: a table of pages on the Java heap.
///
/// A load or store that finds its page in the [PageTable] goes straight to the frame. All else
/// (first touch, copy on write, faults, crossing pages, stores into code) goes the slow way,
/// holding the space's lock, and the [Pager] finds out what to do.
///
/// What is guaranteed when several threads run in one space:
/// - Permissions are taken away, and pages begin to be shared by a fork, only while all sharers are
///   stopped ([Sharers]); so no store is lost and none comes late.
/// - Copying a page before a write needs no stop: nobody can store into a page that is about to be
///   copied. A load in another thread may still read the old frame, as if it had come a little
///   earlier; therefore such a frame is never taken over by another process
///   ([Frame#markReadStale]).
/// - The kernel's own accesses hold the lock, so they never meet a page half changed.
///
/// Lock order: sharers stopped, the space's lock, a file's lock, a frame's monitor.
public final class PagedAddressSpace extends AddressSpace {
  private static final long NOT_ASKED = -1;

  private final ByteOrder order;
  private final boolean swap;
  private final GuestNumbers numbers;
  private final int pageShift;
  private final int pageBytes;
  private final int pageMask;
  private final int leafShift;
  private final long limit;
  private final int granuleShift;

  // The table's, here to be found with one load less.
  private final long[][] @Nullable [] readable;
  private final long[][] @Nullable [] writable;
  private final @Nullable CodePage[][] code;
  private final PageTable table;

  private final Pager pager;
  private final PagedMappings mappings;

  // Where the window's page 0 is, or that of none; NOT_ASKED until somebody needs it.
  private volatile long window = NOT_ASKED;

  private PagedAddressSpace(Pager pager, ByteOrder order, long limit, int granuleShift) {
    this.order = order;
    this.swap = (order == ByteOrder.BIG_ENDIAN) != HostMemory.BIG_ENDIAN;
    this.numbers = new GuestNumbers(order);
    this.pageShift = pager.pageShift;
    this.pageBytes = pager.pageBytes;
    this.pageMask = pageBytes - 1;
    this.leafShift = pageShift + PageTable.LEAF_SHIFT;
    this.limit = limit;
    this.granuleShift = granuleShift;
    this.readable = pager.table.readable;
    this.writable = pager.table.writable;
    this.code = pager.table.code;
    this.table = pager.table;
    this.pager = pager;
    this.mappings = new PagedMappings(pager);
    if (Windows.areEarly() && limit <= 1L << Integer.SIZE) {
      mappings.openWindow();
    }
  }

  /// An empty space. Throws [GuestFault] when there is no memory for its tables.
  ///
  /// @param budget what its memory is counted against
  /// @param order the guest's byte order
  /// @param pageShift binary logarithm of the page size
  /// @param limit the first address that cannot be mapped, a multiple of the page size
  /// @param granuleShift binary logarithm of the alignment of instructions
  public static PagedAddressSpace create(
      FrameBudget budget, ByteOrder order, int pageShift, long limit, int granuleShift) {
    Pager pager = new Pager(budget, pageShift, limit, Frame.zero(1 << pageShift));
    return new PagedAddressSpace(pager, order, limit, granuleShift);
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
      return (int) loadElsewhere(address, 1);
    }
    return HOST.get8(words, (int) address & pageMask) & 0xff;
  }

  @Override
  public int load16(long address) {
    int offset = (int) address & pageMask;
    long[] words = readable(address);
    if (words == null || offset > pageBytes - Short.BYTES) {
      return (int) loadElsewhere(address, Short.BYTES);
    }
    short value = HOST.get16(words, offset);
    return (swap ? Short.reverseBytes(value) : value) & 0xffff;
  }

  @Override
  public int load32(long address) {
    int offset = (int) address & pageMask;
    long[] words = readable(address);
    if (words == null || offset > pageBytes - Integer.BYTES) {
      return (int) loadElsewhere(address, Integer.BYTES);
    }
    int value = HOST.get32(words, offset);
    return swap ? Integer.reverseBytes(value) : value;
  }

  @Override
  public long load64(long address) {
    int offset = (int) address & pageMask;
    long[] words = readable(address);
    if (words == null || offset > pageBytes - Long.BYTES) {
      return loadElsewhere(address, Long.BYTES);
    }
    long value = HOST.get64(words, offset);
    return swap ? Long.reverseBytes(value) : value;
  }

  /// A load that is not from a page on the heap alone. Zero-extended.
  private long loadElsewhere(long address, int bytes) {
    Window in = table.window();
    return in != null && isOnOnePage(address, bytes) && in.mayLoad(address >>> pageShift)
        ? numbers.get(null, in.at() + address, bytes)
        : loadSlowly(address, bytes);
  }

  private boolean isOnOnePage(long address, int bytes) {
    return ((int) address & pageMask) <= pageBytes - bytes && isBelowLimit(address);
  }

  private boolean isBelowLimit(long address) {
    return Long.compareUnsigned(address, limit) < 0;
  }

  /// A load of one or two pages that are not, or not yet, readable. Zero-extended.
  private long loadSlowly(long address, int bytes) {
    pager.lock.lock();
    try {
      int offset = (int) address & pageMask;
      if (offset <= pageBytes - bytes) {
        // In one piece: it must not be torn.
        return numbers.get(pager.forLoad(address, false).place(), offset, bytes);
      }
      byte[] value = new byte[bytes];
      pager.copyOut(address, value, 0, bytes, false);
      return numbers.number(value);
    } catch (GuestFault fault) {
      throw isUnaligned(address, bytes) ? fault.ofUnaligned() : fault;
    } finally {
      pager.lock.unlock();
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
      storeElsewhere(address, value, 1);
      return;
    }
    HOST.put8(words, (int) address & pageMask, (byte) value);
  }

  @Override
  public void store16(long address, int value) {
    int offset = (int) address & pageMask;
    long[] words = writable(address);
    if (words == null || offset > pageBytes - Short.BYTES) {
      storeElsewhere(address, value, Short.BYTES);
      return;
    }
    HOST.put16(words, offset, swap ? Short.reverseBytes((short) value) : (short) value);
  }

  @Override
  public void store32(long address, int value) {
    int offset = (int) address & pageMask;
    long[] words = writable(address);
    if (words == null || offset > pageBytes - Integer.BYTES) {
      storeElsewhere(address, value, Integer.BYTES);
      return;
    }
    HOST.put32(words, offset, swap ? Integer.reverseBytes(value) : value);
  }

  @Override
  public void store64(long address, long value) {
    int offset = (int) address & pageMask;
    long[] words = writable(address);
    if (words == null || offset > pageBytes - Long.BYTES) {
      storeElsewhere(address, value, Long.BYTES);
      return;
    }
    HOST.put64(words, offset, swap ? Long.reverseBytes(value) : value);
  }

  /// A store that is not to a page on the heap alone.
  private void storeElsewhere(long address, long value, int bytes) {
    Window in = table.window();
    if (in != null && isOnOnePage(address, bytes) && in.mayStore(address >>> pageShift)) {
      numbers.put(null, in.at() + address, bytes, value);
    } else {
      storeSlowly(address, value, bytes);
    }
  }

  /// A store to one or two pages that are not, or not yet, writable. Both are made writable before
  /// anything is stored.
  private void storeSlowly(long address, long value, int bytes) {
    pager.lock.lock();
    try {
      int offset = (int) address & pageMask;
      int first = Math.min(bytes, pageBytes - offset);
      Frame low = pager.forStore(address, false);
      Frame high = first < bytes ? pager.forStore(address + first, false) : low;
      if (first == bytes) {
        // In one piece: another thread must not see it torn.
        low.store(offset, offset + bytes, () -> numbers.put(low.place(), offset, bytes, value));
      } else {
        byte[] source = numbers.bytes(value, bytes);
        low.write(offset, source, 0, first);
        high.write(0, source, first, bytes - first);
      }
    } catch (GuestFault fault) {
      throw isUnaligned(address, bytes) ? fault.ofUnaligned() : fault;
    } finally {
      pager.lock.unlock();
    }
  }

  private static boolean isUnaligned(long address, int bytes) {
    return (address & (bytes - 1)) != 0;
  }

  @Override
  public long[][] @Nullable [] readableTable() {
    return readable;
  }

  @Override
  public long[][] @Nullable [] writableTable() {
    return writable;
  }

  @Override
  public long window() {
    long known = window;
    if (known == NOT_ASKED) {
      Window in = table.window();
      known =
          in != null ? in.base() : limit <= 1L << Integer.SIZE ? pager.budget.windows().none() : 0;
      window = known;
    }
    return known;
  }

  @Override
  public boolean bringIn(long address) {
    if (window() == 0 || !isBelowLimit(address)) {
      return false;
    }
    Sharer current = pager.sharers.current();
    if (current != null) {
      current.leave();
    }
    try {
      boolean done = mappings.bringIn(address);
      Window in = table.window();
      if (in != null) {
        window = in.base();
      }
      return done;
    } finally {
      if (current != null) {
        current.enter();
      }
    }
  }

  // Compare and exchange.

  @Override
  public int compareExchange32(long address, int expected, int replacement) {
    int offset = (int) address & pageMask;
    long[] words = writable(address);
    if (words == null || (offset & (Integer.BYTES - 1)) != 0) {
      Window in = table.window();
      return in != null && isAligned(address, Integer.BYTES) && in.mayStore(address >>> pageShift)
          ? numbers.exchange32(null, in.at() + address, expected, replacement)
          : exchange32(address, expected, replacement);
    }
    return numbers.exchange32(words, offset, expected, replacement);
  }

  @Override
  public long compareExchange64(long address, long expected, long replacement) {
    int offset = (int) address & pageMask;
    long[] words = writable(address);
    if (words == null || (offset & (Long.BYTES - 1)) != 0) {
      Window in = table.window();
      return in != null && isAligned(address, Long.BYTES) && in.mayStore(address >>> pageShift)
          ? numbers.exchange64(null, in.at() + address, expected, replacement)
          : exchange64(address, expected, replacement);
    }
    return numbers.exchange64(words, offset, expected, replacement);
  }

  @Override
  public int exchange32(long address, int expected, int replacement) {
    int offset = aligned(address, Integer.BYTES);
    int[] before = new int[1];
    pager.lock.lock();
    try {
      Frame frame = pager.forStore(address, false);
      frame.store(
          offset,
          offset + Integer.BYTES,
          () -> before[0] = numbers.exchange32(frame.place(), offset, expected, replacement));
    } finally {
      pager.lock.unlock();
    }
    return before[0];
  }

  private long exchange64(long address, long expected, long replacement) {
    int offset = aligned(address, Long.BYTES);
    long[] before = new long[1];
    pager.lock.lock();
    try {
      Frame frame = pager.forStore(address, false);
      frame.store(
          offset,
          offset + Long.BYTES,
          () -> before[0] = numbers.exchange64(frame.place(), offset, expected, replacement));
    } finally {
      pager.lock.unlock();
    }
    return before[0];
  }

  private boolean isAligned(long address, int bytes) {
    return (address & (bytes - 1)) == 0 && isBelowLimit(address);
  }

  private int aligned(long address, int bytes) {
    if ((address & (bytes - 1)) != 0) {
      throw new GuestFault(GuestFault.Kind.MISALIGNED, address, Access.WRITE);
    }
    return (int) address & pageMask;
  }

  // The kernel's accesses.

  @Override
  public void read(long address, byte[] destination, int offset, int length) {
    copyOut(address, destination, offset, length, false);
  }

  @Override
  public void write(long address, byte[] source, int offset, int length) {
    copyIn(address, source, offset, length, false);
  }

  @Override
  public void peek(long address, byte[] destination, int offset, int length) {
    copyOut(address, destination, offset, length, true);
  }

  @Override
  public void poke(long address, byte[] source, int offset, int length) {
    copyIn(address, source, offset, length, true);
  }

  private void copyOut(long address, byte[] destination, int offset, int length, boolean forced) {
    pager.lock.lock();
    try {
      pager.copyOut(address, destination, offset, length, forced);
    } finally {
      pager.lock.unlock();
    }
  }

  private void copyIn(long address, byte[] source, int offset, int length, boolean forced) {
    pager.lock.lock();
    try {
      pager.copyIn(address, source, offset, length, forced);
    } finally {
      pager.lock.unlock();
    }
  }

  @Override
  public Sharer join(Runnable interrupt) {
    return pager.sharers.add(interrupt);
  }

  // Mapping.

  /// The end of the range, which must be one of pages below the limit.
  private long endOf(long start, long length) {
    if (((start | length) & pageMask) != 0
        || start < 0
        || length < 0
        || start > limit
        || length > limit - start) {
      throw new IllegalStateException("not a range of pages: 0x%x, 0x%x".formatted(start, length));
    }
    return start + length;
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
    long end = endOf(start, length);
    if (length == 0 || (offset & pageMask) != 0 || (shared && file == null)) {
      throw new IllegalStateException("not a mapping");
    }
    if (file != null && file.pageShift() != pageShift) {
      // Frames of another size would be read and written beyond their ends.
      throw new IllegalStateException("a file with pages of another size");
    }
    mappings.map(new Region(start, end, protection, file, file == null ? 0 : offset, shared, tag));
  }

  @Override
  public void unmap(long start, long length) {
    mappings.unmap(start, endOf(start, length));
  }

  @Override
  public void protect(long start, long length, int protection) {
    mappings.protect(start, endOf(start, length), protection);
  }

  @Override
  public void move(long from, long to, long length) {
    if (from < endOf(to, length) && to < endOf(from, length)) {
      throw new IllegalStateException("moved onto itself");
    }
    mappings.move(from, to, length);
  }

  @Override
  public void discard(long start, long length) {
    mappings.discard(start, endOf(start, length));
  }

  @Override
  public void retag(long start, long length, @Nullable Object tag) {
    mappings.retag(start, endOf(start, length), tag);
  }

  @Override
  public List<Region> regions() {
    pager.lock.lock();
    try {
      return pager.regions.all();
    } finally {
      pager.lock.unlock();
    }
  }

  @Override
  public @Nullable Region regionAt(long address) {
    pager.lock.lock();
    try {
      return pager.regions.at(address);
    } finally {
      pager.lock.unlock();
    }
  }

  @Override
  public @Nullable Region regionAtOrAbove(long address) {
    pager.lock.lock();
    try {
      return pager.regions.atOrAbove(address);
    } finally {
      pager.lock.unlock();
    }
  }

  @Override
  public long residentPages() {
    pager.lock.lock();
    try {
      return pager.table.residentPages();
    } finally {
      pager.lock.unlock();
    }
  }

  @Override
  public boolean isResident(long address) {
    pager.lock.lock();
    try {
      return pager.isResident(address);
    } finally {
      pager.lock.unlock();
    }
  }

  @Override
  public void barrier() {
    mappings.barrier();
  }

  @Override
  public AddressSpace fork() {
    PagedAddressSpace child =
        new PagedAddressSpace(
            new Pager(pager.budget, pageShift, limit, pager.zero), order, limit, granuleShift);
    try {
      mappings.forkTo(child.mappings);
    } catch (GuestFault refused) {
      child.release();
      throw refused;
    }
    return child;
  }

  @Override
  public void release() {
    mappings.release(limit);
  }

  // Code.

  @Override
  public CodePage codePage(long pc) {
    CodePage page = shownCode(pc);
    return page != null ? page : codePageSlowly(pc);
  }

  @Override
  public long codeEpoch() {
    return table.codeEpoch;
  }

  @Override
  public long mapEpoch() {
    return table.mapEpoch();
  }

  @Override
  public @Nullable CodePage shownCode(long pc) {
    CodePage page = codeAt(pc);
    return page != null && page.isGuarded() ? page : null;
  }

  private @Nullable CodePage codeAt(long pc) {
    long leaf = pc >>> leafShift;
    return leaf < code.length
        ? code[(int) leaf][(int) (pc >>> pageShift) & PageTable.LEAF_MASK]
        : null;
  }

  private CodePage codePageSlowly(long pc) {
    Sharer current = pager.sharers.current();
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
      if (codeAt(pc) == page) {
        return page;
      }
    }
  }

  /// Makes sure that every store into the page is seen, then shows its code.
  private CodePage findCode(long pc) {
    while (true) {
      Frame frame;
      pager.lock.lock();
      try {
        CodePage page = pager.codePage(pc, order, granuleShift);
        if (page != null) {
          return page;
        }
        frame = pager.forCode(pc);
      } finally {
        pager.lock.unlock();
      }
      mappings.guard(frame, pc >>> pageShift);
    }
  }
}
