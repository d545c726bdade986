package dev.forklift.engine.memory;

import static dev.forklift.engine.memory.HostMemory.HOST;

import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// What the one CPU of a machine sees of its memory: the lowering for boards.
///
/// A load or store that finds its page in the [SoftTlb] goes straight to memory, which is outside
/// of the heap for that. All else asks the [Mmu], and may end in a device or in a [GuestFault]:
/// `UNMAPPED` where nothing says where the page leads, `PROTECTED` where it must not be used so,
/// `PAST_END_OF_FILE` for code where there is no memory.
///
/// The architecture tells of everything by which a page may lead elsewhere: [#forget],
/// [#forgetAll], [#setUserMode]; never while the engine runs, so that code may rely on a page until
/// its next exit. Code is kept with the frame it was made from, as anywhere: a kernel that switches
/// processes, or maps a program once more, finds it again.
public final class MachineSpace extends UnmappedSpace {
  /// The bit of [#codeEpoch] that tells the modes apart.
  private static final long USER = 1;

  private final PhysicalMemory memory;
  private final Mmu mmu;
  private final GuestNumbers numbers;
  private final ByteOrder order;
  private final boolean swap;
  private final int pageShift;
  private final int pageBytes;
  private final int pageMask;
  private final int leafShift;
  private final boolean isNative;
  private final long limit;
  private final int granuleShift;
  private final SoftTlb tlb;

  // Those of the tables that hold in the mode that the CPU is in.
  private long loads;
  private long stores;
  private @Nullable CodePage[][] code;
  private boolean user;
  private @Nullable StoreWatch watch;

