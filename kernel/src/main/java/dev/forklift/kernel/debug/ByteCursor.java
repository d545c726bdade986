package dev.forklift.kernel.debug;

import dev.forklift.kernel.abi.DataModel;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Reads numbers and strings from bytes that may hold anything.
final class ByteCursor {
  private static final int LEB_BITS = 7;

  private final byte[] bytes;
  private final DataModel model;
  private final int end;
  private int at;

  ByteCursor(byte[] bytes, DataModel model) {
    this(bytes, model, 0, bytes.length);
  }

  private ByteCursor(byte[] bytes, DataModel model, int at, int end) {
    this.bytes = bytes;
    this.model = model;
    this.at = at;
    this.end = end;
  }

  int position() {
    return at;
  }

  boolean isAtEnd() {
    return at >= end;
  }

  ByteCursor seek(long position) throws Malformed {
    if (position < 0 || position > end) {
      throw new Malformed("offset");
    }
    at = (int) position;
    return this;
  }

  ByteCursor skip(long count) throws Malformed {
    if (count < 0 || count > end - at) {
      throw new Malformed("length");
    }
    at += (int) count;
    return this;
  }

  /// The next `count` bytes as a cursor of their own, which are skipped here.
  ByteCursor part(long count) throws Malformed {
    int from = at;
    skip(count);
    return new ByteCursor(bytes, model, from, at);
  }

  int u8() throws Malformed {
    return (int) number(1);
  }

  int u16() throws Malformed {
    return (int) number(2);
  }

  long u32() throws Malformed {
    return number(4);
  }

  long u64() throws Malformed {
    return number(8);
  }

  /// A pointer or an `unsigned long`.
  long word() throws Malformed {
    return number(model.wordBytes());
  }

  long uleb() throws Malformed {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += LEB_BITS) {
      int b = u8();
      value |= (long) (b & 0x7f) << shift;
      if ((b & 0x80) == 0) {
        return value;
      }
    }
    throw new Malformed("number");
  }

  long sleb() throws Malformed {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; ) {
      int b = u8();
      value |= (long) (b & 0x7f) << shift;
      shift += LEB_BITS;
      if ((b & 0x80) == 0) {
        return shift < Long.SIZE && (b & 0x40) != 0 ? value | -1L << shift : value;
      }
    }
    throw new Malformed("number");
  }

  /// A string that ends with a zero byte, one char a byte.
  ///
  /// @param longest how long it may be
  String string(int longest) throws Malformed {
    int from = at;
    while (u8() != 0) {
      if (at - from > longest) {
        throw new Malformed("string");
      }
    }
    return new String(bytes, from, at - 1 - from, StandardCharsets.ISO_8859_1);
  }

  long number(int length) throws Malformed {
    if (length > end - at) {
      throw new Malformed("end");
    }
    long value = 0;
    for (int i = 0; i < length; i++) {
      int index = model.order() == ByteOrder.LITTLE_ENDIAN ? i : length - 1 - i;
      value |= (bytes[at + index] & 0xffL) << (8 * i);
    }
    at += length;
    return value;
  }
}
