package dev.forklift.engine.memory;

import static dev.forklift.engine.memory.HostMemory.HOST;

import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// Loads and stores of compiled code with addresses of 32 bits: what [AddressSpace] does where the
/// page is in its table, in steps, and with all that never changes in a space given as a constant,
/// so that HotSpot folds it.
///
/// What [#words] gives may be kept, and used for accesses to the same page ([#distance]), until the
/// next safe point, the next fence, or the next change of [AddressSpace#mapEpoch].
public final class TableAccess {
  /// Stands for the page of nothing: no access is within it.
  public static final long NO_PAGE = Long.MIN_VALUE;

  private static final long[] NO_WORDS = {};
  private static final int SWAP = 32;
  private static final int SHIFT = 31;
  private static final long LOW_HALF = 0xffff_ffffL;

  private TableAccess() {}

  /// What is the same for all spaces like this one: to be passed as a constant.
  public static int geometry(AddressSpace space) {
    boolean swap = (space.byteOrder() == ByteOrder.BIG_ENDIAN) != HostMemory.BIG_ENDIAN;
    return space.pageShift() | (swap ? SWAP : 0);
  }

  /// The page that an access of so many bytes goes straight to; null if there is none, or if it
  /// goes to two.
  ///
  /// @param table [AddressSpace#readableTable] or [AddressSpace#writableTable]
  public static long @Nullable [] words(
      long[][] @Nullable [] table, int address, int geometry, int bytes) {
    int shift = geometry & SHIFT;
    return offset(address, geometry) > (1 << shift) - bytes
        ? null
        : table[address >>> (shift + PageTable.LEAF_SHIFT)][
            (address >>> shift) & PageTable.LEAF_MASK];
  }

  /// Not null, and for nothing else than to stand beside [#NO_PAGE].
  public static long[] noWords() {
    return NO_WORDS;
  }

  /// The address of the page that an address is in.
  public static long page(int address, int geometry) {
    return address & LOW_HALF & -(1L << (geometry & SHIFT));
  }

  /// How far behind the beginning of its page an address is.
  public static long offset(int address, int geometry) {
    return address & ((1 << (geometry & SHIFT)) - 1);
  }

  /// How far `base + displacement` is behind `page`, in units of `1 << shift` bytes. Where that is
  /// not a whole number of them, or where it is in front of the page, it is larger (unsigned) than
  /// any page is long; so that one comparison, [#isWithin], tells whether an access is aligned and
  /// in the page.
  public static long distance(int base, long page, int displacement, int shift) {
    return Long.rotateRight((base & LOW_HALF) - page + displacement, shift);
  }

  /// @param limit for an aligned access how many there are in a page, otherwise how many bytes may
  ///   come before one
  public static boolean isWithin(long distance, long limit) {
    return Long.compareUnsigned(distance, limit) < 0;
  }

  /// A limit for [#isWithin].
  public static long limit(int geometry, int bytes, boolean aligned) {
    int pageBytes = 1 << (geometry & SHIFT);
    return aligned ? pageBytes / bytes : pageBytes - bytes + 1;
  }

  private static boolean swap(int geometry) {
    return (geometry & SWAP) != 0;
  }

  /// A byte, zero-extended.
  public static int get8(long[] words, long offset, int geometry) {
    return HOST.get8(words, offset) & 0xff;
  }

  /// Two bytes, zero-extended.
  public static int get16(long[] words, long offset, int geometry) {
    short value = HOST.get16(words, offset);
    return (swap(geometry) ? Short.reverseBytes(value) : value) & 0xffff;
  }

  public static int get32(long[] words, long offset, int geometry) {
    int value = HOST.get32(words, offset);
    return swap(geometry) ? Integer.reverseBytes(value) : value;
  }

  public static long get64(long[] words, long offset, int geometry) {
    long value = HOST.get64(words, offset);
    return swap(geometry) ? Long.reverseBytes(value) : value;
  }

  public static void put8(long[] words, long offset, int value, int geometry) {
    HOST.put8(words, offset, (byte) value);
  }

  public static void put16(long[] words, long offset, int value, int geometry) {
    short half = (short) value;
    HOST.put16(words, offset, swap(geometry) ? Short.reverseBytes(half) : half);
  }

  public static void put32(long[] words, long offset, int value, int geometry) {
    HOST.put32(words, offset, swap(geometry) ? Integer.reverseBytes(value) : value);
  }

  public static void put64(long[] words, long offset, long value, int geometry) {
    HOST.put64(words, offset, swap(geometry) ? Long.reverseBytes(value) : value);
  }
}
