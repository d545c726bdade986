package dev.forklift.kernel.gdb;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.gdb.GdbConnection;
import dev.forklift.engine.gdb.Hex;
import dev.forklift.engine.gdb.MemoryPackets;
import dev.forklift.engine.gdb.RegisterPackets;
import dev.forklift.engine.gdb.TargetDescription;
import dev.forklift.engine.memory.Access;
import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.arch.DebugAbi;
import dev.forklift.kernel.gdb.DebuggedProcess.Report;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TraceStop;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.vfs.VfsPath;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/// The conversation with one debugger: what each packet is answered with.
///
/// The kernel lock is held.
final class GdbSession {
  private static final String OK = "OK";
  private static final String ERROR = "E01";

  /// What is to happen after an answer.
  enum Next {
    STAY,
    RUN,
    /// The debugger is done with the process.
    END
  }

  private final DebuggedProcess process;
  private final GdbFiles files = new GdbFiles();
  private final DebugAbi abi;
  private final DataModel model;
  private final RegisterPackets registers;
  private @Nullable Task current;
  private String lastStop = "S05";
  private boolean knowsBreakpoints;
  private boolean knowsExec;
  private Next next = Next.STAY;

  GdbSession(DebuggedProcess process) {
    this.process = process;
    this.abi = process.kernel().abi().debugging();
    this.model = process.kernel().abi().dataModel();
    this.registers = new RegisterPackets(abi, model.wordBytes(), model.order());
  }

  /// The answer to a packet, or null if there is none now.
  @Nullable String handle(String packet) {
    next = Next.STAY;
    try {
      return packet.isEmpty() ? "" : answer(packet);
    } catch (Hex.Wrong | StringIndexOutOfBoundsException e) {
      return ERROR;
    }
  }

  /// What is to happen after the last answer.
  Next next() {
    return next;
  }

  private @Nullable String answer(String packet) throws Hex.Wrong {
    String rest = packet.substring(1);
    return switch (packet.charAt(0)) {
      case '?' -> lastStop;
      case 'g' -> withRegisters(registers::all);
      case 'G' -> withRegisters(cpu -> registers.setAll(cpu, rest));
      case 'p' -> withRegisters(cpu -> registers.one(cpu, rest));
      case 'P' -> withRegisters(cpu -> registers.setOne(cpu, rest));
      case 'm' -> withMemory(space -> MemoryPackets.read(space, rest));
      case 'M' -> withMemory(space -> MemoryPackets.write(space, rest, false));
      case 'X' -> withMemory(space -> MemoryPackets.write(space, rest, true));
      case 'Z' -> MemoryPackets.point(process.points(), rest, true);
      case 'z' -> MemoryPackets.point(process.points(), rest, false);
      case 'c' -> resume(all(false, ""), rest);
      case 's' -> resume(all(true, ""), rest);
      case 'C' -> resume(all(false, rest), "");
      case 'S' -> resume(all(true, rest), "");
      case 'v' -> multiLetter(packet);
      case 'q' -> query(packet);
      case 'Q' -> set(packet);
      case 'H' -> select(rest);
      case 'T' -> process.find(Resumption.thread(rest)) == null ? ERROR : OK;
      case 'D' -> {
        process.detach();
        next = Next.END;
        yield OK;
      }
      case 'k' -> {
        process.kill();
        next = Next.END;
        yield null;
      }
      default -> "";
    };
  }

  // Tasks and registers.

  private @Nullable Task task() {
    Task task = current;
    if (task == null || task.isExiting()) {
      List<Task> tasks = process.tasks();
      task = tasks.isEmpty() ? null : tasks.getFirst();
      current = task;
    }
    return task;
  }

  private String select(String packet) throws Hex.Wrong {
    int tid = Resumption.thread(packet.substring(1));
    if (packet.charAt(0) == 'g' && tid > 0) {
      Task found = process.find(tid);
      if (found == null) {
        return ERROR;
      }
      current = found;
    }
    return OK;
  }

  /// Something done to registers.
  @FunctionalInterface
  private interface RegisterPacket {
    String answer(Cpu cpu) throws Hex.Wrong;
  }

  private String withRegisters(RegisterPacket packet) throws Hex.Wrong {
    Task task = task();
    return task == null ? ERROR : packet.answer(task.cpu());
  }

  /// Something done to memory.
  @FunctionalInterface
  private interface MemoryPacket {
    String answer(AddressSpace space) throws Hex.Wrong;
  }

  private String withMemory(MemoryPacket packet) throws Hex.Wrong {
    Task task = task();
    Mm mm = task == null ? null : task.mm();
    return mm == null ? ERROR : packet.answer(mm.space());
  }

  // Going on.

  private Resumption all(boolean step, String signal) throws Hex.Wrong {
    int semicolon = signal.indexOf(';');
    String number = semicolon < 0 ? signal : signal.substring(0, semicolon);
    Task task = task();
    int tid = task == null ? -1 : task.tid();
    return Resumption.all(step, number.isEmpty() ? 0 : Hex.count(number), tid);
  }

  private @Nullable String resume(Resumption how, String address) throws Hex.Wrong {
    Task task = task();
    if (!address.isEmpty() && task != null) {
      task.cpu().setPc(Hex.number(address));
    }
    process.resume(how);
    next = Next.RUN;
    return null;
  }

  private @Nullable String multiLetter(String packet) throws Hex.Wrong {
    if (packet.equals("vCont?")) {
      return "vCont;c;C;s;S;t";
    }
    if (packet.startsWith("vCont;")) {
      return resume(Resumption.parse(packet.substring("vCont".length())), "");
    }
    if (packet.startsWith("vKill")) {
      process.kill();
      next = Next.END;
      return OK;
    }
    Task task = task();
    if (packet.startsWith("vFile:") && task != null) {
      return files.answer(packet.substring("vFile:".length()), task);
    }
    return "";
  }

