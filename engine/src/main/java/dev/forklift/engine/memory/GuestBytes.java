package dev.forklift.engine.memory;

import java.nio.ByteOrder;

/// Numbers as the bytes that a guest has in memory.
final class GuestBytes {
  private GuestBytes() {}

  /// The number that the bytes make, zero-extended.
  static long get(byte[] bytes, ByteOrder order) {
    long value = 0;
    for (int i = 0; i < bytes.length; i++) {
      int at = order == ByteOrder.BIG_ENDIAN ? i : bytes.length - 1 - i;
      value = value << Byte.SIZE | (bytes[at] & 0xff);
    }
    return value;
  }

  /// The low `count` bytes of the number.
  static byte[] of(long value, int count, ByteOrder order) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      int shift = Byte.SIZE * (order == ByteOrder.BIG_ENDIAN ? count - 1 - i : i);
      bytes[i] = (byte) (value >>> shift);
    }
    return bytes;
  }
}
