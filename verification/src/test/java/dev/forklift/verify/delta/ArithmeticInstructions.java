package dev.forklift.verify.delta;

import dev.forklift.engine.ir.BinaryOp;
import dev.forklift.engine.ir.Ir;
import dev.forklift.engine.ir.Value;
import dev.forklift.engine.isa.InstructionSet;
import dev.forklift.engine.isa.Meaning;
import dev.forklift.verify.delta.Operands.Load;
import dev.forklift.verify.delta.Operands.Place;
import dev.forklift.verify.delta.Operands.Three;
import dev.forklift.verify.delta.Operands.Two;

/// Arithmetic and logic.
final class ArithmeticInstructions {
  static void define(InstructionSet.Builder set) {
    set.on("add", Three.SHAPE, three(BinaryOp.ADD))
        .on("sub", Three.SHAPE, three(BinaryOp.SUB))
        .on("and", Three.SHAPE, three(BinaryOp.AND))
        .on("or", Three.SHAPE, three(BinaryOp.OR))
        .on("sll", Three.SHAPE, three(BinaryOp.SHIFT_LEFT))
        .on("srl", Three.SHAPE, three(BinaryOp.SHIFT_RIGHT_LOGICAL))
        .on("sltu", Three.SHAPE, three(BinaryOp.LESS_UNSIGNED))
        .on("div", Three.SHAPE, ArithmeticInstructions::divide)
        .on("li", Load.SHAPE, (ir, a) -> ir.set(a.d(), ir.imm(a.imm())))
        .on("addi", Two.SHAPE, (ir, a) -> ir.set(a.d(), ir.add(ir.reg(a.a()), ir.imm(a.imm()))))
        .on("ori", Two.SHAPE, (ir, a) -> ir.set(a.d(), ir.or(ir.reg(a.a()), ir.imm(a.imm()))))
        .on("shori", Two.SHAPE, ArithmeticInstructions::append)
        .on("lea", Place.SHAPE, (ir, a) -> ir.set(a.d(), ir.imm(ir.nextPc() + a.far())));
  }

  private static Meaning<Three> three(BinaryOp op) {
    return (ir, a) -> ir.set(a.d(), ir.binary(op, ir.reg(a.a()), ir.reg(a.b())));
  }

  private static void divide(Ir ir, Three a) {
    Value divisor = ir.reg(a.b());
    ir.raiseIf(ir.binary(BinaryOp.EQUAL, divisor, Value.ZERO), Delta.DIVISION_BY_ZERO);
    ir.set(a.d(), ir.binary(BinaryOp.DIV_SIGNED, ir.reg(a.a()), divisor));
  }

  /// 16 more bits at the low end: how numbers of 64 bits come into a register.
  private static void append(Ir ir, Two a) {
    Value shifted = ir.binary(BinaryOp.SHIFT_LEFT, ir.reg(a.a()), ir.imm(Short.SIZE));
    ir.set(a.d(), ir.or(shifted, ir.imm(a.imm())));
  }

  private ArithmeticInstructions() {}
}
