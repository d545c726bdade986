package dev.forklift.verify.delta;

import dev.forklift.engine.isa.InstructionSet;
import dev.forklift.engine.isa.Isa;
import dev.forklift.engine.isa.Registers;
import java.nio.ByteOrder;
import java.util.List;

/// What user code sees of Delta.
final class Delta implements Isa {
  // Numbers of exceptions.
  static final int ILLEGAL_INSTRUCTION = 1;
  static final int MISALIGNED_JUMP = 2;
  static final int DIVISION_BY_ZERO = 3;
  static final int BREAKPOINT = 4;

  /// The register that calls leave the return address in.
  static final int RA = 15;

  /// Set by system calls that failed. Only `bcs` can name it.
  static final int CARRY = 16;

  private static final List<String> NAMES =
      List.of(
          "zero", "a0", "a1", "a2", "a3", "a4", "a5", "nr", "t0", "t1", "t2", "t3", "tp", "fp",
          "sp", "ra", "carry");

  private final Registers registers = new Registers(NAMES, Long.SIZE, 0);
  private final InstructionSet instructions;

  Delta() {
    InstructionSet.Builder set =
        InstructionSet.load(
            "delta.decode",
            Delta.class.getResourceAsStream("delta.decode"),
            registers,
            byteOrder());
    ArithmeticInstructions.define(set);
    MemoryInstructions.define(set);
    BranchInstructions.define(set);
    SystemInstructions.define(set);
    instructions = set.build();
  }

  @Override
  public String name() {
    return "delta";
  }

  @Override
  public ByteOrder byteOrder() {
    return ByteOrder.BIG_ENDIAN;
  }

  @Override
  public Registers registers() {
    return registers;
  }

  @Override
  public InstructionSet instructions() {
    return instructions;
  }

  @Override
  public int instructionAlignmentShift() {
    return 1;
  }

  @Override
  public int illegalInstruction() {
    return ILLEGAL_INSTRUCTION;
  }

  @Override
  public int misalignedJump() {
    return MISALIGNED_JUMP;
  }
}
