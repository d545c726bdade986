package dev.forklift.arch.nios2;

import dev.forklift.engine.ir.Op;
import dev.forklift.engine.ir.Value;
import dev.forklift.engine.isa.Fusion;
import dev.forklift.engine.isa.InstructionSet;
import dev.forklift.engine.isa.Isa;
import dev.forklift.engine.isa.Registers;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Intel's (Altera's) Nios II, release 1, little-endian: what user code sees of it, or the whole.
public final class Nios2 implements Isa {
  // Numbers of exceptions: the CAUSE field of the exception register.
  public static final int UNIMPLEMENTED_INSTRUCTION = 4;
  public static final int ILLEGAL_INSTRUCTION = 5;
  public static final int MISALIGNED_DATA = 6;
  public static final int MISALIGNED_DESTINATION = 7;
  public static final int DIVISION_ERROR = 8;
  public static final int SUPERVISOR_ONLY_INSTRUCTION = 10;

  /// A `break` instruction; no CAUSE of the processor's.
  public static final int BREAK = 32;

  /// How many registers instructions can name.
  static final int GENERAL_REGISTERS = 32;

  /// Names of the control registers, which are registers like others where there is a supervisor.
  private static final String CONTROL = "control";

  /// The register that calls leave the return address in.
  public static final int RA = 31;

  private static final List<String> NAMES =
      List.of(
          "zero", "at", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "r13",
          "r14", "r15", "r16", "r17", "r18", "r19", "r20", "r21", "r22", "r23", "et", "bt", "gp",
          "sp", "fp", "ea", "sstatus", "ra");

  /// What Linux's kuser page has for compare and exchange, as the processor has no such
  /// instruction: `r2 = *r4 - r5; if (r2 == 0) *r4 = r6; ret`. A kernel on one processor makes it
  /// atomic by starting it again when it was interrupted; here threads run at the same time.
  private static final Fusion COMPARE_AND_EXCHANGE =
      new Fusion(
          List.of(0x20800017, 0x1145c83a, 0x1000011e, 0x21800015, 0xf800283a),
          ir -> {
            // A misaligned access is completed elsewhere, but it cannot be atomic.
            ir.raiseIf(ir.and(ir.reg(4), ir.imm(3)), Nios2.MISALIGNED_DATA);
            Value old = ir.compareExchange(4, ir.reg(4), ir.reg(5), ir.reg(6));
            ir.set(2, ir.sub(old, ir.reg(5)));
            ir.jumpIndirect(ir.reg(RA), Op.JumpKind.RETURN);
          });

  private final Registers registers;
  private final Supplier<InstructionSet> instructions;
  private final List<Fusion> fusions;

  /// A CPU without custom instructions.
  public Nios2() {
    this(CustomInstructions.NONE);
  }

  /// A CPU with these custom instructions.
  public Nios2(CustomInstructions custom) {
    this(custom, Privilege.USER, Nios2Features.USUAL);
  }

  /// A whole CPU, for what runs without a kernel of ours under it: control registers stand behind
  /// the general ones, misaligned accesses fault, and nothing is refused to a supervisor.
  static Nios2 system(CustomInstructions custom, Nios2Features features) {
    return new Nios2(custom, Privilege.SUPERVISOR, features);
  }

  private Nios2(CustomInstructions custom, Privilege privilege, Nios2Features features) {
    registers = new Registers(names(privilege.controlRegisters()), Integer.SIZE, 0);
    fusions = privilege.fusions(COMPARE_AND_EXCHANGE);
    // Nobody needs them before there is a program or a machine to run, which takes as long to make.
    instructions = ReadAhead.of(() -> read(registers, custom, privilege, features));
    if (custom != CustomInstructions.NONE) {
      // What is wrong with them is said here.
      var _ = instructions.get();
    }
  }

  private static InstructionSet read(
      Registers registers, CustomInstructions custom, Privilege privilege, Nios2Features features) {
    InstructionSet.Builder set =
        InstructionSet.load(
            "nios2.decode",
            Nios2.class.getResourceAsStream("nios2.decode"),
            registers,
            ByteOrder.LITTLE_ENDIAN);
    MemoryInstructions.define(set, privilege);
    ArithmeticInstructions.define(set, privilege, features);
    BranchInstructions.define(set);
    SystemInstructions.define(set, privilege, features);
    custom.define(set);
    return set.build();
  }

  private static List<String> names(int controlRegisters) {
    List<String> names = new ArrayList<>(NAMES);
    for (int i = 0; i < controlRegisters; i++) {
      names.add(CONTROL + i);
    }
    return names;
  }

  @Override
  public String name() {
    return "nios2";
  }

  @Override
  public ByteOrder byteOrder() {
    return ByteOrder.LITTLE_ENDIAN;
  }

  @Override
  public Registers registers() {
    return registers;
  }

  @Override
  public InstructionSet instructions() {
    return instructions.get();
  }

  @Override
  public List<Fusion> fusions() {
    return fusions;
  }

  @Override
  public int instructionAlignmentShift() {
    return 2;
  }

  @Override
  public int illegalInstruction() {
    return ILLEGAL_INSTRUCTION;
  }

  @Override
  public int misalignedJump() {
    return MISALIGNED_DESTINATION;
  }
}
