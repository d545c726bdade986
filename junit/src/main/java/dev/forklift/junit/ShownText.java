package dev.forklift.junit;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// What a board's console has shown. Only the thread that runs the board uses it.
final class ShownText extends OutputStream {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private Runnable changed = () -> {};
  private int seen;

  @Override
  public void write(int value) {
    bytes.write(value);
    changed.run();
  }

  @Override
  public void write(byte[] more, int offset, int length) {
    bytes.write(more, offset, length);
    changed.run();
  }

  /// Calls `whenChanged` after each write.
  void listen(Runnable whenChanged) {
    changed = whenChanged;
  }

  String all() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  boolean hasNew(String text) {
    return all().indexOf(text, seen) >= 0;
  }

  /// What came before a text that is there and was not seen yet. That and the text are seen then.
  String take(String text) {
    String all = all();
    int at = all.indexOf(text, seen);
    String before = all.substring(seen, at);
    seen = at + text.length();
    return before;
  }

  /// What was not seen yet.
  String rest() {
    return all().substring(seen);
  }
}
