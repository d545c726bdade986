package dev.forklift.cli;

import dev.forklift.cli.PictureStyle.Paint;
import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.process.CloneRule;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TaskEvents;
import dev.forklift.kernel.wait.KernelClock;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Draws the program's tasks as they come and go: a line an event, a column for each task that
/// lives, as a history of branches is drawn.
final class ProcessTree implements TaskEvents {
  private static final int NAME_WIDTH = 15;

  /// The columns that are kept for the picture before its lines begin to shift.
  private static final int USUAL_COLUMNS = 6;

  /// The glyphs of a picture, two characters a column.
  private record Glyphs(
      String none,
      String lives,
      String maker,
      String across,
      String over,
      String process,
      String thread,
      String executes,
      String ends) {
    static Glyphs of(boolean unicode) {
      return unicode
          ? new Glyphs("  ", "│ ", "├─", "──", "│─", "● ", "○ ", "◆ ", "× ")
          : new Glyphs("  ", "| ", "+-", "--", "|-", "* ", "o ", "# ", "x ");
    }
  }

  private final Consumer<String> lines;
  private final PictureStyle style;
  private final KernelClock clock;
  private final Glyphs glyphs;
  private final long start;

  /// The tasks that live, each in its column; null for a column that is free.
  private final List<@Nullable Task> columns = new ArrayList<>();

  /// @param lines takes what is to be printed, one char a byte, without waiting
  ProcessTree(Consumer<String> lines, PictureStyle style, KernelClock clock) {
    this.lines = lines;
    this.style = style;
    this.clock = clock;
    this.glyphs = Glyphs.of(style.unicode());
    this.start = clock.monotonicNanos();
  }

  @Override
  public void created(Task child, Task parent, KernelCloneArgs args) {
    int from = columns.indexOf(parent);
    // The first is the program's, which init makes.
    boolean isProgram = columns.isEmpty() && args.userModeThread() && parent.pid().global() == 1;
    if (from < 0 && !isProgram) {
      return;
    }
    int at = columns.subList(from + 1, columns.size()).indexOf(null);
    if (at >= 0) {
      at += from + 1;
      columns.set(at, child);
    } else {
      at = columns.size();
      columns.add(child);
    }
    boolean thread = child.group() == parent.group();
    String how =
        isProgram ? "the program" : TaskOrigin.describe(args, "clone") + " by " + tid(parent);
    line(from, at, thread ? glyphs.thread : glyphs.process, child, Paint.GREEN, how);
  }

  @Override
  public void refused(Task caller, CloneRule rule) {
    int at = columns.indexOf(caller);
    if (at >= 0) {
      line(
          at,
          at,
          glyphs.lives,
          caller,
          Paint.YELLOW,
          "clone refused, " + rule.errno().symbol() + ": " + rule.reason());
    }
  }

  @Override
  public void executed(Task task) {
    int at = columns.indexOf(task);
    if (at >= 0) {
      line(at, at, glyphs.executes, task, Paint.CYAN, "executes");
    }
  }

  @Override
  public void exited(Task task) {
    int at = columns.indexOf(task);
    if (at >= 0) {
      String end = TaskOrigin.end(task);
      line(at, at, glyphs.ends, task, end.startsWith("exit") ? Paint.DIM : Paint.RED, end);
      columns.set(at, null);
      while (!columns.isEmpty() && columns.getLast() == null) {
        columns.removeLast();
      }
    }
  }

  private static int tid(Task task) {
    return task.pid().global();
  }

  private void line(int from, int at, String mark, Task task, Paint paint, String what) {
    StringBuilder picture = new StringBuilder();
    for (int i = 0; i < columns.size(); i++) {
      boolean between = from >= 0 && i > from && i < at;
      boolean alive = columns.get(i) != null;
      if (i == at) {
        picture.append(mark);
      } else if (i == from) {
        picture.append(glyphs.maker);
      } else if (between) {
        picture.append(alive ? glyphs.over : glyphs.across);
      } else {
        picture.append(alive ? glyphs.lives : glyphs.none);
      }
    }
    picture.append(" ".repeat(Math.max(0, 2 * USUAL_COLUMNS - picture.length())));
    double seconds = (clock.monotonicNanos() - start) / 1e9;
    String name = task.name();
    String text =
        "%9.3f  %s %5d  ".formatted(seconds, picture, tid(task))
            + name
            + " ".repeat(Math.max(1, NAME_WIDTH + 1 - name.length()))
            + style.paint(paint, Main.oneLine(what));
    lines.accept(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
  }
}
