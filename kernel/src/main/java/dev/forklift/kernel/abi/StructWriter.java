package dev.forklift.kernel.abi;

import java.nio.ByteOrder;
import java.util.Arrays;

/// Lays out a C structure member by member, each aligned as the guest's ABI aligns it.
public final class StructWriter {
  private final DataModel model;
  private byte[] bytes = new byte[64];
  private int size;

  public StructWriter(DataModel model) {
    this.model = model;
  }

  public StructWriter u8(long value) {
    return put(value, 1);
  }

  public StructWriter u16(long value) {
    return put(value, 2);
  }

  public StructWriter u32(long value) {
    return put(value, 4);
  }

  public StructWriter u64(long value) {
    return put(value, 8);
  }

  /// A `long` or a pointer.
  public StructWriter word(long value) {
    return put(value, model.wordBytes());
  }

  public StructWriter bytes(byte[] value) {
    ensure(value.length);
    System.arraycopy(value, 0, bytes, size, value.length);
    size += value.length;
    return this;
  }

  /// Bytes of a string in a field of fixed length, cut or filled with zeros.
  public StructWriter string(String value, int length) {
    return bytes(
        Arrays.copyOf(value.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1), length));
  }

  /// Zero bytes.
  public StructWriter skip(int count) {
    ensure(count);
    size += count;
    return this;
  }

  /// Zero bytes up to a multiple of `alignment`.
  public StructWriter align(int alignment) {
    return skip(-size & (alignment - 1));
  }

  public int size() {
    return size;
  }

  public byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  private StructWriter put(long value, int length) {
    align(Math.min(length, length == model.wordBytes() ? length : model.maxAlignment()));
    ensure(length);
    for (int i = 0; i < length; i++) {
      int at = model.order() == ByteOrder.LITTLE_ENDIAN ? i : length - 1 - i;
      bytes[size + at] = (byte) (value >>> (8 * i));
    }
    size += length;
    return this;
  }

  private void ensure(int more) {
    if (size + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
  }
}
