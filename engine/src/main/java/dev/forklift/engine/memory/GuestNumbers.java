package dev.forklift.engine.memory;

import static dev.forklift.engine.memory.HostMemory.HOST;

import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// Numbers as a guest of one byte order has them in memory, of 1, 2, 4 or 8 bytes each.
final class GuestNumbers {
  private final boolean bigEndian;
  private final boolean swap;

  GuestNumbers(ByteOrder order) {
    this.bigEndian = order == ByteOrder.BIG_ENDIAN;
    this.swap = bigEndian != HostMemory.BIG_ENDIAN;
  }

  ByteOrder order() {
    return bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
  }

  /// The number in a frame, zero-extended; in one piece if it is aligned.
  long get(long @Nullable [] words, long offset, int bytes) {
    long value =
        switch (bytes) {
          case 1 -> HOST.get8(words, offset);
          case Short.BYTES -> HOST.get16(words, offset);
          case Integer.BYTES -> HOST.get32(words, offset);
          default -> HOST.get64(words, offset);
        };
    return (swap ? Long.reverseBytes(value) >>> unused(bytes) : value) & -1L >>> unused(bytes);
  }

  /// Puts the low bytes of the number into a frame; in one piece if it is aligned.
  void put(long @Nullable [] words, long offset, int bytes, long value) {
    long v = swap ? Long.reverseBytes(value) >>> unused(bytes) : value;
    switch (bytes) {
      case 1 -> HOST.put8(words, offset, (byte) v);
      case Short.BYTES -> HOST.put16(words, offset, (short) v);
      case Integer.BYTES -> HOST.put32(words, offset, (int) v);
      default -> HOST.put64(words, offset, v);
    }
  }

  /// [#get(long[], long, int)] of a place.
  long get(Place place, int offset, int bytes) {
    return get(place.words(), place.at() + offset, bytes);
  }

  /// [#put(long[], long, int, long)] to a place.
  void put(Place place, int offset, int bytes, long value) {
    put(place.words(), place.at() + offset, bytes, value);
  }

  /// Puts `replacement` where `expected` stands, and answers what stood there.
  int exchange32(long @Nullable [] words, long offset, int expected, int replacement) {
    return swap
        ? Integer.reverseBytes(
            HOST.compareAndExchange32(
                words, offset, Integer.reverseBytes(expected), Integer.reverseBytes(replacement)))
        : HOST.compareAndExchange32(words, offset, expected, replacement);
  }

  /// The 64-bit form of [#exchange32].
  long exchange64(long @Nullable [] words, long offset, long expected, long replacement) {
    return swap
        ? Long.reverseBytes(
            HOST.compareAndExchange64(
                words, offset, Long.reverseBytes(expected), Long.reverseBytes(replacement)))
        : HOST.compareAndExchange64(words, offset, expected, replacement);
  }

  /// [#exchange32] at a place.
  int exchange32(Place place, int offset, int expected, int replacement) {
    return exchange32(place.words(), place.at() + offset, expected, replacement);
  }

  /// [#exchange64] at a place.
  long exchange64(Place place, int offset, long expected, long replacement) {
    return exchange64(place.words(), place.at() + offset, expected, replacement);
  }

  /// The number that the bytes make, zero-extended.
  long number(byte[] bytes) {
    long value = 0;
    for (int i = 0; i < bytes.length; i++) {
      int at = bigEndian ? i : bytes.length - 1 - i;
      value = value << Byte.SIZE | (bytes[at] & 0xff);
    }
    return value;
  }

  /// The low `count` bytes of the number.
  byte[] bytes(long value, int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      int place = bigEndian ? count - 1 - i : i;
      bytes[i] = (byte) (value >>> (Byte.SIZE * place));
    }
    return bytes;
  }

  private static int unused(int bytes) {
    return Long.SIZE - Byte.SIZE * bytes;
  }
}
