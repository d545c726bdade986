package dev.forklift.arch.nios2;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.isa.Isa;
import dev.forklift.kernel.arch.DebugAbi;
import dev.forklift.kernel.arch.FrameMemory;
import dev.forklift.kernel.arch.FrameRegisters;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Nios II for debuggers.
final class Nios2Debug implements DebugAbi {
  /// What follows `ra` in GDB's description. User code has none of them but pc.
  private static final List<String> BEHIND_GENERAL =
      List.of(
          "pc",
          "status",
          "estatus",
          "bstatus",
          "ienable",
          "ipending",
          "cpuid",
          "ctl6",
          "exception",
          "pteaddr",
          "tlbacc",
          "tlbmisc",
          "eccinj",
          "badaddr",
          "config",
          "mpubase",
          "mpuacc");

  /// `pr_reg` of a core file is the kernel's `pt_regs` for GDB and BFD: r8 to r15, r1 to r7, the
  /// number of the system call, ra, fp, sp, gp, the status register, pc, r7 of the call, r16 to
  /// r23, and three words more. (Linux 6.12 writes another layout, of another size, which they do
  /// not take for registers at all.)
  private static final int DUMPED = 34;

  private static final int NO_SYSTEM_CALL = -1;

  private final Isa isa;
  private final Nios2Prologue prologue;
  private final List<DebugRegister> registers;

  Nios2Debug(Isa isa) {
    this.isa = isa;
    this.prologue = new Nios2Prologue(isa);
    registers = described(isa.registers().names());
  }

  /// All registers of a CPU, of which `general` are the first.
  static List<DebugRegister> described(List<String> general) {
    List<DebugRegister> all = new ArrayList<>();
    for (String name : general) {
      String type =
          switch (name) {
            case "sp", "fp", "gp" -> "data_ptr";
            case "ra", "ea" -> "code_ptr";
            default -> "int";
          };
      all.add(new DebugRegister(name, type));
    }
    BEHIND_GENERAL.forEach(
        name -> all.add(new DebugRegister(name, name.equals("pc") ? "code_ptr" : "int")));
    return all;
  }

  @Override
  public Isa isa() {
    return isa;
  }

  @Override
  public List<DebugRegister> registers() {
    return registers;
  }

  @Override
  public int stackRegister() {
    return Nios2Linux.SP;
  }

  @Override
  public int returnAddressRegister() {
    return Nios2Linux.RA;
  }

  @Override
  public long signalReturn() {
    return Nios2Linux.KUSER_SIGRETURN;
  }

  @Override
  public long[] dumpedRegisters(Cpu cpu) {
    long[] dumped = new long[DUMPED];
    for (int i = 0; i < 8; i++) {
      dumped[i] = cpu.register(8 + i);
      dumped[23 + i] = cpu.register(16 + i);
    }
    for (int i = 1; i < 8; i++) {
      dumped[7 + i] = cpu.register(i);
    }
    dumped[15] = NO_SYSTEM_CALL;
    dumped[16] = cpu.register(Nios2Linux.RA);
    dumped[17] = cpu.register(Nios2Linux.FP);
    dumped[18] = cpu.register(Nios2Linux.SP);
    dumped[19] = cpu.register(Nios2Linux.GP);
    dumped[21] = cpu.pc();
    dumped[22] = NO_SYSTEM_CALL;
    return dumped;
  }

  @Override
  public @Nullable FrameRegisters callerByCode(
      FrameRegisters callee, long functionStart, boolean innermost, FrameMemory memory) {
    return prologue.caller(callee, functionStart, innermost, memory);
  }
}
