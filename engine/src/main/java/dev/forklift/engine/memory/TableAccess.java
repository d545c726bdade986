package dev.forklift.engine.memory;

import static dev.forklift.engine.memory.HostMemory.HOST;

import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// Loads and stores of compiled code with addresses of 32 bits: what [AddressSpace] does where the
/// page is in its table, in two steps, and with all that never changes in a space given as a
/// constant, so that HotSpot folds it.
///
/// What [#words] gives must not be kept beyond the access.
public final class TableAccess {
  private static final int SWAP = 32;
  private static final int SHIFT = 31;

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

  private static int offset(int address, int geometry) {
    return address & ((1 << (geometry & SHIFT)) - 1);
  }

  private static boolean swap(int geometry) {
    return (geometry & SWAP) != 0;
  }

  /// A byte, zero-extended.
  public static int get8(long[] words, int address, int geometry) {
    return HOST.get8(words, offset(address, geometry)) & 0xff;
  }

  /// Two bytes, zero-extended.
  public static int get16(long[] words, int address, int geometry) {
    short value = HOST.get16(words, offset(address, geometry));
    return (swap(geometry) ? Short.reverseBytes(value) : value) & 0xffff;
  }

  public static int get32(long[] words, int address, int geometry) {
    int value = HOST.get32(words, offset(address, geometry));
    return swap(geometry) ? Integer.reverseBytes(value) : value;
  }

  public static long get64(long[] words, int address, int geometry) {
    long value = HOST.get64(words, offset(address, geometry));
    return swap(geometry) ? Long.reverseBytes(value) : value;
  }

  public static void put8(long[] words, int address, int value, int geometry) {
    HOST.put8(words, offset(address, geometry), (byte) value);
  }

  public static void put16(long[] words, int address, int value, int geometry) {
    short half = (short) value;
    HOST.put16(words, offset(address, geometry), swap(geometry) ? Short.reverseBytes(half) : half);
  }

  public static void put32(long[] words, int address, int value, int geometry) {
    HOST.put32(
        words, offset(address, geometry), swap(geometry) ? Integer.reverseBytes(value) : value);
  }

  public static void put64(long[] words, int address, long value, int geometry) {
    HOST.put64(words, offset(address, geometry), swap(geometry) ? Long.reverseBytes(value) : value);
  }
}
