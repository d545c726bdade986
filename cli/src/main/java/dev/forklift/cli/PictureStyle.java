package dev.forklift.cli;

import dev.forklift.kernel.fs.tty.WindowSize;

/// What a picture may be drawn with.
///
/// @param colour whether colours are wanted
/// @param unicode whether the terminal has more than ASCII
/// @param width columns
record PictureStyle(boolean colour, boolean unicode, int width) {
  private static final int NARROWEST = 40;
  private static final int WIDEST = 100;

  /// A colour or weight of text, by its number in an escape sequence.
  enum Paint {
    BOLD(1),
    DIM(2),
    RED(31),
    GREEN(32),
    YELLOW(33),
    BLUE(34),
    MAGENTA(35),
    CYAN(36);

    private final int code;

    Paint(int code) {
      this.code = code;
    }
  }

  PictureStyle {
    width = Math.clamp(width, NARROWEST, WIDEST);
  }

  /// What suits a descriptor of ours: colours only on a terminal, and not if NO_COLOR forbids them
  /// (no-color.org).
  static PictureStyle of(int descriptor) {
    boolean terminal = HostTerminal.isTerminal(descriptor);
    String noColour = System.getenv("NO_COLOR");
    boolean colour =
        terminal
            && (noColour == null || noColour.isEmpty())
            && !"dumb".equals(System.getenv("TERM"));
    boolean unicode = "UTF-8".equalsIgnoreCase(System.getProperty("native.encoding"));
    WindowSize size = terminal ? HostTerminal.screenSize() : CastRecording.USUAL_SIZE;
    return new PictureStyle(colour, unicode, size.columns());
  }

  String paint(Paint paint, String text) {
    return colour && !text.isEmpty() ? "\u001b[" + paint.code + "m" + text + "\u001b[0m" : text;
  }

  String bullet() {
    return unicode ? "\u25cf" : "*";
  }

  String held() {
    return paint(Paint.GREEN, unicode ? "\u2713" : "ok");
  }

  String broken() {
    return paint(Paint.RED, unicode ? "\u2717" : "NO");
  }

  String arrow() {
    return unicode ? "\u2192" : "->";
  }

  /// In front of a child.
  String branch(boolean last) {
    if (unicode) {
      return last ? "\u2514\u2500 " : "\u251c\u2500 ";
    }
    return last ? "`- " : "|- ";
  }

  /// In front of what is below a child.
  String trunk(boolean last) {
    if (last) {
      return "   ";
    }
    return unicode ? "\u2502  " : "|  ";
  }
}