  // Queries.

  private String query(String packet) throws Hex.Wrong {
    Task task = task();
    if (packet.startsWith("qSupported")) {
      knowsBreakpoints = packet.contains("swbreak+");
      knowsExec = packet.contains("exec-events+");
      return "PacketSize="
          + Integer.toHexString(GdbConnection.PACKET_BYTES)
          + ";QStartNoAckMode+;QPassSignals+;vContSupported+;swbreak+;exec-events+"
          + ";qXfer:features:read+;qXfer:auxv:read+;qXfer:exec-file:read+;qXfer:siginfo:read+";
    }
    if (packet.startsWith("qXfer:") && task != null) {
      return transfer(packet.substring("qXfer:".length()), task);
    }
    if (packet.startsWith("qThreadExtraInfo,")) {
      Task asked = process.find(Hex.count(packet.substring("qThreadExtraInfo,".length())));
      return asked == null ? ERROR : Hex.ofText(asked.name());
    }
    return switch (packet) {
      case "qC" -> task == null ? ERROR : "QC" + Integer.toHexString(task.tid());
      case "qfThreadInfo" -> {
        StringJoiner tids = new StringJoiner(",", "m", "");
        process.tasks().forEach(t -> tids.add(Integer.toHexString(t.tid())));
        yield process.tasks().isEmpty() ? "l" : tids.toString();
      }
      case "qsThreadInfo" -> "l";
      // It was started for the debugger, and ends with it.
      case "qAttached" -> "0";
      default -> packet.startsWith("qSymbol:") ? OK : "";
    };
  }

  private String transfer(String packet, Task task) throws Hex.Wrong {
    String[] parts = packet.split(":", 4);
    if (parts.length < 4 || !parts[1].equals("read")) {
      return "";
    }
    byte[] object =
        switch (parts[0]) {
          case "features" ->
              parts[2].equals("target.xml")
                  ? TargetDescription.of(abi, Byte.SIZE * model.wordBytes(), "GNU/Linux")
                      .getBytes(StandardCharsets.US_ASCII)
                  : null;
          case "auxv" -> auxv(task);
          case "exec-file" -> executable(task);
          case "siginfo" -> {
            SigInfo info = process.signalOf(task);
            yield info == null ? null : info.toBytes(model);
          }
          default -> null;
        };
    return object == null ? "E00" : MemoryPackets.part(object, parts[3]);
  }

  private byte @Nullable [] auxv(Task task) {
    Mm mm = task.mm();
    if (mm == null) {
      return null;
    }
    StructWriter vector = new StructWriter(model);
    for (long word : mm.auxv()) {
      vector.word(word);
    }
    return vector.toBytes();
  }

  private static byte @Nullable [] executable(Task task) {
    VfsPath path = task.executable();
    return path == null
        ? null
        : path.display(task.fs().root()).getBytes(StandardCharsets.ISO_8859_1);
  }

  private String set(String packet) throws Hex.Wrong {
    if (packet.equals("QStartNoAckMode")) {
      return OK;
    }
    if (!packet.startsWith("QPassSignals:")) {
      return "";
    }
    Set<Integer> signals = new HashSet<>();
    for (String number : packet.substring("QPassSignals:".length()).split(";", -1)) {
      if (!number.isEmpty()) {
        signals.add(GdbSignals.toLinux(Hex.count(number)));
      }
    }
    process.pass(signals);
    return OK;
  }

  // Stops.

  /// How the debugger is told of a stop, now or when it asks.
  String describe(Report report) {
    lastStop = text(report);
    return lastStop;
  }

  /// Says whether the debugger is to hear of it.
  boolean isWorthTelling(Report report) {
    return !(report instanceof Report.Stop(Task _, TraceStop.Executed())) || knowsExec;
  }

  private String text(Report report) {
    return switch (report) {
      case Report.Ended(int status) -> {
        int signal = status & 0x7f;
        yield signal != 0
            ? "X%02x".formatted(GdbSignals.of(signal))
            : "W%02x".formatted(status >> 8 & 0xff);
      }
      case Report.Interrupted(Task task) -> stop(task, Signal.SIGINT, "");
      case Report.Stop(Task task, TraceStop why) ->
          switch (why) {
            case TraceStop.Signalled(SigInfo info) -> stop(task, info.signal(), "");
            case TraceStop.Breakpoint() ->
                stop(task, Signal.SIGTRAP, knowsBreakpoints ? "swbreak:;" : "");
            case TraceStop.Watched(long address, Access access) ->
                stop(task, Signal.SIGTRAP, watched(address, access));
            case TraceStop.Executed() -> {
              byte[] file = knowsExec ? executable(task) : null;
              String reason = file == null ? "" : "exec:" + Hex.of(file, file.length) + ";";
              yield stop(task, Signal.SIGTRAP, reason);
            }
            case TraceStop.Asked(), TraceStop.Stepped() -> stop(task, Signal.SIGTRAP, "");
          };
    };
  }

  private String watched(long address, Access access) {
    return "%s:%x;".formatted(MemoryPackets.watchName(process.points(), address, access), address);
  }

  private String stop(Task task, int signal, String reason) {
    current = task;
    return "T%02x".formatted(GdbSignals.of(signal))
        + reason
        + registers.expedited(task.cpu())
        + "thread:%x;".formatted(task.tid());
  }

  /// The conversation is over.
  void close() {
    files.closeAll();
  }
}
