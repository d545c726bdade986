package dev.forklift.engine.jit;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.memory.TableAccess;

/// What regions with addresses of 32 bits call for accesses that do not go through a window: those
/// to pages on the heap. [AccessEmitter] writes the calls.
///
/// `geometry` is that of [TableAccess#geometry].
final class TableCalls {
  /// What loads answer that cannot be made straight away. Those that can are zero-extended.
  static final long NOT_MADE = -1;

  private TableCalls() {}

  /// Whether the page is to be brought into the window first.
  private static boolean isTooSlow(Cpu cpu, int address, int geometry) {
    return TableAccess.hasWindows(geometry) && cpu.isTooSlow(address);
  }

  static long load8(Cpu cpu, int address, int geometry) {
    long[] words = TableAccess.find(cpu.readable, address, Byte.BYTES, geometry);
    return words == null || isTooSlow(cpu, address, geometry)
        ? NOT_MADE
        : TableAccess.get8(words, address, geometry);
  }

  static long load16(Cpu cpu, int address, int geometry) {
    long[] words = TableAccess.find(cpu.readable, address, Short.BYTES, geometry);
    return words == null || isTooSlow(cpu, address, geometry)
        ? NOT_MADE
        : TableAccess.get16(words, address, geometry);
  }

  static long load32(Cpu cpu, int address, int geometry) {
    long[] words = TableAccess.find(cpu.readable, address, Integer.BYTES, geometry);
    return words == null || isTooSlow(cpu, address, geometry)
        ? NOT_MADE
        : TableAccess.get32(words, address, geometry) & 0xffff_ffffL;
  }

  /// Answers whether it has been made, as the other ones do.
  static boolean store8(Cpu cpu, int address, int value, int geometry) {
    long[] words = TableAccess.find(cpu.writable, address, Byte.BYTES, geometry);
    if (words == null || isTooSlow(cpu, address, geometry)) {
      return false;
    }
    TableAccess.put8(words, address, value, geometry);
    return true;
  }

  static boolean store16(Cpu cpu, int address, int value, int geometry) {
    long[] words = TableAccess.find(cpu.writable, address, Short.BYTES, geometry);
    if (words == null || isTooSlow(cpu, address, geometry)) {
      return false;
    }
    TableAccess.put16(words, address, value, geometry);
    return true;
  }

  static boolean store32(Cpu cpu, int address, int value, int geometry) {
    long[] words = TableAccess.find(cpu.writable, address, Integer.BYTES, geometry);
    if (words == null || isTooSlow(cpu, address, geometry)) {
      return false;
    }
    TableAccess.put32(words, address, value, geometry);
    return true;
  }
}
