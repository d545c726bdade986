package dev.forklift.cli;

import dev.forklift.cli.PictureStyle.Paint;
import dev.forklift.cli.TaskJournal.Entry;
import dev.forklift.cli.TaskOrigin.Kind;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/// Draws what the demo program does: each step with the tasks that came of it as a tree, and the
/// rules it shows.
final class DemoPicture {
  private static final String INDENT = "    ";

  /// A line of a tree before its columns are known.
  private record Branch(String glyphs, Entry entry) {
    int nameWidth() {
      return glyphs.length() + nameOf(entry).length();
    }
  }

  private final PrintStream out;
  private final PictureStyle style;
  private final TaskJournal journal;
  private int held;
  private int broken;
  private String title = "";

  // Whether no rule has been printed since the last title or tree.
  private boolean isFirst = true;

  DemoPicture(PrintStream out, PictureStyle style, TaskJournal journal) {
    this.out = out;
    this.style = style;
    this.journal = journal;
  }

  /// Says what is to be seen.
  void begin() {
    out.println(style.paint(Paint.BOLD, "How Linux creates processes"));
    out.println();
    wrap(
        "",
        "A Nios II program makes processes and threads in every way Linux has, on a kernel"
            + " written in Java. The trees show who made whom, by which call; below each, the"
            + " rules that hold on Linux, and whether they held here.");
    out.flush();
  }

  /// Takes a line of the demo program's.
  ///
  /// @param position how many bytes the program had written with it
  void line(String line, long position) {
    String[] fields = line.split("\t", 4);
    drawTree(journal.takeUpTo(position));
    if (fields[0].equals("step") && fields.length >= 2) {
      title = fields[1];
    } else if (fields[0].equals("rule") && fields.length == 4) {
      rule(fields[2].equals("held"), fields[3]);
    } else {
      out.println(INDENT + line);
    }
    out.flush();
  }

  /// Prints the step's title before the first that comes of it.
  private void printTitle() {
    if (!title.isEmpty()) {
      out.println();
      out.println(style.paint(Paint.YELLOW, style.bullet()) + " " + style.paint(Paint.BOLD, title));
      title = "";
      isFirst = true;
    }
  }

  private void rule(boolean holds, String sentence) {
    if (holds) {
      held++;
    } else {
      broken++;
    }
    printTitle();
    if (isFirst) {
      out.println();
      isFirst = false;
    }
    wrap(holds ? style.held() : style.broken(), sentence);
  }

  /// Prints a sentence behind a mark, in as many lines as it needs.
  private void wrap(String mark, String sentence) {
    String start = mark.isEmpty() ? "" : INDENT + mark + " ";
    String below = mark.isEmpty() ? "" : INDENT + (style.unicode() ? "  " : "   ");
    int room = style.width() - below.length() - 1;
    StringBuilder line = new StringBuilder();
    for (String word : sentence.split(" ", -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > room) {
        out.println(start + line);
        start = below;
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    out.println(start + line);
  }

  /// Draws the rest and the sum.
  void finish() {
    drawTree(journal.takeRest());
    out.println();
    out.println(
        broken == 0
            ? style.paint(Paint.GREEN, "All " + held + " rules held.")
            : style.paint(Paint.RED, broken + " of " + (held + broken) + " rules did not hold."));
    wrap("", "Tasks made: " + sum() + ".");
    out.flush();
  }

  private String sum() {
    StringJoiner sum = new StringJoiner(", ");
    journal
        .counts()
        .forEach((kind, count) -> {
          String what =
              switch (kind) {
                case FORK -> "by fork";
                case VFORK -> "by vfork";
                case CLONE -> "by clone or clone3 with flags";
                case THREAD -> count == 1 ? "thread" : "threads";
                case KERNEL_THREAD -> "of the kernel's own";
              };
          sum.add(count + " " + what);
        });
    return sum.toString();
  }

  boolean allHeld() {
    return broken == 0 && held > 0;
  }

  private void drawTree(List<Entry> made) {
    Map<Integer, List<Entry>> children = new LinkedHashMap<>();
    for (Entry entry : made) {
      if (entry.kind() != Kind.KERNEL_THREAD && entry.parent() > 1) {
        children.computeIfAbsent(entry.parent(), k -> new ArrayList<>()).add(entry);
      }
    }
    List<Integer> ids = made.stream().map(Entry::tid).toList();
    if (children.isEmpty()) {
      return;
    }
    printTitle();
    if (!isFirst) {
      out.println();
      isFirst = true;
    }
    children.forEach((parent, list) -> {
      if (!ids.contains(parent)) {
        Entry entry = journal.find(parent);
        String name = entry == null ? "" : entry.name();
        out.println(INDENT + style.paint(Paint.BOLD, name) + dim(" " + parent));
        List<Branch> branches = new ArrayList<>();
        collect(branches, children, parent, "");
        drawBranches(branches);
      }
    });
  }

  private void collect(
      List<Branch> branches, Map<Integer, List<Entry>> children, int parent, String indent) {
    List<Entry> list = children.getOrDefault(parent, List.of());
    for (int i = 0; i < list.size(); i++) {
      boolean last = i == list.size() - 1;
      branches.add(new Branch(indent + style.branch(last), list.get(i)));
      collect(branches, children, list.get(i).tid(), indent + style.trunk(last));
    }
  }

  private void drawBranches(List<Branch> branches) {
    int names = branches.stream().mapToInt(Branch::nameWidth).max().orElse(0);
    int calls = branches.stream().mapToInt(branch -> how(branch.entry()).length()).max().orElse(0);
    for (Branch branch : branches) {
      Entry entry = branch.entry();
      String end = entry.end() == null ? "" : String.valueOf(entry.end());
      boolean fits = INDENT.length() + names + 2 + calls + 2 + end.length() < style.width();
      out.println(
          INDENT
              + dim(branch.glyphs())
              + style.paint(Paint.BOLD, entry.name())
              + dim(" " + entry.tid())
              + " ".repeat(fits ? names - branch.nameWidth() + 2 : 2)
              + style.paint(colour(entry.kind()), how(entry))
              + (end.isEmpty()
                  ? ""
                  : " ".repeat(fits ? calls - how(entry).length() + 2 : 2) + dim(end)));
    }
  }

  private static String nameOf(Entry entry) {
    return entry.name() + " " + entry.tid();
  }

  private String how(Entry entry) {
    return entry.hasExecuted() ? entry.how() + " " + style.arrow() + " exec" : entry.how();
  }

  private static Paint colour(Kind kind) {
    return switch (kind) {
      case FORK -> Paint.GREEN;
      case VFORK -> Paint.YELLOW;
      case CLONE -> Paint.MAGENTA;
      case THREAD -> Paint.CYAN;
      case KERNEL_THREAD -> Paint.BLUE;
    };
  }

  private String dim(String text) {
    return style.paint(Paint.DIM, text);
  }
}
