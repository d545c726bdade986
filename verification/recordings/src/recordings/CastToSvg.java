package recordings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import recordings.Screen.Span;

/// Makes an image that moves of a recording: `CastToSvg IN.cast OUT.svg`.
///
/// It is one SVG without scripts, since that is what pages show that show no players. All screens
/// stand below each other, and a style sheet shifts them past the window; rows that occur more than
/// once are there once.
public final class CastToSvg {
  private static final double CHARACTER = 8.4;
  private static final int LINE = 18;
  private static final int FONT = 14;
  private static final int MARGIN = 12;

  /// Output that comes closer together is one screen.
  private static final double TOGETHER = 0.1;

  /// Nobody wants to wait longer for the next one.
  private static final double LONGEST = 2;

  private static final double LAST = 5;

  private static final String[] COLORS = {
    "#45475a", "#e05561", "#8cc265", "#d18f52", "#4aa5f0", "#c162de", "#42b3c2", "#d7dae0",
    "#6b7089", "#ff616e", "#a5e075", "#f0a45d", "#4dc4ff", "#de73ff", "#4cd1e0", "#ffffff"
  };

  private record Frame(double start, List<List<Span>> rows) {}

  private final Cast cast;
  private final List<Frame> frames = new ArrayList<>();
  private final Map<List<Span>, Integer> known = new LinkedHashMap<>();
  private double length;

  private CastToSvg(Cast cast) {
    this.cast = cast;
  }

  public static void main(String[] args) throws IOException {
    CastToSvg image = new CastToSvg(Cast.read(Path.of(args[0])));
    image.play();
    Files.writeString(Path.of(args[1]), image.svg());
  }

  private void play() {
    Screen screen = new Screen(cast.columns(), cast.rows());
    List<Cast.Output> outputs = cast.outputs();
    double now = 0;
    double before = 0;
    for (int i = 0; i < outputs.size(); i++) {
      Cast.Output output = outputs.get(i);
      now += Math.min(LONGEST, output.seconds() - before);
      before = output.seconds();
      screen.write(output.text());
      boolean more = i + 1 < outputs.size() && outputs.get(i + 1).seconds() - before < TOGETHER;
      boolean late = frames.isEmpty() || now - frames.getLast().start >= 2 * TOGETHER;
      if (!more || late) {
        frames.add(new Frame(now, screen.rows()));
      }
    }
    length = now + LAST;
  }

  private String svg() {
    double width = cast.columns() * CHARACTER + 2 * MARGIN;
    int window = cast.rows() * LINE;
    StringBuilder screens = new StringBuilder();
    StringBuilder steps = new StringBuilder();
    for (int i = 0; i < frames.size(); i++) {
      Frame frame = frames.get(i);
      double percent = i == 0 ? 0 : 100 * frame.start / length;
      steps.append(format("%.3f%%{transform:translateY(-%dpx)}", percent, i * window));
      for (int row = 0; row < frame.rows.size(); row++) {
        List<Span> spans = frame.rows.get(row);
        if (!spans.isEmpty()) {
          int number = known.computeIfAbsent(spans, _ -> known.size());
          screens.append(format("<use href=\"#r%d\" y=\"%d\"/>", number, i * window + row * LINE));
        }
      }
      screens.append('\n');
    }
    steps.append(format("100%%{transform:translateY(-%dpx)}", (frames.size() - 1) * window));
    StringBuilder rows = new StringBuilder();
    known.forEach((spans, number) -> rows.append(row(spans, number)));
    int height = window + 2 * MARGIN;
    return format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:space=\"preserve\" viewBox=\"0 0 %.0f %d\" width=\"%.0f\""
                + " height=\"%d\">\n",
            width, height, width, height)
        + "<style>text{font:"
        + FONT
        + "px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#d7dae0;"
        + "white-space:pre}.b{font-weight:bold}.d{opacity:.6}"
        + format(".s{animation:s %.1fs steps(1,end) infinite}", length)
        + "@keyframes s{"
        + steps
        + "}</style>\n<defs>\n"
        + rows
        + "</defs>\n"
        + format("<rect width=\"100%%\" height=\"100%%\" rx=\"8\" fill=\"#1e2127\"/>\n")
        + format("<svg x=\"%d\" y=\"%d\" height=\"%d\">", MARGIN, MARGIN, window)
        + "<g class=\"s\">\n"
        + screens
        + "</g></svg>\n</svg>\n";
  }

  private static String row(List<Span> spans, int number) {
    StringBuilder row = new StringBuilder(format("<g id=\"r%d\">", number));
    for (Span span : spans) {
      String look = (span.style().bold() ? "b" : "") + (span.style().dim() ? " d" : "");
      row.append(
          format(
              "<text x=\"%.1f\" y=\"%d\" textLength=\"%.1f\"",
              span.column() * CHARACTER, FONT, span.text().length() * CHARACTER));
      if (!look.isEmpty()) {
        row.append(" class=\"").append(look.strip()).append('"');
      }
      if (span.style().color() >= 0) {
        row.append(" style=\"fill:").append(COLORS[span.style().color()]).append('"');
      }
      row.append('>').append(escaped(span.text())).append("</text>");
    }
    return row.append("</g>\n").toString();
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
