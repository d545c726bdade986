package dev.forklift.engine.memory;

import static dev.forklift.engine.memory.HostMemory.HOST;

import java.nio.ByteOrder;

/// What compiled code with addresses of 32 bits needs for loads and stores without calling the
/// [AddressSpace].
///
/// The words of a page that it finds in [AddressSpace#readableTable] or
/// [AddressSpace#writableTable] may be kept, and used for accesses to the same page, until the next
/// safe point, the next fence, or the next change of [AddressSpace#mapEpoch].
public final class TableAccess {
  /// Stands for the page of nothing: no access is within it.
  public static final long NO_PAGE = Long.MIN_VALUE;

  /// For nothing else than to stand beside [#NO_PAGE] where null must not.
  public static final long[] NO_WORDS = {};

  private static final int SWAP = 32;
  private static final int SHIFT = 31;

  /// The binary logarithm of the number of pages in a leaf of a table.
  public static final int LEAF_SHIFT = PageTable.LEAF_SHIFT;

  private TableAccess() {}

  /// What is the same for all spaces like this one: to be passed as a constant.
  public static int geometry(AddressSpace space) {
    if (space.limit() <= 1L << Integer.SIZE) {
      long pages = (1L << Integer.SIZE) >>> space.pageShift();
      // Compiled code does not look.
      if ((long) space.readableTable().length << LEAF_SHIFT < pages
          || (long) space.writableTable().length << LEAF_SHIFT < pages) {
        throw new IllegalStateException("a table without an entry for every page");
      }
    }
    boolean swap = (space.byteOrder() == ByteOrder.BIG_ENDIAN) != HostMemory.BIG_ENDIAN;
    return space.pageShift() | (swap ? SWAP : 0);
  }

  /// The binary logarithm of the page size.
  public static int pageShift(int geometry) {
    return geometry & SHIFT;
  }

  /// Whether the guest's byte order is not the host's: then accesses are those called `swapped`.
  public static boolean swap(int geometry) {
    return (geometry & SWAP) != 0;
  }

  /// Whether this JVM lets compiled code use [jdk.internal.misc.Unsafe] for accesses in the host's
  /// byte order, which saves the calls of what is here. They are for everybody else.
  public static boolean isUnsafeOpen() {
    return HOST instanceof HostMemory.ThroughUnsafe;
  }

  /// Where words begin for that.
  public static long unsafeOffset() {
    return HostMemory.ThroughUnsafe.BASE;
  }

  /// Where the entries of tables begin for it.
  public static long unsafeReferenceOffset() {
    return HostMemory.ThroughUnsafe.REFERENCES;
  }

  /// How long an entry is.
  public static int unsafeReferenceBytes() {
    return HostMemory.ThroughUnsafe.REFERENCE_BYTES;
  }

  // Accesses, `offset` bytes behind the beginning of a page, which they do not leave. They are
  // short and do not call each other: HotSpot stops inlining when a method has got long.

  /// A byte, zero-extended.
  public static int get8(long[] words, long offset) {
    return HOST.get8(words, offset) & 0xff;
  }

  /// Two bytes, zero-extended.
  public static int get16(long[] words, long offset) {
    return HOST.get16(words, offset) & 0xffff;
  }

  public static int get32(long[] words, long offset) {
    return HOST.get32(words, offset);
  }

  public static long get64(long[] words, long offset) {
    return HOST.get64(words, offset);
  }

  public static void put8(long[] words, long offset, int value) {
    HOST.put8(words, offset, (byte) value);
  }

  public static void put16(long[] words, long offset, int value) {
    HOST.put16(words, offset, (short) value);
  }

  public static void put32(long[] words, long offset, int value) {
    HOST.put32(words, offset, value);
  }

  public static void put64(long[] words, long offset, long value) {
    HOST.put64(words, offset, value);
  }

  /// Two bytes in the other order, zero-extended.
  public static int swappedGet16(long[] words, long offset) {
    return Short.reverseBytes(HOST.get16(words, offset)) & 0xffff;
  }

  public static int swappedGet32(long[] words, long offset) {
    return Integer.reverseBytes(HOST.get32(words, offset));
  }

  public static long swappedGet64(long[] words, long offset) {
    return Long.reverseBytes(HOST.get64(words, offset));
  }

  public static void swappedPut16(long[] words, long offset, int value) {
    HOST.put16(words, offset, Short.reverseBytes((short) value));
  }

  public static void swappedPut32(long[] words, long offset, int value) {
    HOST.put32(words, offset, Integer.reverseBytes(value));
  }

  public static void swappedPut64(long[] words, long offset, long value) {
    HOST.put64(words, offset, Long.reverseBytes(value));
  }
}
