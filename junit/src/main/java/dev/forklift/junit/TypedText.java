package dev.forklift.junit;

import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// What a test types at a board's console. Reading waits for more.
final class TypedText extends InputStream {
  private final BlockingQueue<Byte> typed = new LinkedBlockingQueue<>();

  void type(String text) {
    for (byte next : text.getBytes(StandardCharsets.UTF_8)) {
      typed.add(next);
    }
  }

  @Override
  public int read() throws InterruptedIOException {
    try {
      return typed.take() & 0xff;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  /// A byte at a time, so that none waits for the next.
  @Override
  public int read(byte[] bytes, int offset, int length) throws InterruptedIOException {
    if (length == 0) {
      return 0;
    }
    bytes[offset] = (byte) read();
    return 1;
  }
}
