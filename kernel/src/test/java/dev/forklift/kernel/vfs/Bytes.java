package dev.forklift.kernel.vfs;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// A guest's buffer: bytes to be written, or room for bytes to be read.
public final class Bytes implements IoBuffer {
  private final byte[] source;
  private int at;
  private final int room;
  private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

  private Bytes(byte[] source, int room) {
    this.source = source;
    this.room = room;
  }

  public static Bytes of(String text) {
    return new Bytes(text.getBytes(StandardCharsets.ISO_8859_1), 0);
  }

  public static Bytes of(byte[] bytes) {
    return new Bytes(bytes.clone(), 0);
  }

  public static Bytes room(int bytes) {
    return new Bytes(new byte[0], bytes);
  }

  public String text() {
    return taken.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public long remaining() {
    return source.length > 0 ? source.length - at : room - taken.size();
  }

  @Override
  public int get(byte[] destination, int offset, int length) {
    int count = (int) Math.min(length, remaining());
    System.arraycopy(source, at, destination, offset, count);
    at += count;
    return count;
  }

  @Override
  public int put(byte[] bytes, int offset, int length) {
    int count = (int) Math.min(length, remaining());
    taken.write(bytes, offset, count);
    return count;
  }
}
