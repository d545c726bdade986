package dev.forklift.cli;

import dev.forklift.kernel.debug.CrashReport;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TaskEvents;
import dev.forklift.kernel.process.ThreadGroup;
import dev.forklift.kernel.signal.SigInfo;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Prints what is known of a crash: the program's, or that of any process.
final class CrashPrinter implements TaskEvents {
  private final Consumer<String> lines;
  private final boolean all;
  private @Nullable ThreadGroup program;

  /// @param lines takes what is to be printed, without waiting
  /// @param all whether to print crashes of the program's children too
  CrashPrinter(Consumer<String> lines, boolean all) {
    this.lines = lines;
    this.all = all;
  }

  @Override
  public void executed(Task task) {
    if (program == null) {
      program = task.group();
    }
  }

  @Override
  public void killed(Task task, SigInfo info) {
    if (all || task.group() == program) {
      String prefix = "forklift: ";
      for (String line : CrashReport.of(task, info)) {
        lines.accept(prefix + line);
        prefix = "";
      }
    }
  }
}
