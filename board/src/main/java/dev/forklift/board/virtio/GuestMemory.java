package dev.forklift.board.virtio;

import dev.forklift.engine.memory.PhysicalMemory;

/// The machine's memory as devices of this kind use it: little-endian, at addresses that a guest
/// gave and that may be anything.
final class GuestMemory {
  /// More than any machine has, and little enough to be added to.
  private static final long END = 1L << 48;

  private final PhysicalMemory memory;
  private final byte[] number = new byte[Long.BYTES];

  GuestMemory(PhysicalMemory memory) {
    this.memory = memory;
  }

  /// Whether the whole range is memory.
  boolean holds(long address, long length) {
    return address >= 0 && address < END && length < END && memory.holds(address, length);
  }

  private void require(long address, int length) throws BrokenQueueException {
    if (!holds(address, length)) {
      throw new BrokenQueueException("no memory at 0x%x".formatted(address));
    }
  }

  void read(long address, byte[] into, int offset, int length) throws BrokenQueueException {
    require(address, length);
    memory.read(address, into, offset, length);
  }

  void write(long address, byte[] from, int offset, int length) throws BrokenQueueException {
    require(address, length);
    memory.write(address, from, offset, length);
  }

  int read16(long address) throws BrokenQueueException {
    read(address, number, 0, Short.BYTES);
    return (number[0] & 0xff) | ((number[1] & 0xff) << 8);
  }

  void write16(long address, int value) throws BrokenQueueException {
    number[0] = (byte) value;
    number[1] = (byte) (value >> 8);
    write(address, number, 0, Short.BYTES);
  }
}
