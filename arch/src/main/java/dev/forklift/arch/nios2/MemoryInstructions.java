package dev.forklift.arch.nios2;

import dev.forklift.arch.nios2.Operands.Immediate;
import dev.forklift.engine.ir.Op.Ordering;
import dev.forklift.engine.isa.InstructionSet;
import dev.forklift.engine.isa.Meaning;

/// Loads and stores.
///
/// For a user misaligned ones work, because Linux completes them: except the io forms (which bypass
/// the cache, and cannot be told from the others here otherwise). Linux does not know those, and
/// goes on behind a misaligned one as if it had not been there. A supervisor gets to see them all.
final class MemoryInstructions {
  static void define(InstructionSet.Builder set, Privilege privilege) {
    define(set, "", privilege.seesMisalignedAccesses());
    define(set, "io", true);
  }

  private static void define(InstructionSet.Builder set, String io, boolean aligned) {
    set.on("ldw" + io, Immediate.SHAPE, load(4, true, aligned))
        .on("ldh" + io, Immediate.SHAPE, load(2, true, aligned))
        .on("ldhu" + io, Immediate.SHAPE, load(2, false, aligned))
        .on("ldb" + io, Immediate.SHAPE, load(1, true, aligned))
        .on("ldbu" + io, Immediate.SHAPE, load(1, false, aligned))
        .on("stw" + io, Immediate.SHAPE, store(4, aligned))
        .on("sth" + io, Immediate.SHAPE, store(2, aligned))
        .on("stb" + io, Immediate.SHAPE, store(1, aligned));
  }

  private static Meaning<Immediate> load(int bytes, boolean signed, boolean aligned) {
    return (ir, a) ->
        ir.set(a.rb(), ir.load(bytes, signed, aligned, Ordering.PLAIN, ir.reg(a.ra()), a.imm()));
  }

  private static Meaning<Immediate> store(int bytes, boolean aligned) {
    return (ir, a) ->
        ir.store(bytes, aligned, Ordering.PLAIN, ir.reg(a.ra()), a.imm(), ir.reg(a.rb()));
  }

  private MemoryInstructions() {}
}
