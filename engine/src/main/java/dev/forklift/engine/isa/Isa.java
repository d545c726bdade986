package dev.forklift.engine.isa;

import java.nio.ByteOrder;
import java.util.List;

/// A guest CPU as the engine needs it.
public interface Isa {
  /// The name users type, such as `nios2`.
  String name();

  ByteOrder byteOrder();

  Registers registers();

  InstructionSet instructions();

  /// Runs of instructions that are lifted as one step.
  default List<Fusion> fusions() {
    return List.of();
  }

  /// Binary logarithm of the alignment of instructions.
  int instructionAlignmentShift();

  /// The exception number raised for code that decodes to no instruction.
  int illegalInstruction();

  /// The exception number raised for a jump to an address that is not aligned: at the jump, without
  /// any change to registers.
  int misalignedJump();
}
