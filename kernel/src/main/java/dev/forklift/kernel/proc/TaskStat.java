package dev.forklift.kernel.proc;

import dev.forklift.kernel.abi.DeviceNumber;
import dev.forklift.kernel.fs.tty.Terminal;
import dev.forklift.kernel.mm.ImageLayout;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.process.PtraceAccess;
import dev.forklift.kernel.process.ResourceUsage;
import dev.forklift.kernel.process.SchedulingAttributes;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.ThreadGroup;
import java.util.StringJoiner;

/// /proc/PID/stat and statm.
///
/// @param process whether times are those of the whole process
record TaskStat(ProcFileSystem proc, boolean process) {
  private static final long TICK_NANOS = 10_000_000;
  private static final int LOW_SIGNALS = 0x7fff_ffff;

  private static final int PF_FORKNOEXEC = 0x40;
  private static final int PF_KTHREAD = 0x20_0000;
  private static final int PF_NOFREEZE = 0x8000;
  private static final int PF_RANDOMIZE = 0x40_0000;

  String text(Task reader, Task task) {
    ThreadGroup group = task.group();
    boolean permitted = PtraceAccess.byFileSystemIds(reader, task);
    Mm mm = task.mm();
    long[] actions = TaskStatus.actions(task);
    ImageLayout image = mm == null || !permitted ? ImageLayout.NONE : mm.image();
    SchedulingAttributes scheduling = task.scheduling();
    StringJoiner out = new StringJoiner(" ", "", "\n");
    out.add(Integer.toString(proc.number(task.pid())));
    out.add("(" + task.name() + ")");
    out.add(Character.toString(TaskState.of(task).letter()));
    numbers(
        out,
        parentNumber(proc, task),
        proc.number(group.processGroup().pid()),
        proc.number(group.session().pid()));
    terminal(out, reader, group);
    numbers(out, flags(task), 0, 0, 0, 0);
    times(out, task);
    boolean realtime = scheduling.priority() > 0;
    numbers(
        out,
        realtime ? -1 - scheduling.priority() : 20 + scheduling.nice(),
        scheduling.nice(),
        group.threads().size(),
        0,
        task.times().startNanos() / TICK_NANOS);
    boolean wide = proc.kernel().abi().dataModel().is64Bit();
    long pageBytes = mm == null ? 0 : mm.counters().pageBytes();
    numbers(
        out,
        mm == null ? 0 : mm.counters().total() * pageBytes,
        mm == null ? 0 : mm.counters().resident());
    out.add(wide ? "18446744073709551615" : "4294967295");
    boolean hidden = mm != null && !permitted;
    numbers(
        out,
        hidden ? 1 : image.startCode(),
        hidden ? 1 : image.endCode(),
        image.startStack(),
        0,
        0,
        task.pending().set() & LOW_SIGNALS,
        task.blocked() & LOW_SIGNALS,
        actions[0] & LOW_SIGNALS,
        actions[1] & LOW_SIGNALS,
        permitted && TaskState.of(task) != TaskState.RUNNING ? 1 : 0,
        0,
        0,
        task.exitSignal(),
        0,
        realtime ? scheduling.priority() : 0,
        scheduling.policy(),
        0,
        0,
        0,
        image.startData(),
        image.endData(),
        image.startBrk(),
        image.argStart(),
        image.argEnd(),
        image.envStart(),
        image.envEnd(),
        permitted ? task.exitStatus() : 0);
    return out.toString();
  }

  private static void numbers(StringJoiner out, long... values) {
    for (long value : values) {
      out.add(Long.toString(value));
    }
  }

  static int parentNumber(ProcFileSystem proc, Task task) {
    Task parent = task.realParent();
    return parent == task ? 0 : proc.number(parent.group().pid());
  }

  private static void terminal(StringJoiner out, Task reader, ThreadGroup group) {
    if (group.session().terminal() instanceof Terminal terminal) {
      long device = terminal.device();
      numbers(
          out,
          DeviceNumber.of(DeviceNumber.major(device), DeviceNumber.minor(device)),
          terminal.foregroundFor(reader));
    } else {
      numbers(out, 0, -1);
    }
  }

  private static int flags(Task task) {
    int flags = task.isKernelThread() ? PF_KTHREAD | PF_NOFREEZE | PF_FORKNOEXEC : PF_RANDOMIZE;
    return task.group().hasExecuted() || task.isKernelThread() ? flags : flags | PF_FORKNOEXEC;
  }

  private void times(StringJoiner out, Task task) {
    ThreadGroup group = task.group();
    ResourceUsage own = process ? ResourceUsage.ofProcess(group) : ResourceUsage.ofThread(task);
    ResourceUsage children = ResourceUsage.ofChildren(group);
    numbers(
        out,
        own.userNanos() / TICK_NANOS,
        own.systemNanos() / TICK_NANOS,
        children.userNanos() / TICK_NANOS,
        children.systemNanos() / TICK_NANOS);
  }

  /// statm: sizes in pages.
  static String memory(Task task) {
    Mm mm = task.mm();
    if (mm == null) {
      return "0 0 0 0 0 0 0\n";
    }
    MemorySizes sizes = MemorySizes.of(mm);
    StringJoiner out = new StringJoiner(" ", "", "\n");
    numbers(
        out,
        sizes.counters().total(),
        sizes.counters().resident(),
        sizes.file() + sizes.shared(),
        sizes.counters().code(),
        0,
        sizes.counters().data() + sizes.counters().stack(),
        0);
    return out.toString();
  }
}
