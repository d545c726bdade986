package dev.forklift.board.gdb;

import dev.forklift.board.cpu.Processor;
import dev.forklift.board.cpu.Stop;
import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.cpu.StopPoints;
import dev.forklift.engine.gdb.GdbConnection;
import dev.forklift.engine.gdb.Hex;
import dev.forklift.engine.gdb.MemoryPackets;
import dev.forklift.engine.gdb.RegisterPackets;
import dev.forklift.engine.gdb.TargetDescription;
import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.MachineSpace;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The conversation with one debugger: what each packet is answered with. The machine is one
/// thread, number 1, and stands still meanwhile.
final class BoardSession {
  private static final String OK = "OK";
  private static final String ERROR = "E01";

  // GDB's numbers of signals, which say why a machine has stopped.
  private static final int INTERRUPT = 2;
  private static final int TRAP = 5;
  private static final int ABORT = 6;
  private static final int SEGMENTATION_FAULT = 11;

  /// What is to happen after an answer.
  enum Next {
    STAY,
    RUN,
    STEP,
    /// The debugger goes, the machine goes on.
    DETACH,
    /// The machine ends.
    KILL
  }

  private final Processor processor;
  private final StopPoints points;
  private final RegisterPackets registers;
  private String lastStop;
  private boolean knowsBreakpoints;
  private Next next = Next.STAY;

  BoardSession(Processor processor, StopPoints points) {
    this.processor = processor;
    this.points = points;
    int bytes = processor.cpu().isa().registers().is32Bit() ? Integer.BYTES : Long.BYTES;
    registers = new RegisterPackets(processor.debugging(), bytes, processor.space().byteOrder());
    lastStop = stopped(TRAP, "");
  }

  private Cpu cpu() {
    return processor.cpu();
  }

  /// What is to happen after the last answer.
  Next next() {
    return next;
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

  private @Nullable String answer(String packet) throws Hex.Wrong {
    String rest = packet.substring(1);
    return switch (packet.charAt(0)) {
      case '?' -> lastStop;
      case 'g' -> registers.all(cpu());
      case 'G' -> registers.setAll(cpu(), rest);
      case 'p' -> registers.one(cpu(), rest);
      case 'P' -> registers.setOne(cpu(), rest);
      case 'm' -> withMemory(space -> MemoryPackets.read(space, rest));
      case 'M' -> withMemory(space -> MemoryPackets.write(space, rest, false));
      case 'X' -> withMemory(space -> MemoryPackets.write(space, rest, true));
      case 'Z' -> MemoryPackets.point(points, rest, true);
      case 'z' -> MemoryPackets.point(points, rest, false);
      case 'c' -> goOn(Next.RUN, rest);
      case 's' -> goOn(Next.STEP, rest);
      case 'v' -> multiLetter(packet);
      case 'q' -> query(packet);
      case 'Q' -> packet.equals("QStartNoAckMode") ? OK : "";
      case 'H', 'T' -> OK;
      case 'D' -> {
        next = Next.DETACH;
        yield OK;
      }
      case 'k' -> {
        next = Next.KILL;
        yield null;
      }
      default -> "";
    };
  }

  /// Something done to memory.
  @FunctionalInterface
  private interface MemoryPacket {
    String answer(AddressSpace space) throws Hex.Wrong;
  }

  /// As the CPU sees memory now, with the rights of a supervisor.
  private String withMemory(MemoryPacket packet) throws Hex.Wrong {
    MachineSpace space = processor.space();
    boolean isUser = processor.isUserMode();
    space.setUserMode(false);
    try {
      return packet.answer(space);
    } finally {
      space.setUserMode(isUser);
    }
  }

  private @Nullable String goOn(Next how, String address) throws Hex.Wrong {
    if (!address.isEmpty()) {
      cpu().setPc(Hex.number(address));
    }
    next = how;
    return null;
  }

  private @Nullable String multiLetter(String packet) throws Hex.Wrong {
    if (packet.equals("vCont?")) {
      // A debugger that finds no signals among the actions does not use them at all.
      return "vCont;c;C;s;S";
    }
    if (packet.startsWith("vCont;")) {
      char action = packet.charAt("vCont;".length());
      return goOn(action == 's' || action == 'S' ? Next.STEP : Next.RUN, "");
    }
    if (packet.startsWith("vKill")) {
      next = Next.KILL;
      return OK;
    }
    return "";
  }

  private String query(String packet) throws Hex.Wrong {
    if (packet.startsWith("qSupported")) {
      knowsBreakpoints = packet.contains("swbreak+");
      return "PacketSize=%x;QStartNoAckMode+;vContSupported+;swbreak+;qXfer:features:read+"
          .formatted(GdbConnection.PACKET_BYTES);
    }
    String description = "qXfer:features:read:target.xml:";
    if (packet.startsWith(description)) {
      int bits = Byte.SIZE * registers.wordBytes();
      String xml = TargetDescription.of(registers.registers(), bits, null);
      return MemoryPackets.part(
          xml.getBytes(StandardCharsets.US_ASCII), packet.substring(description.length()));
    }
    return switch (packet) {
      case "qC" -> "QC1";
      case "qfThreadInfo" -> "m1";
      case "qsThreadInfo" -> "l";
      case "qAttached" -> "1";
      default -> packet.startsWith("qSymbol:") ? OK : "";
    };
  }

  // Stops.

  /// How the debugger is told of a stop, now or when it asks.
  String describe(Stop stop) {
    lastStop =
        switch (stop.kind()) {
          case BREAKPOINT -> stopped(TRAP, knowsBreakpoints ? "swbreak:;" : "");
          case WATCHPOINT -> {
            long address = cpu().watchedAddress();
            yield stopped(
                TRAP,
                "%s:%x;"
                    .formatted(
                        MemoryPackets.watchName(points, address, cpu().watchedAccess()), address));
          }
          case PAUSED -> stopped(INTERRUPT, "");
          case PANICKED -> stopped(ABORT, "");
          case LOST -> stopped(SEGMENTATION_FAULT, "");
          case HALTED, ENDED, RESET, QUIT -> "W%02x".formatted(stop.status());
        };
    return lastStop;
  }

  /// How it is told that one instruction was executed.
  String stepped() {
    lastStop = stopped(TRAP, "");
    return lastStop;
  }

  private String stopped(int signal, String reason) {
    return "T%02x%s%sthread:1;".formatted(signal, reason, registers.expedited(cpu()));
  }
}
