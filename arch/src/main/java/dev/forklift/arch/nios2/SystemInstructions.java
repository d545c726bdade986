package dev.forklift.arch.nios2;

import dev.forklift.arch.nios2.Operands.Number;
import dev.forklift.engine.ir.Ir;
import dev.forklift.engine.isa.InstructionSet;

/// Traps, caches, and what only a supervisor may do, as a program in user mode meets them.
final class SystemInstructions {
  static void defineForUser(InstructionSet.Builder set) {
    // User code is fetched anew after any store into it, so that there is no cache to flush.
    for (String name :
        new String[] {"flushd", "flushda", "flushi", "flushp", "initd", "initda", "initi"}) {
      set.on(name, _ -> {});
    }
    set.on("sync", Ir::fence);
    set.on("trap", Number.SHAPE, (ir, a) -> ir.trap(a.imm()));
    set.on("break", ir -> ir.raise(Nios2.BREAK));
    for (String name : new String[] {"eret", "bret", "rdctl", "wrctl"}) {
      set.on(name, ir -> ir.raise(Nios2.SUPERVISOR_ONLY_INSTRUCTION));
    }
    // There are no shadow register sets.
    set.on("rdprs", ir -> ir.raise(Nios2.ILLEGAL_INSTRUCTION));
    set.on("wrprs", ir -> ir.raise(Nios2.ILLEGAL_INSTRUCTION));
  }

  private SystemInstructions() {}
}
