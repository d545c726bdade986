package dev.forklift.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/// Output in which a text is awaited, which is told once.
final class AwaitedText extends FilterOutputStream {
  private final byte[] text;
  private final Runnable seen;

  /// What came last, as much of it as the text is long.
  private final byte[] last;

  private boolean told;

  AwaitedText(OutputStream stream, byte[] text, Runnable seen) {
    super(stream);
    this.text = text;
    this.seen = seen;
    last = new byte[text.length];
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    out.write(bytes, offset, length);
    for (int i = offset; i < offset + length && !told; i++) {
      System.arraycopy(last, 1, last, 0, last.length - 1);
      last[last.length - 1] = bytes[i];
      if (Arrays.equals(last, text)) {
        told = true;
        seen.run();
      }
    }
  }
}
