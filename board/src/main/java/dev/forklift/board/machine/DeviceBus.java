package dev.forklift.board.machine;

import dev.forklift.board.device.Device;
import dev.forklift.engine.memory.Bus;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Which device answers at which physical addresses. Where there is none, zero is read and stores
/// go nowhere.
final class DeviceBus implements Bus {
  private record Range(long start, long end, Device device, int base) {}

  private final NavigableMap<Long, Range> ranges = new TreeMap<>();

  /// Puts a device there.
  ///
  /// @param base what offset the device has for the start
  /// @return false if another one is there already
  boolean add(long start, long length, Device device, int base) {
    Map.Entry<Long, Range> below = ranges.floorEntry(start + length - 1);
    if (below != null && below.getValue().end > start) {
      return false;
    }
    ranges.put(start, new Range(start, start + length, device, base));
    return true;
  }

  private @Nullable Range at(long address) {
    Map.Entry<Long, Range> below = ranges.floorEntry(address);
    return below != null && address < below.getValue().end ? below.getValue() : null;
  }

  @Override
  public long load(long address, int bytes) {
    if (bytes == Long.BYTES) {
      return load(address, Integer.BYTES) | (load(address + Integer.BYTES, Integer.BYTES) << 32);
    }
    Range range = at(address);
    return range == null
        ? 0
        : Integer.toUnsignedLong(
            range.device.load(range.base + (int) (address - range.start), bytes));
  }

  @Override
  public void store(long address, int bytes, long value) {
    if (bytes == Long.BYTES) {
      store(address, Integer.BYTES, value);
      store(address + Integer.BYTES, Integer.BYTES, value >>> 32);
      return;
    }
    Range range = at(address);
    if (range != null) {
      range.device.store(range.base + (int) (address - range.start), bytes, (int) value);
    }
  }
}
