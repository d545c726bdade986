package dev.forklift.verify.delta;

import dev.forklift.engine.ir.Ir;
import dev.forklift.engine.ir.Op.Ordering;
import dev.forklift.engine.isa.InstructionSet;
import dev.forklift.engine.isa.Meaning;
import dev.forklift.verify.delta.Operands.Three;
import dev.forklift.verify.delta.Operands.Two;

/// Loads and stores. Misaligned ones fault.
final class MemoryInstructions {
  static void define(InstructionSet.Builder set) {
    set.on("ld", Two.SHAPE, load(8, true))
        .on("lw", Two.SHAPE, load(4, true))
        .on("lbu", Two.SHAPE, load(1, false))
        .on("st", Two.SHAPE, store(8))
        .on("sw", Two.SHAPE, store(4))
        .on("sb", Two.SHAPE, store(1))
        .on("cas", Three.SHAPE, MemoryInstructions::compareAndSwap)
        .on("fence", Ir::fence);
  }

  private static Meaning<Two> load(int bytes, boolean signed) {
    return (ir, a) ->
        ir.set(a.d(), ir.load(bytes, signed, true, Ordering.PLAIN, ir.reg(a.a()), a.imm()));
  }

  private static Meaning<Two> store(int bytes) {
    return (ir, a) -> ir.store(bytes, true, Ordering.PLAIN, ir.reg(a.a()), a.imm(), ir.reg(a.d()));
  }

  /// Stores b where a points if d stands there; d becomes what stood there.
  private static void compareAndSwap(Ir ir, Three a) {
    ir.set(a.d(), ir.compareExchange(8, ir.reg(a.a()), ir.reg(a.d()), ir.reg(a.b())));
  }

  private MemoryInstructions() {}
}
