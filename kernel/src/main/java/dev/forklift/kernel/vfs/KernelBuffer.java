package dev.forklift.kernel.vfs;

/// Bytes of the kernel's own, in the place of a guest's buffer.
public final class KernelBuffer implements IoBuffer {
  private final byte[] bytes;
  private final int end;
  private int at;

  private KernelBuffer(byte[] bytes, int start, int end) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /// The bytes from `start` to `end`, to be filled or to be taken.
  public static KernelBuffer of(byte[] bytes, int start, int end) {
    return new KernelBuffer(bytes, start, end);
  }

  @Override
  public long remaining() {
    return (long) end - at;
  }

  @Override
  public int get(byte[] destination, int offset, int length) {
    int count = Math.min(length, end - at);
    System.arraycopy(bytes, at, destination, offset, count);
    at += count;
    return count;
  }

  @Override
  public int put(byte[] source, int offset, int length) {
    int count = Math.min(length, end - at);
    System.arraycopy(source, offset, bytes, at, count);
    at += count;
    return count;
  }
}
