package bench;

import java.util.Collections;
import java.util.List;
import java.util.Locale;

/// Comparisons as text for people and as CSV for programs.
final class Report {
  private static final String LINE = "%-10s %-14s %-11s %18s %18s   %s%n";

  private Report() {}

  static String head() {
    return LINE.formatted("group", "row", "peer", "Forklift s", "peer s", "peer / Forklift")
        .stripTrailing();
  }

  /// Medians, and in brackets the least and the most.
  static String line(Comparison comparison) {
    return LINE.formatted(
            comparison.row().group(),
            comparison.row().name(),
            comparison.peer().name(),
            spread(comparison.ours(), "%.2f"),
            spread(comparison.theirs(), "%.2f"),
            spread(comparison.ratios(), "%.2f"))
        .stripTrailing();
  }

  private static String spread(List<Double> values, String format) {
    return String.format(
        Locale.ROOT,
        format + " [" + format + ".." + format + "]",
        Comparison.median(values),
        Collections.min(values),
        Collections.max(values));
  }

  static String csv(List<Comparison> comparisons) {
    StringBuilder csv = new StringBuilder("group,row,peer,run,forklift_seconds,peer_seconds\n");
    for (Comparison c : comparisons) {
      for (int i = 0; i < c.ours().size(); i++) {
        csv.append(
            String.format(
                Locale.ROOT,
                "%s,%s,%s,%d,%.4f,%.4f%n",
                c.row().group(),
                c.row().name(),
                c.peer().name(),
                i + 1,
                c.ours().get(i),
                c.theirs().get(i)));
      }
    }
    return csv.toString();
  }
}
