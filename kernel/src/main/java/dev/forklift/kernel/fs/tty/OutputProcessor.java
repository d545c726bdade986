package dev.forklift.kernel.fs.tty;

import java.util.Arrays;

/// Turns what programs write into what a terminal displays, and knows in which column it then is.
final class OutputProcessor {
  private static final int TAB = 8;

  /// The most bytes that one byte becomes.
  static final int MAX_EXPANSION = 8;

  private byte[] made = new byte[256];
  private int length;
  private int column;

  int column() {
    return column;
  }

  /// Processes bytes; [#flush] passes them on.
  void process(Termios modes, byte[] bytes, int count) {
    for (int i = 0; i < count; i++) {
      process(modes, bytes[i] & 0xff);
    }
  }

  /// Processes one byte as the modes ask for.
  void process(Termios modes, int c) {
    if (!modes.output(Termios.OPOST)) {
      emit(c);
      return;
    }
    switch (c) {
      case '\n' -> {
        if (modes.output(Termios.ONLRET)) {
          column = 0;
        }
        if (modes.output(Termios.ONLCR)) {
          emit('\r');
          column = 0;
        }
        emit('\n');
      }
      case '\r' -> {
        if (modes.output(Termios.ONOCR) && column == 0) {
          return;
        }
        if (modes.output(Termios.OCRNL)) {
          if (modes.output(Termios.ONLRET)) {
            column = 0;
          }
          emit('\n');
          return;
        }
        column = 0;
        emit('\r');
      }
      case '\t' -> {
        int spaces = TAB - (column & (TAB - 1));
        column += spaces;
        if (modes.output(Termios.XTABS)) {
          for (int i = 0; i < spaces; i++) {
            emit(' ');
          }
        } else {
          emit('\t');
        }
      }
      case '\b' -> {
        column = Math.max(0, column - 1);
        emit('\b');
      }
      default -> {
        boolean lower = c >= 'a' && c <= 'z';
        emit(modes.output(Termios.OLCUC) && lower ? c - 'a' + 'A' : c);
        boolean continuation = modes.input(Termios.IUTF8) && (c & 0xc0) == 0x80;
        if (!isControl(c) && !continuation) {
          column++;
        }
      }
    }
  }

  /// A byte that is not processed.
  void emit(int c) {
    if (length == made.length) {
      made = Arrays.copyOf(made, 2 * made.length);
    }
    made[length++] = (byte) c;
  }

  /// The cursor has been moved back without being told by a backspace.
  void moveBack(int columns) {
    column = Math.max(0, column - columns);
  }

  /// Passes on what has been made.
  void flush(TerminalOutput output) {
    if (length > 0) {
      output.put(made, 0, length);
      length = 0;
    }
  }

  static boolean isControl(int c) {
    return c < ' ' || c == 0x7f;
  }
}
