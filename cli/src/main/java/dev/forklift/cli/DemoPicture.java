package dev.forklift.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Draws what the demo program does: each step with the tasks that came of it as a tree, and the
/// rules it shows.
final class DemoPicture {
  private static final String GREEN = "\u001b[32m";
  private static final String RED = "\u001b[31m";
  private static final String BOLD = "\u001b[1m";
  private static final String DIM = "\u001b[2m";
  private static final String PLAIN = "\u001b[0m";

  private final PrintStream out;
  private final boolean colour;
  private final TaskJournal journal;
  private final List<String> rules = new ArrayList<>();
  private String step = "";
  private int held;
  private int broken;

  DemoPicture(PrintStream out, boolean colour, TaskJournal journal) {
    this.out = out;
    this.colour = colour;
    this.journal = journal;
  }

  /// Takes a line of the demo program's.
  void line(String line) {
    String[] fields = line.split("\t", 4);
    if (fields[0].equals("step") && fields.length >= 2) {
      finishStep();
      step = fields[1];
    } else if (fields[0].equals("rule") && fields.length == 4) {
      boolean ok = fields[2].equals("held");
      if (ok) {
        held++;
      } else {
        broken++;
      }
      rules.add((ok ? paint(GREEN, "✓ ") : paint(RED, "✗ ")) + fields[3]);
    } else {
      rules.add(line);
    }
  }

  /// Draws the step that is over.
  void finishStep() {
    Collection<TaskJournal.Entry> made = journal.takeFresh();
    if (step.isEmpty()) {
      return;
    }
    if (rules.isEmpty() && made.isEmpty()) {
      return;
    }
    out.println(paint(BOLD, "● " + step));
    drawTree(made);
    rules.forEach(rule -> out.println("    " + rule));
    out.println();
    out.flush();
    rules.clear();
    step = "";
  }

  /// Draws the last step and the sum.
  void finish() {
    finishStep();
    out.println(
        broken == 0
            ? paint(GREEN, "All " + held + " rules held.")
            : paint(RED, broken + " of " + (held + broken) + " rules did not hold."));
  }

  boolean allHeld() {
    return broken == 0 && held > 0;
  }

  private void drawTree(Collection<TaskJournal.Entry> made) {
    Map<Integer, List<TaskJournal.Entry>> children = new LinkedHashMap<>();
    for (TaskJournal.Entry entry : made) {
      children.computeIfAbsent(entry.parent(), k -> new ArrayList<>()).add(entry);
    }
    List<Integer> ids = made.stream().map(TaskJournal.Entry::tid).toList();
    children.forEach((parent, list) -> {
      if (!ids.contains(parent)) {
        TaskJournal.Entry entry = journal.find(parent);
        out.println("    " + (entry == null ? "init" : entry.name()) + paint(DIM, " " + parent));
        drawChildren(children, parent, "    ");
      }
    });
  }

  private void drawChildren(
      Map<Integer, List<TaskJournal.Entry>> children, int parent, String indent) {
    List<TaskJournal.Entry> list = children.getOrDefault(parent, List.of());
    for (int i = 0; i < list.size(); i++) {
      TaskJournal.Entry entry = list.get(i);
      boolean last = i == list.size() - 1;
      out.println(indent + (last ? "└─ " : "├─ ") + describe(entry));
      drawChildren(children, entry.tid(), indent + (last ? "   " : "│  "));
    }
  }

  private String describe(TaskJournal.Entry entry) {
    StringBuilder text = new StringBuilder();
    text.append(entry.name()).append(paint(DIM, " " + entry.tid())).append("  ");
    text.append(entry.how());
    if (!entry.executed().isEmpty()) {
      text.append(", exec");
    }
    String end = entry.end();
    return text.append(paint(DIM, end == null ? "" : ", " + end)).toString();
  }

  private String paint(String code, String text) {
    return colour && !text.isEmpty() ? code + text + PLAIN : text;
  }
}
