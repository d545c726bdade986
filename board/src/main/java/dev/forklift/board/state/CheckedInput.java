package dev.forklift.board.state;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// Reads numbers and bytes in large pieces, with a checksum of what was taken so far. Pages are
/// taken out of the buffer without another copy: there are thousands of them in a snapshot, and
/// code that has just started is slow.
final class CheckedInput {
  private final InputStream stream;
  private final CRC32C checksum = new CRC32C();
  private final ByteBuffer buffer;

  /// Up to where the buffer is part of the checksum.
  private int checked;

  /// @param most the most that [#take] is asked for
  CheckedInput(InputStream stream, int most) {
    this.stream = stream;
    buffer = ByteBuffer.allocate(most).limit(0);
  }

  int readInt() throws IOException {
    return buffer.getInt(take(Integer.BYTES));
  }

  long readLong() throws IOException {
    return buffer.getLong(take(Long.BYTES));
  }

  boolean readBoolean() throws IOException {
    return buffer.get(take(1)) != 0;
  }

  /// So many bytes, however many.
  byte[] readBytes(int length) throws IOException {
    byte[] bytes = new byte[length];
    for (int done = 0; done < length; ) {
      int part = Math.min(length - done, buffer.capacity());
      buffer.get(take(part), bytes, done, part);
      done += part;
    }
    return bytes;
  }

  /// Takes so many bytes; answers where they stand in [#array], until the next call.
  ///
  /// @throws EOFException if there are fewer
  int take(int length) throws IOException {
    if (buffer.remaining() < length) {
      fill(length);
    }
    int start = buffer.position();
    buffer.position(start + length);
    return start;
  }

  /// See [#take].
  byte[] array() {
    return buffer.array();
  }

  private void fill(int length) throws IOException {
    check();
    buffer.compact();
    int count = 0;
    while (count >= 0 && buffer.position() < length) {
      count = stream.read(buffer.array(), buffer.position(), buffer.remaining());
      buffer.position(buffer.position() + Math.max(count, 0));
    }
    buffer.flip();
    checked = 0;
    if (buffer.limit() < length) {
      throw new EOFException();
    }
  }

  private void check() {
    checksum.update(buffer.array(), checked, buffer.position() - checked);
    checked = buffer.position();
  }

  /// The checksum of all that was taken.
  long checksum() {
    check();
    return checksum.getValue();
  }

  /// Whether there is nothing more.
  boolean atEnd() throws IOException {
    return !buffer.hasRemaining() && stream.read() < 0;
  }
}
