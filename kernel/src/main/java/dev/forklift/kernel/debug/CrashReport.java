package dev.forklift.kernel.debug;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.memory.GuestFault;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.arch.DebugAbi;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.debug.AddressNames.Place;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.signal.SigInfo.Fault;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is said of a task that a signal is about to kill: the signal and its cause, where it
/// happened, the registers, and who called whom.
public final class CrashReport {
  private static final int MAX_FRAMES = 256;
  private static final int MAX_LINES = 64;
  private static final int MAX_SAME = 3;
  private static final int LINE = 96;

  private final Task task;
  private final SigInfo info;
  private final LinuxAbi abi;
  private final List<String> lines = new ArrayList<>();

  private CrashReport(Task task, SigInfo info) {
    this.task = task;
    this.info = info;
    this.abi = task.kernel().abi();
  }

  /// The report, line by line, one char a byte. The kernel lock is held, the task stands still.
  public static List<String> of(Task task, SigInfo info) {
    CrashReport report = new CrashReport(task, info);
    Mm mm = task.mm();
    report.head();
    if (mm != null) {
      report.body(mm);
    }
    return report.lines;
  }

  private void head() {
    int signal = info.signal();
    lines.add(
        "%s[%d]: killed by %s (%s): %s"
            .formatted(
                AddressNames.printable(task.name()),
                task.tid(),
                Signal.name(signal),
                Signal.text(signal),
                SignalCauses.describe(info, task.tgid())));
    if (!task.isLeader() || task.group().threads().size() > 1) {
      lines.add(
          "  thread   %d of process %d (%d threads)"
              .formatted(task.tid(), task.tgid(), task.group().threads().size()));
    }
  }

  private void body(Mm mm) {
    Cpu cpu = task.cpu();
    AddressNames names = new AddressNames(task, mm);
    Place place = names.at(cpu.pc());
    lines.add(
        "  pc       " + hex(cpu.pc()) + "  " + (place != null ? place : names.where(cpu.pc())));
    instruction(names, place);
    Long address = faultAddress(cpu);
    if (address != null) {
      GuestFault fault = cpu.fault();
      String access =
          fault == null ? "" : fault.access().toString().toLowerCase(java.util.Locale.ROOT) + " ";
      lines.add("  address  " + hex(address) + "  " + access + names.where(address));
    }
    registers(cpu);
    backtrace(new Backtrace(abi, names).of(cpu, MAX_FRAMES));
  }

  private void backtrace(List<StackFrame> frames) {
    lines.add("  backtrace");
    int shown = 0;
    for (int i = 0; i < frames.size() && shown < MAX_LINES; i++) {
      StackFrame frame = frames.get(i);
      int end = i + 1;
      while (end < frames.size() && frames.get(end).pc() == frame.pc()) {
        end++;
      }
      lines.add(
          "    #%-2d %s  %s%s"
              .formatted(
                  i,
                  hex(frame.pc()),
                  frame.place() == null ? "not mapped" : frame.place(),
                  frame.signal() ? "  <- interrupted by a signal" : ""));
      shown++;
      if (end - i > MAX_SAME) {
        lines.add("        ... the same %d times more".formatted(end - i - 1));
        i = end - 1;
      }
    }
    if (frames.size() == MAX_FRAMES || shown == MAX_LINES) {
      lines.add("        ... and more");
    }
  }

  /// The instruction that could not be done.
  private void instruction(AddressNames names, @Nullable Place place) {
    if (place == null || !place.isExecutable() || abi.isa().instructions().unit() != 4) {
      return;
    }
    try {
      long pc = task.cpu().pc();
      int word = names.memory().int32(pc);
      String text = abi.isa().instructions().disassembler().disassemble(pc, word, Integer.BYTES);
      lines.add("  code     " + text.replace('\t', ' '));
    } catch (dev.forklift.kernel.abi.Errno e) {
      // There is none.
    }
  }

  /// What the access was to. The processor may have told less than the exact address.
  private @Nullable Long faultAddress(Cpu cpu) {
    if (!SignalCauses.isFault(info)
        || !(info.payload() instanceof Fault(long told))
        || (info.signal() != Signal.SIGSEGV && info.signal() != Signal.SIGBUS)) {
      return null;
    }
    GuestFault fault = cpu.fault();
    return fault != null && abi.reportedAddress(fault) == told
        ? (Long) fault.address()
        : (Long) told;
  }

  private void registers(Cpu cpu) {
    DebugAbi debug = abi.debugging();
    int count = abi.isa().registers().count();
    int digits = 2 * abi.dataModel().wordBytes();
    lines.add("  registers");
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < count; i++) {
      String entry =
          " %7s %s".formatted(debug.registers().get(i).name(), hex(debug.get(cpu, i), digits));
      if (line.length() + entry.length() > LINE) {
        lines.add("   " + line);
        line.setLength(0);
      }
      line.append(entry);
    }
    lines.add("   " + line);
  }

  private String hex(long value) {
    return "0x" + hex(value, 2 * abi.dataModel().wordBytes());
  }

  private static String hex(long value, int digits) {
    String text = "%016x".formatted(value);
    return text.substring(text.length() - digits);
  }
}
