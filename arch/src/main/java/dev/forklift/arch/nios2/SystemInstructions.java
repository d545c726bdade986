package dev.forklift.arch.nios2;

import dev.forklift.arch.nios2.Operands.Number;
import dev.forklift.engine.ir.Ir;
import dev.forklift.engine.isa.InstructionSet;

/// Traps and caches, and by way of the [Privilege] what only a supervisor may do.
final class SystemInstructions {
  static void define(InstructionSet.Builder set, Privilege privilege, Nios2Features features) {
    // Code is fetched anew after any store into it, so that there is no cache to flush.
    for (String name :
        new String[] {"flushd", "flushda", "flushi", "flushp", "initd", "initda", "initi"}) {
      set.on(name, _ -> {});
    }
    set.on("sync", Ir::fence);
    set.on("trap", Number.SHAPE, (ir, a) -> ir.trap(a.imm()));
    privilege.define(set, features);
  }

  private SystemInstructions() {}
}
