package bench;

import java.util.Collections;
import java.util.List;
import java.util.Locale;

/// Ratios as a picture (SVG): a bar a row from 1, to the right where Forklift is faster, with its
/// spread as a thin line, on a logarithmic scale.
final class Plot {
  private static final int LEFT = 230;
  private static final int WIDTH = 640;
  private static final int STEP = 22;
  private static final int TOP = 40;

  private final double least;
  private final double most;
  private final StringBuilder svg = new StringBuilder();

  private Plot(List<Comparison> comparisons) {
    double low = 0.5;
    double high = 2;
    for (Comparison c : comparisons) {
      low = Math.min(low, Collections.min(c.ratios()));
      high = Math.max(high, Collections.max(c.ratios()));
    }
    least = Math.log(low * 0.9);
    most = Math.log(high * 1.1);
  }

  static String of(List<Comparison> comparisons, String title) {
    return new Plot(comparisons).draw(comparisons, title);
  }

  private String draw(List<Comparison> comparisons, String title) {
    int bottom = TOP + comparisons.size() * STEP;
    add(
        "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' font-family='sans-serif'"
            + " font-size='12'>",
        LEFT + WIDTH + 60, bottom + 40);
    add("<rect width='100%%' height='100%%' fill='white'/>");
    add("<text x='10' y='20' font-size='14'>%s</text>", title);
    for (double mark : new double[] {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100}) {
      if (Math.log(mark) > least && Math.log(mark) < most) {
        String color = mark == 1 ? "black" : "#cccccc";
        add(
            "<line x1='%1$.1f' x2='%1$.1f' y1='%2$d' y2='%3$d' stroke='%4$s'/>",
            x(mark), TOP - 8, bottom, color);
        add(
            "<text x='%.1f' y='%d' text-anchor='middle'>%s</text>",
            x(mark), bottom + 16, text(mark));
      }
    }
    int y = TOP;
    for (Comparison c : comparisons) {
      double median = Comparison.median(c.ratios());
      double from = Math.min(x(1), x(median));
      add(
          "<text x='%d' y='%d' text-anchor='end'>%s, %s</text>",
          LEFT - 8, y + 10, c.row().name(), c.peer().name());
      add(
          "<rect x='%.1f' y='%d' width='%.1f' height='12' fill='%s'/>",
          from, y, Math.abs(x(median) - x(1)), median < 1 ? "#d08770" : "#5e81ac");
      add(
          "<line x1='%.1f' x2='%.1f' y1='%3$d' y2='%3$d' stroke='black'/>",
          x(Collections.min(c.ratios())), x(Collections.max(c.ratios())), y + 6);
      add("<text x='%.1f' y='%d'>%.2f</text>", x(Collections.max(c.ratios())) + 4, y + 10, median);
      y += STEP;
    }
    add("</svg>");
    return svg.toString();
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static String text(double mark) {
    return mark < 1 ? String.valueOf(mark) : String.valueOf((int) mark);
  }

  private double x(double ratio) {
    return LEFT + WIDTH * (Math.log(ratio) - least) / (most - least);
  }
}
