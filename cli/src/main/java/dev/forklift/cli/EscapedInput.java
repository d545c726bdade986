package dev.forklift.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.IntConsumer;

/// What is typed at a terminal, in which Ctrl-A and what follows is for Forklift; Ctrl-A twice is
/// one for the guest.
final class EscapedInput extends InputStream {
  private static final int ESCAPE = 1;

  private final InputStream typed;
  private final IntConsumer command;
  private boolean escaped;

  /// @param command is given the key behind Ctrl-A, a small letter if it is a letter
  EscapedInput(InputStream typed, IntConsumer command) {
    this.typed = typed;
    this.command = command;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (true) {
      int count = typed.read(bytes, offset, length);
      if (count < 0) {
        return count;
      }
      int kept = filter(bytes, offset, count);
      if (kept > 0) {
        return kept;
      }
    }
  }

  /// Takes out what is not for the guest; says how much is left.
  private int filter(byte[] bytes, int offset, int count) {
    int kept = 0;
    for (int i = offset; i < offset + count; i++) {
      byte next = bytes[i];
      if (escaped) {
        escaped = false;
        if (next != ESCAPE) {
          command.accept(Character.toLowerCase(next));
          continue;
        }
      } else if (next == ESCAPE) {
        escaped = true;
        continue;
      }
      bytes[offset + kept++] = next;
    }
    return kept;
  }
}
