package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.wait.Sleeper;
import java.util.List;

/// The end of a process by a signal that dumps core.
final class CoreDump {
  /// A wait status' bit for "has dumped core".
  private static final int CORE_DUMPED = 0x80;

  private static final long LOOK_AGAIN_NANOS = 10_000_000;

  private CoreDump() {}

  /// Dumps the process while all its tasks stand still, and lets it end.
  static void die(Task task, SigInfo info) {
    ThreadGroup group = task.group();
    if (!group.beginDump()) {
      // Another task of the process is at it.
      task.trace().standStill();
      return;
    }
    boolean dumped = false;
    if (othersStandStill(task)) {
      task.kernel().events().killed(task, info);
      dumped = task.kernel().coreDumper().dump(task, info);
    }
    TaskExit.endGroup(task, dumped ? info.signal() | CORE_DUMPED : info.signal());
  }

  /// @return false if the process is killed meanwhile
  private static boolean othersStandStill(Task task) {
    ThreadGroup group = task.group();
    while (true) {
      boolean quiet = true;
      for (Task thread : group.threads()) {
        if (thread != task) {
          thread.trace().hold();
          quiet &= thread.trace().isQuiet();
        }
      }
      if (quiet) {
        return !task.fatalSignalPending();
      }
      try {
        task.await(
            Sleeper.Mode.KILLABLE,
            task.clock().monotonicNanos() + LOOK_AGAIN_NANOS,
            () -> false,
            List.of(group.threadQueue()));
      } catch (Errno e) {
        return false;
      }
    }
  }
}
