package dev.forklift.board.device;

import dev.forklift.engine.memory.Bus;
import dev.forklift.engine.memory.PhysicalMemory;
import java.nio.ByteOrder;

/// Memory for devices that are tested by themselves.
public final class DeviceMemory {
  private static final Bus NO_DEVICES =
      new Bus() {
        @Override
        public long load(long address, int bytes) {
          return 0;
        }

        @Override
        public void store(long address, int bytes, long value) {}
      };

  private DeviceMemory() {}

  /// None at all.
  public static PhysicalMemory none() {
    return new PhysicalMemory(NO_DEVICES, ByteOrder.LITTLE_ENDIAN, 12, 1L << 29, 0);
  }

  /// So much, from there on.
  public static PhysicalMemory of(long start, long length) {
    PhysicalMemory memory =
        new PhysicalMemory(NO_DEVICES, ByteOrder.LITTLE_ENDIAN, 12, 1L << 29, length);
    memory.add(start, length);
    return memory;
  }
}
