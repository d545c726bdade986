package dev.forklift.arch.nios2;

import dev.forklift.arch.nios2.Operands.Custom;
import dev.forklift.engine.isa.InstructionSet;

/// The custom instructions of a CPU, by number.
public final class CustomInstructions {
  /// None at all.
  public static final CustomInstructions NONE = new CustomInstructions();

  void define(InstructionSet.Builder set) {
    set.on("custom", Custom.SHAPE, (ir, a) -> ir.raise(Nios2.UNIMPLEMENTED_INSTRUCTION));
  }
}
