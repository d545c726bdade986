package dev.forklift.engine.memory;

import static dev.forklift.engine.memory.HostMemory.HOST;

import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// What compiled code with addresses of 32 bits needs for loads and stores of pages on the heap.
///
/// [AddressSpace#readableTable] and [AddressSpace#writableTable] say where their words are, if an
/// access may go straight there. What has been found in them holds until the next safe point.
public final class TableAccess {
  private static final int SHIFT = 31;
  private static final int SWAP = 32;
  private static final int WINDOWS = 64;
  private static final int ALIGNED = 128;
  private static final int DISTANCES = 256;

  private TableAccess() {}

  /// What is the same for all spaces like this one: to be passed as a constant.
  public static int geometry(AddressSpace space) {
    if (space.limit() <= 1L << Integer.SIZE) {
      long pages = (1L << Integer.SIZE) >>> space.pageShift();
      // Compiled code does not look.
      if ((long) space.readableTable().length << PageTable.LEAF_SHIFT < pages
          || (long) space.writableTable().length << PageTable.LEAF_SHIFT < pages) {
        throw new IllegalStateException("a table without an entry for every page");
      }
    }
    boolean swap = (space.byteOrder() == ByteOrder.BIG_ENDIAN) != HostMemory.BIG_ENDIAN;
    boolean windows = space.window() != 0;
    boolean distances = space.loadDistances() != 0;
    return space.pageShift()
        | (swap ? SWAP : 0)
        | (windows ? WINDOWS : 0)
        | (distances ? DISTANCES : 0);
  }

  /// The binary logarithm of the page size.
  public static int pageShift(int geometry) {
    return geometry & SHIFT;
  }

  /// Whether the guest's byte order is not the host's.
  public static boolean swap(int geometry) {
    return (geometry & SWAP) != 0;
  }

  /// Whether there are windows: see [WindowAccess].
  public static boolean hasWindows(int geometry) {
    return (geometry & WINDOWS) != 0;
  }

  /// Whether there are distances: see [DistanceAccess].
  public static boolean hasDistances(int geometry) {
    return (geometry & DISTANCES) != 0;
  }

  /// The geometry for accesses that have to be aligned.
  public static int aligned(int geometry) {
    return geometry | ALIGNED;
  }

  /// The words of the page that an access goes to; null if that is not allowed, or it goes to more
  /// than one, or is not aligned as it has to be.
  ///
  /// @param table the space's table for loads or stores
  public static long @Nullable [] find(
      long[][] @Nullable [] table, int address, int bytes, int geometry) {
    int page = address >>> pageShift(geometry);
    boolean isWrong =
        (geometry & ALIGNED) != 0
            ? (address & (bytes - 1)) != 0
            : offset(address, geometry) > (1 << pageShift(geometry)) - bytes;
    return isWrong ? null : table[page >>> PageTable.LEAF_SHIFT][page & PageTable.LEAF_MASK];
  }

  private static int offset(int address, int geometry) {
    return address & ((1 << pageShift(geometry)) - 1);
  }

  // Accesses to what has been found. Loads extend with zeros.

  /// A byte.
  public static int get8(long[] words, int address, int geometry) {
    return HOST.get8(words, offset(address, geometry)) & 0xff;
  }

  /// Two bytes.
  public static int get16(long[] words, int address, int geometry) {
    short value = HOST.get16(words, offset(address, geometry));
    return (swap(geometry) ? Short.reverseBytes(value) : value) & 0xffff;
  }

  /// Four bytes.
  public static int get32(long[] words, int address, int geometry) {
    int value = HOST.get32(words, offset(address, geometry));
    return swap(geometry) ? Integer.reverseBytes(value) : value;
  }

  public static void put8(long[] words, int address, int value, int geometry) {
    HOST.put8(words, offset(address, geometry), (byte) value);
  }

  public static void put16(long[] words, int address, int value, int geometry) {
    short narrow = (short) value;
    HOST.put16(
        words, offset(address, geometry), swap(geometry) ? Short.reverseBytes(narrow) : narrow);
  }

  public static void put32(long[] words, int address, int value, int geometry) {
    HOST.put32(
        words, offset(address, geometry), swap(geometry) ? Integer.reverseBytes(value) : value);
  }
}
