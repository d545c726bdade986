package dev.forklift.kernel.proc;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.process.Task;

/// How likely a process is to be killed when memory runs out. Kept and shown.
final class OomScore {
  private static final int MAXIMUM = 1000;
  private static final int OLD_MAXIMUM = 15;
  private static final int OLD_DISABLE = -17;

  private OomScore() {}

  static long score(Task task) {
    Mm mm = task.mm();
    if (mm == null || task.group().isGlobalInit()) {
      return 0;
    }
    long points = mm.counters().resident() * mm.counters().pageBytes();
    long share = points * MAXIMUM / Math.max(1, task.kernel().budget().limit());
    long adjusted = share + task.group().oomScoreAdjustment();
    return task.group().oomScoreAdjustment() == -MAXIMUM
        ? 0
        : Math.max(0, (MAXIMUM + adjusted) * 2 / 3);
  }

  static void setAdjustment(Task writer, Task task, String text) throws Errno {
    set(writer, task, Numbers.parse(text, -MAXIMUM, MAXIMUM));
  }

  static int oldAdjustment(Task task) {
    int adjustment = task.group().oomScoreAdjustment();
    return adjustment == MAXIMUM ? OLD_MAXIMUM : adjustment * -OLD_DISABLE / MAXIMUM;
  }

  static void setOldAdjustment(Task writer, Task task, String text) throws Errno {
    int old = Numbers.parse(text, OLD_DISABLE, OLD_MAXIMUM);
    set(writer, task, old == OLD_MAXIMUM ? MAXIMUM : old * MAXIMUM / -OLD_DISABLE);
  }

  private static void set(Task writer, Task task, int value) throws Errno {
    if (value < task.group().oomScoreAdjustment()
        && !writer.credentials().has(Capability.SYS_RESOURCE)) {
      throw Errno.EACCES;
    }
    task.group().setOomScoreAdjustment(value);
  }
}
