package dev.forklift.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/// Where the `forklift` command begins and ends. Nothing here names a class of picocli, so that
/// runs of the usual form load none.
public final class Main {
  /// The status of a run that never reached the guest, as `docker run` has it.
  static final int NOT_RUN = 125;

  private Main() {}

  /// Runs the command line and ends the JVM with its status.
  public static void main(String[] args) {
    int status = run(CommandLineBytes.arguments(args));
    // System.exit looks for a logger to tell it to, which takes longer than all else at the end.
    if (status != 0 || isHeldOpen()) {
      System.exit(status);
    }
  }

  /// Runs a command line to its status.
  static int run(String[] words) {
    try {
      UsualCommand usual = UsualLine.read(words);
      return usual == null ? ForkliftCommand.commandLine().execute(words) : usual.call();
    } catch (Throwable e) {
      return failed(e);
    }
  }

  /// Says whether some other thread would keep the JVM alive. Ours do not; those of custom
  /// instructions may.
  private static boolean isHeldOpen() {
    Thread self = Thread.currentThread();
    Thread[] threads = new Thread[Thread.activeCount() + 16];
    int count = Thread.enumerate(threads);
    for (int i = 0; i < count; i++) {
      if (threads[i] != self && !threads[i].isDaemon()) {
        return true;
      }
    }
    return count == threads.length;
  }

  /// Standard error, one char a byte, as names of the host are kept.
  static PrintWriter standardError() {
    return new PrintWriter(System.err, true, StandardCharsets.ISO_8859_1);
  }

  /// A message without what would break its line: names may hold anything.
  static String oneLine(String text) {
    StringBuilder line = new StringBuilder();
    text.chars()
        .forEach(c -> {
          if (c < ' ' || c == 0x7f) {
            line.append("\\x%02x".formatted(c));
          } else {
            line.append((char) c);
          }
        });
    return line.toString();
  }

  /// A failure of Forklift's own, or of the host's: one line, and the rest for those who ask.
  static int failed(Throwable e) {
    System.err.println("forklift: failed: " + e);
    if (System.getenv("FORKLIFT_DEBUG") != null) {
      e.printStackTrace();
    } else {
      System.err.println("forklift: FORKLIFT_DEBUG=1 shows where; please report it");
    }
    return NOT_RUN;
  }
}
