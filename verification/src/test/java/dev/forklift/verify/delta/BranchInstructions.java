package dev.forklift.verify.delta;

import dev.forklift.engine.ir.BinaryOp;
import dev.forklift.engine.ir.Ir;
import dev.forklift.engine.ir.Op.JumpKind;
import dev.forklift.engine.ir.Value;
import dev.forklift.engine.isa.InstructionSet;
import dev.forklift.engine.isa.Meaning;
import dev.forklift.verify.delta.Operands.Far;
import dev.forklift.verify.delta.Operands.Near;

/// Branches, jumps and calls: all take effect behind the instruction that follows.
final class BranchInstructions {
  private static final int SLOT_BYTES = 2;

  static void define(InstructionSet.Builder set) {
    set.on("beqz", Near.SHAPE, near(BinaryOp.EQUAL))
        .on("bnez", Near.SHAPE, near(BinaryOp.NOT_EQUAL))
        .on("bcs", i -> i.get("near"), BranchInstructions::onCarry)
        .on("beq", Far.SHAPE, far(BinaryOp.EQUAL))
        .on("bltu", Far.SHAPE, far(BinaryOp.LESS_UNSIGNED))
        .on("bal", i -> i.get("call"), BranchInstructions::call)
        .on("jr", i -> i.get("a"), BranchInstructions::jump);
  }

  private static Meaning<Near> near(BinaryOp op) {
    return (ir, a) -> {
      ir.delayed();
      ir.branch(op, ir.reg(a.d()), Value.ZERO, ir.nextPc() + a.near());
    };
  }

  private static Meaning<Far> far(BinaryOp op) {
    return (ir, a) -> {
      ir.delayed();
      ir.branch(op, ir.reg(a.a()), ir.reg(a.b()), ir.nextPc() + a.far());
    };
  }

  private static void onCarry(Ir ir, int near) {
    ir.delayed();
    ir.branch(BinaryOp.NOT_EQUAL, ir.reg(Delta.CARRY), Value.ZERO, ir.nextPc() + near);
  }

  private static void call(Ir ir, int distance) {
    ir.delayed();
    ir.set(Delta.RA, ir.imm(ir.nextPc() + SLOT_BYTES));
    ir.jump(ir.nextPc() + distance, JumpKind.CALL);
  }

  private static void jump(Ir ir, int register) {
    ir.delayed();
    ir.jumpIndirect(ir.reg(register), register == Delta.RA ? JumpKind.RETURN : JumpKind.JUMP);
  }

  private BranchInstructions() {}
}
