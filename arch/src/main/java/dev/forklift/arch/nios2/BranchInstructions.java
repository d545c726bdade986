package dev.forklift.arch.nios2;

import dev.forklift.arch.nios2.Operands.Immediate;
import dev.forklift.arch.nios2.Operands.Number;
import dev.forklift.arch.nios2.Operands.Result;
import dev.forklift.arch.nios2.Operands.Source;
import dev.forklift.arch.nios2.Operands.Target;
import dev.forklift.engine.ir.BinaryOp;
import dev.forklift.engine.ir.Ir;
import dev.forklift.engine.ir.Op.JumpKind;
import dev.forklift.engine.isa.InstructionSet;
import dev.forklift.engine.isa.Meaning;

/// Branches, jumps and calls.
final class BranchInstructions {
  /// Jumps and calls stay in the 256 MiB of the instruction.
  private static final long SEGMENT = 0xf000_0000L;

  static void define(InstructionSet.Builder set) {
    set.on("br", Number.SHAPE, (ir, a) -> ir.jump(relative(ir, a.imm()), JumpKind.JUMP))
        .on("beq", Immediate.SHAPE, branch(BinaryOp.EQUAL))
        .on("bne", Immediate.SHAPE, branch(BinaryOp.NOT_EQUAL))
        .on("bge", Immediate.SHAPE, branch(BinaryOp.GREATER_EQUAL_SIGNED))
        .on("bgeu", Immediate.SHAPE, branch(BinaryOp.GREATER_EQUAL_UNSIGNED))
        .on("blt", Immediate.SHAPE, branch(BinaryOp.LESS_SIGNED))
        .on("bltu", Immediate.SHAPE, branch(BinaryOp.LESS_UNSIGNED))
        .on("call", Target.SHAPE, BranchInstructions::call)
        .on("jmpi", Target.SHAPE, (ir, a) -> ir.jump(target(ir, a), JumpKind.JUMP))
        .on("callr", Source.SHAPE, BranchInstructions::callRegister)
        .on("jmp", Source.SHAPE, (ir, a) -> ir.jumpIndirect(ir.reg(a.ra()), kind(a.ra())))
        .on("ret", ir -> ir.jumpIndirect(ir.reg(Nios2.RA), JumpKind.RETURN))
        .on("nextpc", Result.SHAPE, (ir, a) -> ir.set(a.rc(), ir.imm(ir.nextPc())));
  }

  private static Meaning<Immediate> branch(BinaryOp op) {
    return (ir, a) -> ir.branch(op, ir.reg(a.ra()), ir.reg(a.rb()), relative(ir, a.imm()));
  }

  /// The processor ignores the two low bits of the distance.
  private static long relative(Ir ir, int distance) {
    return ir.nextPc() + (distance & -4);
  }

  private static long target(Ir ir, Target a) {
    return (ir.pc() & SEGMENT) | a.target();
  }

  private static void call(Ir ir, Target a) {
    ir.set(Nios2.RA, ir.imm(ir.nextPc()));
    ir.jump(target(ir, a), JumpKind.CALL);
  }

  private static void callRegister(Ir ir, Source a) {
    ir.set(Nios2.RA, ir.imm(ir.nextPc()));
    ir.jumpIndirect(ir.reg(a.ra()), JumpKind.CALL);
  }

  private static JumpKind kind(int register) {
    return register == Nios2.RA ? JumpKind.RETURN : JumpKind.JUMP;
  }

  private BranchInstructions() {}
}
