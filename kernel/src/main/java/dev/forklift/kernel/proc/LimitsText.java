package dev.forklift.kernel.proc;

import dev.forklift.kernel.abi.ResourceLimits;
import java.util.List;

/// /proc/PID/limits.
final class LimitsText {
  private record Row(String name, String unit) {}

  // spotless:off
  private static final List<Row> ROWS = List.of(
      new Row("Max cpu time",          "seconds"),
      new Row("Max file size",         "bytes"),
      new Row("Max data size",         "bytes"),
      new Row("Max stack size",        "bytes"),
      new Row("Max core file size",    "bytes"),
      new Row("Max resident set",      "bytes"),
      new Row("Max processes",         "processes"),
      new Row("Max open files",        "files"),
      new Row("Max locked memory",     "bytes"),
      new Row("Max address space",     "bytes"),
      new Row("Max file locks",        "locks"),
      new Row("Max pending signals",   "signals"),
      new Row("Max msgqueue size",     "bytes"),
      new Row("Max nice priority",     ""),
      new Row("Max realtime priority", ""),
      new Row("Max realtime timeout",  "us"));
  // spotless:on

  private LimitsText() {}

  static String of(ResourceLimits limits) {
    StringBuilder out = new StringBuilder(line("Limit", "Soft Limit", "Hard Limit", "Units"));
    for (int resource = 0; resource < ROWS.size(); resource++) {
      Row row = ROWS.get(resource);
      out.append(
          line(row.name, value(limits.soft(resource)), value(limits.hard(resource)), row.unit));
    }
    return out.toString();
  }

  private static String value(long limit) {
    return limit == ResourceLimits.INFINITY ? "unlimited" : Long.toUnsignedString(limit);
  }

  private static String line(String name, String soft, String hard, String unit) {
    String columns = String.format("%-25s %-20s %-20s ", name, soft, hard);
    return columns + (unit.isEmpty() ? "" : String.format("%-10s", unit)) + "\n";
  }
}
