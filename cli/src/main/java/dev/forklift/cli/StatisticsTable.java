package dev.forklift.cli;

import dev.forklift.engine.jit.TranslationLog;
import dev.forklift.engine.jit.TranslationLog.Outcome;
import dev.forklift.engine.memory.CodeDrops;
import dev.forklift.engine.memory.DropReason;
import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.kernel.trace.Tally;
import dev.forklift.kernel.trace.Tally.CallCount;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What a run took, as a table: names, numbers and remarks below each other.
final class StatisticsTable {
  private record Row(String name, long number, String remark) {}

  private static final long KIB = 1024;
  private static final long NANOS_A_MILLI = 1_000_000;

  private final List<Row> rows = new ArrayList<>();

  private StatisticsTable() {}

  /// The lines of the table, when the machine is off.
  static List<String> lines(Tally tally, TranslationLog translations, FrameBudget memory) {
    StatisticsTable table = new StatisticsTable();
    table.addInstructions(tally.instructions(), tally.compiledInstructions());
    table.addTranslations(translations);
    table.addDrops(memory.codeDrops());
    table.add("processes made", tally.processes());
    table.add("threads made", tally.threads());
    table.add("guest memory at most, KiB", memory.most() / KIB);
    Long resident = HostResidency.atMostKib();
    if (resident != null) {
      table.add("host memory at most, KiB", resident);
    }
    table.addCalls(tally.calls());
    return table.lines();
  }

  private void addInstructions(long all, long compiled) {
    add("guest instructions", all);
    rows.add(new Row("  evaluated (cold)", all - compiled, share(all - compiled, all)));
    rows.add(new Row("  translated (hot)", compiled, share(compiled, all)));
  }

  private static String share(long part, long whole) {
    return whole == 0 ? "" : "%5.1f %%".formatted(100.0 * part / whole);
  }

  private void addTranslations(TranslationLog translations) {
    add("regions translated", translations.count(Outcome.INSTALLED));
    add("  blocks", translations.blocks());
    add("  guest instructions", translations.instructions());
    add("  bytes of bytecode", translations.bytes());
    add("translator's milliseconds", translations.nanos() / NANOS_A_MILLI);
    long others = 0;
    for (Outcome outcome : Outcome.values()) {
      others += outcome == Outcome.INSTALLED ? 0 : translations.count(outcome);
    }
    add("hot code not translated", others);
  }

  private void addDrops(CodeDrops drops) {
    long all = 0;
    for (DropReason reason : DropReason.values()) {
      all += drops.regions(reason);
    }
    add("regions dropped", all);
    for (DropReason reason : DropReason.values()) {
      String why = reason.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      add("  " + why, drops.regions(reason));
    }
  }

  private void addCalls(List<CallCount> calls) {
    long count = calls.stream().mapToLong(CallCount::count).sum();
    long errors = calls.stream().mapToLong(CallCount::errors).sum();
    add("system calls", count, errors);
    calls.forEach(call -> add("  " + call.name(), call.count(), call.errors()));
  }

  private void add(String name, long number) {
    rows.add(new Row(name, number, ""));
  }

  private void add(String name, long number, long errors) {
    rows.add(new Row(name, number, errors == 0 ? "" : "errors " + errors));
  }

  private List<String> lines() {
    int names = 0;
    int numbers = 0;
    for (Row row : rows) {
      names = Math.max(names, row.name.length());
      numbers = Math.max(numbers, Long.toString(row.number).length());
    }
    String format = "%-" + names + "s  %" + numbers + "d  %s";
    return rows.stream()
        .map(row -> format.formatted(row.name, row.number, row.remark).stripTrailing())
        .toList();
  }
}
