package dev.forklift.verify.delta;

import dev.forklift.engine.ir.Ir;
import dev.forklift.engine.isa.InstructionSet;

/// Traps.
final class SystemInstructions {
  static void define(InstructionSet.Builder set) {
    set.on("trap", i -> i.get("imm"), Ir::trap).on("brk", ir -> ir.raise(Delta.BREAKPOINT));
  }

  private SystemInstructions() {}
}