  /// @param limit the first virtual address that there is not
  /// @param userLimit the first that user mode must not use
  /// @param granuleShift binary logarithm of the alignment of instructions
  public MachineSpace(
      PhysicalMemory memory, Mmu mmu, long limit, long userLimit, int granuleShift) {
    this.memory = memory;
    this.mmu = mmu;
    this.limit = limit;
    this.granuleShift = granuleShift;
    numbers = memory.numbers();
    order = memory.order();
    swap = (order == ByteOrder.BIG_ENDIAN) != HostMemory.BIG_ENDIAN;
    pageShift = memory.pageShift();
    pageBytes = 1 << pageShift;
    pageMask = pageBytes - 1;
    leafShift = pageShift + PageTable.LEAF_SHIFT;
    isNative = memory.isNative();
    tlb = new SoftTlb(limit >>> pageShift, userLimit >>> pageShift, pageShift, isNative);
    loads = tlb.loads(false);
    stores = tlb.stores(false);
    code = tlb.code;
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

  // What the architecture tells.

  /// Whether the CPU is in user mode from now on.
  public void setUserMode(boolean isUser) {
    if (user != isUser) {
      user = isUser;
      chooseTables();
    }
  }

  /// The page at `address` may lead elsewhere from now on.
  public void forget(long address) {
    tlb.forget(address >>> pageShift);
  }

  /// All pages may lead elsewhere, except for those that lead there for ever.
  public void forgetAll() {
    tlb.forgetAll();
  }

  /// Tells `watch` what code does from now on; null ends it.
  public void watch(@Nullable StoreWatch newWatch) {
    watch = newWatch;
    chooseTables();
  }

  private void chooseTables() {
    loads = tlb.loads(user);
    stores = watch != null ? tlb.nothing() : tlb.stores(user);
    code = user ? tlb.userCode : tlb.code;
  }

  // Loads.

  /// What has to be added to an address to load from it; 0 if it is not known.
  private long loadsAt(long address) {
    return isNative ? SoftTlb.shown(loads, address >>> pageShift) : 0;
  }

  /// The same for stores.
  private long storesAt(long address) {
    return isNative ? SoftTlb.shown(stores, address >>> pageShift) : 0;
  }

  @Override
  public int load8(long address) {
    long distance = loadsAt(address);
    if (distance == 0) {
      return (int) loadSlowly(address, 1);
    }
    return HOST.get8(null, distance + address) & 0xff;
  }

  @Override
  public int load16(long address) {
    long distance = loadsAt(address);
    if (distance == 0 || crosses(address, Short.BYTES)) {
      return (int) loadSlowly(address, Short.BYTES);
    }
    short value = HOST.get16(null, distance + address);
    return (swap ? Short.reverseBytes(value) : value) & 0xffff;
  }

  @Override
  public int load32(long address) {
    long distance = loadsAt(address);
    if (distance == 0 || crosses(address, Integer.BYTES)) {
      return (int) loadSlowly(address, Integer.BYTES);
    }
    int value = HOST.get32(null, distance + address);
    return swap ? Integer.reverseBytes(value) : value;
  }

  @Override
  public long load64(long address) {
    long distance = loadsAt(address);
    if (distance == 0 || crosses(address, Long.BYTES)) {
      return loadSlowly(address, Long.BYTES);
    }
    long value = HOST.get64(null, distance + address);
    return swap ? Long.reverseBytes(value) : value;
  }

  private long loadSlowly(long address, int bytes) {
    if (crosses(address, bytes)) {
      byte[] loaded = new byte[bytes];
      read(address, loaded, 0, bytes);
      return numbers.number(loaded);
    }
    long page = address >>> pageShift;
    long target = translate(address, Access.READ);
    long physical = physical(target, address);
    Frame frame = memory.frame(target >>> Mmu.PHYSICAL_SHIFT);
    if (frame == null || !memory.isMemory(physical, bytes)) {
      return loadFromDevice(physical, bytes);
    }
    if (canBeShown(target)) {
      tlb.showReadable(page, frame.place(), isFixed(target));
    }
    return numbers.get(frame.place(), (int) address & pageMask, bytes);
  }

  private long loadFromDevice(long physical, int bytes) {
    if (watch != null) {
      watch.reachedDevice();
    }
    return memory.bus().load(physical, bytes);
  }

  private boolean crosses(long address, int bytes) {
    return ((int) address & pageMask) > pageBytes - bytes;
  }

  private long physical(long target, long address) {
    return (target >>> Mmu.PHYSICAL_SHIFT << pageShift) | (address & pageMask);
  }

  /// Whether all accesses to the page may find it without asking.
  private boolean canBeShown(long target) {
    return memory.isWhole(target >>> Mmu.PHYSICAL_SHIFT) && (target & Mmu.MIXED) == 0;
  }

  private static boolean isFixed(long target) {
    return target != Mmu.MISS && (target & Mmu.FIXED) != 0;
  }

  /// Where an access goes, in the form of [Mmu#translate].
  private long translate(long address, Access access) {
    long target = mmu.translate(address >>> pageShift, user);
    if (target == Mmu.MISS) {
      throw new GuestFault(GuestFault.Kind.UNMAPPED, address, access);
    }
    if (!Protection.allows((int) target, access)
        || ((target & Mmu.MIXED) != 0 && !mmu.allows(address, access, user))) {
      throw new GuestFault(GuestFault.Kind.PROTECTED, address, access);
    }
    return target;
  }

  // Stores.

  @Override
  public void store8(long address, int value) {
    long distance = storesAt(address);
    if (distance == 0) {
      storeSlowly(address, 1, value);
      return;
    }
    HOST.put8(null, distance + address, (byte) value);
  }

  @Override
  public void store16(long address, int value) {
    long distance = storesAt(address);
    if (distance == 0 || crosses(address, Short.BYTES)) {
      storeSlowly(address, Short.BYTES, value);
      return;
    }
    HOST.put16(null, distance + address, swap ? Short.reverseBytes((short) value) : (short) value);
  }

  @Override
  public void store32(long address, int value) {
    long distance = storesAt(address);
    if (distance == 0 || crosses(address, Integer.BYTES)) {
      storeSlowly(address, Integer.BYTES, value);
      return;
    }
    HOST.put32(null, distance + address, swap ? Integer.reverseBytes(value) : value);
  }

  @Override
  public void store64(long address, long value) {
    long distance = storesAt(address);
    if (distance == 0 || crosses(address, Long.BYTES)) {
      storeSlowly(address, Long.BYTES, value);
      return;
    }
    HOST.put64(null, distance + address, swap ? Long.reverseBytes(value) : value);
  }

  private void storeSlowly(long address, int bytes, long value) {
    if (crosses(address, bytes)) {
      // Nothing may have happened when the second page faults.
      var _ = translate(address + bytes - 1, Access.WRITE);
      write(address, numbers.bytes(value, bytes), 0, bytes);
      return;
    }
    long page = address >>> pageShift;
    long target = translate(address, Access.WRITE);
    long physical = physical(target, address);
    Frame frame = memory.frame(target >>> Mmu.PHYSICAL_SHIFT);
    if (frame == null || !memory.isMemory(physical, bytes)) {
      storeToDevice(physical, bytes, value);
      return;
    }
    int offset = (int) address & pageMask;
    if (watch != null) {
      tell(watch, frame, physical, bytes, value);
    }
    if (frame.letStoresThrough()) {
      if (canBeShown(target)) {
        tlb.showWritable(page, frame.place(), isFixed(target));
      }
      numbers.put(frame.place(), offset, bytes, value);
    } else {
      frame.store(offset, offset + bytes, () -> numbers.put(frame.place(), offset, bytes, value));
    }
  }

  private void storeToDevice(long physical, int bytes, long value) {
    if (watch != null) {
      watch.reachedDevice();
    }
    memory.bus().store(physical, bytes, bytes == Long.BYTES ? value : value & low(bytes));
  }

  private static long low(int bytes) {
    return (1L << (bytes * Byte.SIZE)) - 1;
  }

  private void tell(StoreWatch who, Frame frame, long physical, int bytes, long value) {
    long before = numbers.get(frame.place(), (int) physical & pageMask, bytes);
    long after = bytes == Long.BYTES ? value : value & low(bytes);
    if (before != after) {
      who.changed(physical, bytes, before, after);
    }
  }

  // There is one CPU, so nothing comes between the load and the store.

  @Override
  public int compareExchange32(long address, int expected, int replacement) {
    int before = load32(address);
    store32(address, before == expected ? replacement : before);
    return before;
  }

  @Override
  public long compareExchange64(long address, long expected, long replacement) {
    long before = load64(address);
    store64(address, before == expected ? replacement : before);
    return before;
  }

  // For debuggers, and what goes to two pages: byte by byte.

  @Override
  public void read(long address, byte[] destination, int offset, int length) {
    for (int i = 0; i < length; i++) {
      destination[offset + i] = (byte) load8(wrapped(address + i));
    }
  }

  @Override
  public void write(long address, byte[] source, int offset, int length) {
    for (int i = 0; i < length; i++) {
      store8(wrapped(address + i), source[offset + i]);
    }
  }

  private long wrapped(long address) {
    return address < limit ? address : address - limit;
  }

  @Override
  public void peek(long address, byte[] destination, int offset, int length) {
    read(address, destination, offset, length);
  }

  @Override
  public void poke(long address, byte[] source, int offset, int length) {
    write(address, source, offset, length);
  }

  // Code.

  @Override
  public long[][] @Nullable [] readableTable() {
    return PageTable.nothing();
  }

  @Override
  public long[][] @Nullable [] writableTable() {
    return PageTable.nothing();
  }

  @Override
  public long loadDistances() {
    return loads;
  }

  @Override
  public long storeDistances() {
    return stores;
  }

  @Override
  public CodePage codePage(long pc) {
    CodePage page = shownCode(pc);
    return page != null ? page : findCode(pc);
  }

  @Override
  public @Nullable CodePage shownCode(long pc) {
    CodePage page = code[(int) (pc >>> leafShift)][(int) (pc >>> pageShift) & PageTable.LEAF_MASK];
    return page != null && page.isGuarded() ? page : null;
  }

  @Override
  public long codeEpoch() {
    // What supervisor mode has found must not be entered from user mode.
    return (tlb.codeEpoch() << 1) | (user ? USER : 0);
  }

  @Override
  public long codeMask(long pc) {
    return isFixed(mmu.translate(pc >>> pageShift, user)) ? USER : -1;
  }

  @Override
  public long mapEpoch() {
    return tlb.codeEpoch() + memory.droppedRegions();
  }

  private CodePage findCode(long pc) {
    long page = pc >>> pageShift;
    long target = translate(pc, Access.EXECUTE);
    long physicalPage = target >>> Mmu.PHYSICAL_SHIFT;
    Frame frame = memory.frame(physicalPage);
    if (frame == null || !memory.isMemory(physical(target, pc), Integer.BYTES)) {
      throw new GuestFault(GuestFault.Kind.PAST_END_OF_FILE, pc, Access.EXECUTE);
    }
    if (!frame.close(true)) {
      tlb.hideWritable(frame.place(), mmu.fixedPages(physicalPage));
      frame.closed();
    }
    CodePage found = frame.codePage(page << pageShift, order, granuleShift);
    if (found == null) {
      throw new IllegalStateException("the budget does not cover a machine's code");
    }
    found.expectAccessesElsewhere();
    if ((target & Mmu.MIXED) == 0) {
      tlb.showCode(page, found, isFixed(target));
    }
    return found;
  }

  @Override
  public long window() {
    return 0;
  }

  @Override
  public boolean bringIn(long address) {
    return false;
  }
}
