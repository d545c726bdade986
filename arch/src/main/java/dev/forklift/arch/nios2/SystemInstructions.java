package dev.forklift.arch.nios2;

import dev.forklift.arch.nios2.Operands.Number;
import dev.forklift.engine.ir.Ir;
import dev.forklift.engine.isa.InstructionSet;

/// Traps, caches, and what only a supervisor may do, as a program in user mode meets them.
final class SystemInstructions {
  static void defineForUser(InstructionSet.Builder set) {
    // User code is fetched anew after any store into it, so that there is no cache to flush.
    set.on("trap", Number.SHAPE, (ir, a) -> ir.trap(a.imm()))
        .on("break", ir -> ir.raise(Nios2.BREAK))
        .on("sync", Ir::fence)
        .on("flushd", ir -> {})
        .on("flushda", ir -> {})
        .on("flushi", ir -> {})
        .on("flushp", ir -> {});
    for (String name :
        new String[] {"eret", "bret", "rdctl", "wrctl", "rdprs", "wrprs", "initi", "initd"}) {
      set.on(name, ir -> ir.raise(Nios2.SUPERVISOR_ONLY_INSTRUCTION));
    }
    set.on("initda", ir -> {});
  }

  private SystemInstructions() {}
}
