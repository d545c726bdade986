package recordings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A recording of a terminal (asciicast v2), as far as its output goes.
record Cast(int columns, int rows, List<Output> outputs) {
  /// What was shown when.
  record Output(double seconds, String text) {}

  private static final Pattern COLUMNS = Pattern.compile("\"width\": *(\\d+)");
  private static final Pattern ROWS = Pattern.compile("\"height\": *(\\d+)");
  private static final Pattern OUTPUT =
      Pattern.compile("\\[ *([0-9.]+), *\"o\", *\"((?:[^\"\\\\]|\\\\.)*)\" *]");

  static Cast read(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    List<Output> outputs = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      Matcher output = OUTPUT.matcher(line);
      if (output.matches()) {
        outputs.add(new Output(Double.parseDouble(output.group(1)), unquote(output.group(2))));
      }
    }
    return new Cast(number(COLUMNS, lines.getFirst()), number(ROWS, lines.getFirst()), outputs);
  }

  private static int number(Pattern pattern, String header) throws IOException {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw new IOException("this is no asciicast: " + header);
    }
    return Integer.parseInt(matcher.group(1));
  }

  private static String unquote(String json) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (c != '\\') {
        text.append(c);
        continue;
      }
      c = json.charAt(++i);
      switch (c) {
        case 'n' -> text.append('\n');
        case 'r' -> text.append('\r');
        case 't' -> text.append('\t');
        case 'b' -> text.append('\b');
        case 'f' -> text.append('\f');
        case 'u' -> {
          text.append((char) Integer.parseInt(json.substring(i + 1, i + 5), 16));
          i += 4;
        }
        default -> text.append(c);
      }
    }
    return text.toString();
  }
}
