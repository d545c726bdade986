package dev.forklift.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/// Prints lines, one char a byte, on a thread of its own: whoever hands one over never waits.
final class LinePrinter implements Consumer<String>, AutoCloseable {
  private static final String END = "\n";

  private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final PrintStream out;
  private final String lineEnd;
  private final Thread thread;

  /// Prints on standard error, which stays open.
  ///
  /// @param raw whether that is a terminal in raw mode, where a line's end is two characters
  static LinePrinter onStandardError(boolean raw) {
    return new LinePrinter(System.err, raw ? "\r\n" : "\n");
  }

  private LinePrinter(PrintStream out, String lineEnd) {
    this.out = out;
    this.lineEnd = lineEnd;
    this.thread = Thread.ofPlatform().daemon().name("forklift-trace").start(this::run);
  }

  @Override
  public void accept(String line) {
    lines.add(line);
  }

  private void run() {
    try {
      for (String line = lines.take(); !line.equals(END); line = lines.take()) {
        byte[] bytes = (line + lineEnd).getBytes(StandardCharsets.ISO_8859_1);
        out.write(bytes, 0, bytes.length);
        if (lines.isEmpty()) {
          out.flush();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Prints what has been handed over and ends.
  @Override
  public void close() {
    lines.add(END);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
