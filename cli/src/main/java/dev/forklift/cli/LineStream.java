package dev.forklift.cli;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// Hands on what is written to it line by line.
final class LineStream extends OutputStream {
  /// Takes lines.
  @FunctionalInterface
  interface Reader {
    /// A line has ended.
    ///
    /// @param position how many bytes had been written then
    void line(String line, long position);
  }

  private final Reader reader;
  private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
  private long position;

  LineStream(Reader reader) {
    this.reader = reader;
  }

  @Override
  public synchronized void write(int b) {
    position++;
    if (b == '\n') {
      reader.line(partial.toString(StandardCharsets.UTF_8), position);
      partial.reset();
    } else {
      partial.write(b);
    }
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) {
    for (int i = 0; i < length; i++) {
      write(bytes[offset + i]);
    }
  }
}
