package dev.forklift.arch.nios2;

import static dev.forklift.arch.nios2.Nios2Features.ifThere;

import dev.forklift.arch.nios2.Operands.Immediate;
import dev.forklift.arch.nios2.Operands.Shift;
import dev.forklift.arch.nios2.Operands.Three;
import dev.forklift.engine.ir.BinaryOp;
import dev.forklift.engine.ir.Ir;
import dev.forklift.engine.ir.Value;
import dev.forklift.engine.isa.InstructionSet;
import dev.forklift.engine.isa.Meaning;

/// Arithmetic, logic, comparisons, shifts and rotates.
final class ArithmeticInstructions {
  static void define(InstructionSet.Builder set, Privilege privilege, Nios2Features features) {
    boolean wide = features.multipliesWide();
    set.on("add", Three.SHAPE, registers(BinaryOp.ADD))
        .on("sub", Three.SHAPE, registers(BinaryOp.SUB))
        .on("mul", Three.SHAPE, ifThere(features.multiplies(), registers(BinaryOp.MUL)))
        .on("mulxss", Three.SHAPE, ifThere(wide, registers(BinaryOp.MULH_SIGNED)))
        .on("mulxsu", Three.SHAPE, ifThere(wide, registers(BinaryOp.MULH_SIGNED_UNSIGNED)))
        .on("mulxuu", Three.SHAPE, ifThere(wide, registers(BinaryOp.MULH_UNSIGNED)))
        .on("div", Three.SHAPE, ifThere(features.divides(), ArithmeticInstructions::divideSigned))
        .on(
            "divu",
            Three.SHAPE,
            ifThere(features.divides(), ArithmeticInstructions::divideUnsigned))
        .on("and", Three.SHAPE, registers(BinaryOp.AND))
        .on("or", Three.SHAPE, registers(BinaryOp.OR))
        .on("xor", Three.SHAPE, registers(BinaryOp.XOR))
        .on(
            "nor",
            Three.SHAPE,
            (ir, a) -> ir.set(a.rc(), ir.not(ir.or(ir.reg(a.ra()), ir.reg(a.rb())))))
        .on("addi", Immediate.SHAPE, immediate(BinaryOp.ADD, 0))
        .on("muli", Immediate.SHAPE, ifThere(features.multiplies(), immediate(BinaryOp.MUL, 0)))
        .on("andi", Immediate.SHAPE, immediate(BinaryOp.AND, 0))
        .on("ori", Immediate.SHAPE, immediate(BinaryOp.OR, 0))
        .on("xori", Immediate.SHAPE, immediate(BinaryOp.XOR, 0))
        .on("andhi", Immediate.SHAPE, immediate(BinaryOp.AND, 16))
        .on("orhi", Immediate.SHAPE, immediate(BinaryOp.OR, 16))
        .on("xorhi", Immediate.SHAPE, immediate(BinaryOp.XOR, 16));

    set.on("cmpeq", Three.SHAPE, registers(BinaryOp.EQUAL))
        .on("cmpne", Three.SHAPE, registers(BinaryOp.NOT_EQUAL))
        .on("cmpge", Three.SHAPE, registers(BinaryOp.GREATER_EQUAL_SIGNED))
        .on("cmpgeu", Three.SHAPE, registers(BinaryOp.GREATER_EQUAL_UNSIGNED))
        .on("cmplt", Three.SHAPE, registers(BinaryOp.LESS_SIGNED))
        .on("cmpltu", Three.SHAPE, registers(BinaryOp.LESS_UNSIGNED))
        .on("cmpeqi", Immediate.SHAPE, immediate(BinaryOp.EQUAL, 0))
        .on("cmpnei", Immediate.SHAPE, immediate(BinaryOp.NOT_EQUAL, 0))
        .on("cmpgei", Immediate.SHAPE, immediate(BinaryOp.GREATER_EQUAL_SIGNED, 0))
        .on("cmplti", Immediate.SHAPE, immediate(BinaryOp.LESS_SIGNED, 0))
        .on("cmpgeui", Immediate.SHAPE, immediate(BinaryOp.GREATER_EQUAL_UNSIGNED, 0))
        .on("cmpltui", Immediate.SHAPE, privilege.hinted(immediate(BinaryOp.LESS_UNSIGNED, 0)));

    set.on("sll", Three.SHAPE, registers(BinaryOp.SHIFT_LEFT))
        .on("srl", Three.SHAPE, registers(BinaryOp.SHIFT_RIGHT_LOGICAL))
        .on("sra", Three.SHAPE, registers(BinaryOp.SHIFT_RIGHT_ARITHMETIC))
        .on("rol", Three.SHAPE, registers(BinaryOp.ROTATE_LEFT))
        .on("ror", Three.SHAPE, ArithmeticInstructions::rotateRight)
        .on("slli", Shift.SHAPE, shift(BinaryOp.SHIFT_LEFT))
        .on("srli", Shift.SHAPE, shift(BinaryOp.SHIFT_RIGHT_LOGICAL))
        .on("srai", Shift.SHAPE, shift(BinaryOp.SHIFT_RIGHT_ARITHMETIC))
        .on("roli", Shift.SHAPE, shift(BinaryOp.ROTATE_LEFT));
  }

  private static Meaning<Three> registers(BinaryOp op) {
    return (ir, a) -> ir.set(a.rc(), ir.binary(op, ir.reg(a.ra()), ir.reg(a.rb())));
  }

  private static Meaning<Immediate> immediate(BinaryOp op, int shift) {
    return (ir, a) -> ir.set(a.rb(), ir.binary(op, ir.reg(a.ra()), ir.imm(a.imm() << shift)));
  }

  private static Meaning<Shift> shift(BinaryOp op) {
    return (ir, a) -> ir.set(a.rc(), ir.binary(op, ir.reg(a.ra()), ir.imm(a.imm())));
  }

  private static void rotateRight(Ir ir, Three a) {
    Value left = ir.sub(ir.imm(0), ir.reg(a.rb()));
    ir.set(a.rc(), ir.binary(BinaryOp.ROTATE_LEFT, ir.reg(a.ra()), left));
  }

  private static void divideSigned(Ir ir, Three a) {
    Value dividend = ir.reg(a.ra());
    Value divisor = ir.reg(a.rb());
    Value smallest = ir.binary(BinaryOp.EQUAL, dividend, ir.imm(Integer.MIN_VALUE));
    Value minusOne = ir.binary(BinaryOp.EQUAL, divisor, ir.imm(-1));
    Value zero = ir.binary(BinaryOp.EQUAL, divisor, ir.imm(0));
    ir.raiseIf(ir.or(zero, ir.and(smallest, minusOne)), Nios2.DIVISION_ERROR);
    ir.set(a.rc(), ir.binary(BinaryOp.DIV_SIGNED, dividend, divisor));
  }

  private static void divideUnsigned(Ir ir, Three a) {
    Value divisor = ir.reg(a.rb());
    ir.raiseIf(ir.binary(BinaryOp.EQUAL, divisor, ir.imm(0)), Nios2.DIVISION_ERROR);
    ir.set(a.rc(), ir.binary(BinaryOp.DIV_UNSIGNED, ir.reg(a.ra()), divisor));
  }

  private ArithmeticInstructions() {}
}
