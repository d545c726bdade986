package dev.forklift.arch.nios2;

import dev.forklift.arch.nios2.Operands.Immediate;
import dev.forklift.engine.isa.InstructionSet;
import dev.forklift.engine.isa.Meaning;

/// Loads and stores. The io forms bypass the data cache, which nobody can see here.
///
/// Misaligned ones work: Linux completes them for a program that does not ask otherwise.
final class MemoryInstructions {
  static void define(InstructionSet.Builder set) {
    for (String io : new String[] {"", "io"}) {
      set.on("ldw" + io, Immediate.SHAPE, load(4, true))
          .on("ldh" + io, Immediate.SHAPE, load(2, true))
          .on("ldhu" + io, Immediate.SHAPE, load(2, false))
          .on("ldb" + io, Immediate.SHAPE, load(1, true))
          .on("ldbu" + io, Immediate.SHAPE, load(1, false))
          .on("stw" + io, Immediate.SHAPE, store(4))
          .on("sth" + io, Immediate.SHAPE, store(2))
          .on("stb" + io, Immediate.SHAPE, store(1));
    }
  }

  private static Meaning<Immediate> load(int bytes, boolean signed) {
    return (ir, a) -> ir.set(a.rb(), ir.load(bytes, signed, ir.reg(a.ra()), a.imm()));
  }

  private static Meaning<Immediate> store(int bytes) {
    return (ir, a) -> ir.store(bytes, ir.reg(a.ra()), a.imm(), ir.reg(a.rb()));
  }

  private MemoryInstructions() {}
}
