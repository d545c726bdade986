package dev.forklift.kernel.abi;

import java.nio.ByteOrder;
import java.util.Arrays;

/// Takes a C structure apart member by member; the counterpart of [StructWriter].
public final class StructReader {
  private final DataModel model;
  private final byte[] bytes;
  private int at;

  public StructReader(DataModel model, byte[] bytes) {
    this.model = model;
    this.bytes = bytes;
  }

  public int u8() {
    return (int) get(1);
  }

  public int u16() {
    return (int) get(2);
  }

  public int s16() {
    return (short) get(2);
  }

  public long u32() {
    return get(4);
  }

  public int s32() {
    return (int) get(4);
  }

  public long u64() {
    return get(8);
  }

  /// An `unsigned long` or a pointer.
  public long word() {
    return get(model.wordBytes());
  }

  /// A `long`.
  public long signedWord() {
    long value = word();
    return model.is64Bit() ? value : (int) value;
  }

  public byte[] bytes(int count) {
    at += count;
    return Arrays.copyOfRange(bytes, at - count, at);
  }

  public StructReader skip(int count) {
    at += count;
    return this;
  }

  public StructReader align(int alignment) {
    return skip(-at & (alignment - 1));
  }

  public int position() {
    return at;
  }

  private long get(int length) {
    align(Math.min(length, length == model.wordBytes() ? length : model.maxAlignment()));
    long value = 0;
    for (int i = 0; i < length; i++) {
      int index = model.order() == ByteOrder.LITTLE_ENDIAN ? i : length - 1 - i;
      value |= (bytes[at + index] & 0xffL) << (8 * i);
    }
    at += length;
    return value;
  }
}
