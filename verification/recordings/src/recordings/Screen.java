package recordings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What a terminal shows: enough of one for boots, shells and the demo.
final class Screen {
  /// How characters look.
  ///
  /// @param color 0 to 15, or -1 for the usual one
  record Style(int color, boolean bold, boolean dim) {
    static final Style PLAIN = new Style(-1, false, false);
  }

  /// Characters of one row that look alike.
  record Span(int column, String text, Style style) {}

  private static final int TAB = 8;

  private final int columns;
  private final char[][] characters;
  private final Style[][] styles;
  private int row;
  private int column;
  private Style style = Style.PLAIN;
  private final StringBuilder escape = new StringBuilder();

  Screen(int columns, int rows) {
    this.columns = columns;
    characters = new char[rows][columns];
    styles = new Style[rows][columns];
    for (int i = 0; i < rows; i++) {
      clear(i, 0);
    }
  }

  private void clear(int which, int from) {
    Arrays.fill(characters[which], from, columns, ' ');
    Arrays.fill(styles[which], from, columns, Style.PLAIN);
  }

  void write(String text) {
    for (int i = 0; i < text.length(); i++) {
      write(text.charAt(i));
    }
  }

  private void write(char c) {
    if (!escape.isEmpty()) {
      escape.append(c);
      boolean begins = escape.length() == 2 && c == '[';
      if (!begins && c >= '@' && c <= '~') {
        obey(escape.substring(1));
        escape.setLength(0);
      }
      return;
    }
    switch (c) {
      case '\u001b' -> escape.append(c);
      case '\n' -> down();
      case '\r' -> column = 0;
      case '\b' -> column = Math.max(0, column - 1);
      case '\t' -> column = Math.min(columns - 1, (column / TAB + 1) * TAB);
      default -> {
        if (c >= ' ') {
          put(c);
        }
      }
    }
  }

  private void put(char c) {
    if (column == columns) {
      column = 0;
      down();
    }
    characters[row][column] = c;
    styles[row][column++] = style;
  }

  private void down() {
    if (row < characters.length - 1) {
      row++;
      return;
    }
    System.arraycopy(characters, 1, characters, 0, row);
    System.arraycopy(styles, 1, styles, 0, row);
    characters[row] = new char[columns];
    styles[row] = new Style[columns];
    clear(row, 0);
  }

  private void obey(String command) {
    if (!command.startsWith("[")) {
      return;
    }
    int[] numbers = numbers(command.substring(1, command.length() - 1));
    int count = Math.max(1, numbers[0]);
    switch (command.charAt(command.length() - 1)) {
      case 'm' -> {
        for (int number : numbers) {
          restyle(number);
        }
      }
      case 'A' -> row = Math.max(0, row - count);
      case 'B' -> row = Math.min(characters.length - 1, row + count);
      case 'C' -> column = Math.min(columns - 1, column + count);
      case 'D' -> column = Math.max(0, column - count);
      case 'G' -> column = Math.clamp(count - 1, 0, columns - 1);
      case 'H' -> {
        row = Math.clamp(count - 1, 0, characters.length - 1);
        column = Math.clamp((numbers.length > 1 ? numbers[1] : 1) - 1, 0, columns - 1);
      }
      case 'J' -> {
        clear(row, column);
        for (int i = row + 1; i < characters.length; i++) {
          clear(i, 0);
        }
      }
      case 'K' -> clear(row, Math.min(column, columns - 1));
      default -> {
        // Nothing that can be seen here.
      }
    }
  }

  private static int[] numbers(String text) {
    return Arrays.stream(text.split(";"))
        .mapToInt(word -> word.matches("\\d{1,4}") ? Integer.parseInt(word) : 0)
        .toArray();
  }

  private void restyle(int number) {
    style =
        switch (number) {
          case 0 -> Style.PLAIN;
          case 1 -> new Style(style.color, true, style.dim);
          case 2 -> new Style(style.color, style.bold, true);
          case 22 -> new Style(style.color, false, false);
          case 39 -> new Style(-1, style.bold, style.dim);
          default -> {
            boolean usual = number >= 30 && number <= 37;
            boolean bright = number >= 90 && number <= 97;
            int color = usual ? number - 30 : bright ? number - 82 : style.color;
            yield new Style(color, style.bold, style.dim);
          }
        };
  }

  /// The rows, without what is empty at their ends.
  List<List<Span>> rows() {
    List<List<Span>> all = new ArrayList<>();
    for (int i = 0; i < characters.length; i++) {
      all.add(spans(i));
    }
    return all;
  }

  private List<Span> spans(int which) {
    List<Span> spans = new ArrayList<>();
    for (int start = 0, end; start < columns; start = end) {
      Style here = styles[which][start];
      for (end = start + 1; end < columns && styles[which][end].equals(here); end++) {}
      String text = new String(characters[which], start, end - start).stripTrailing();
      int blank = text.length() - text.stripLeading().length();
      if (blank < text.length()) {
        spans.add(new Span(start + blank, text.substring(blank), here));
      }
    }
    return spans;
  }
}
