package dev.forklift.arch.nios2;

import dev.forklift.arch.nios2.Operands.ControlRead;
import dev.forklift.arch.nios2.Operands.ControlWrite;
import dev.forklift.arch.nios2.Operands.Immediate;
import dev.forklift.arch.nios2.Operands.Move;
import dev.forklift.arch.nios2.Operands.Number;
import dev.forklift.engine.ir.BinaryOp;
import dev.forklift.engine.ir.Ir;
import dev.forklift.engine.ir.Value;
import dev.forklift.engine.isa.Fusion;
import dev.forklift.engine.isa.InstructionSet;
import dev.forklift.engine.isa.Meaning;
import java.util.List;

/// What a CPU offers beyond the instructions of user code: the only thing in which that of a
/// program and that of a board differ.
enum Privilege {
  /// There is only user mode: the kernel is ours.
  USER {
    @Override
    void define(InstructionSet.Builder set, Nios2Features features) {
      set.on("break", ir -> ir.raise(Nios2.BREAK));
      for (String name : new String[] {"eret", "bret", "rdctl", "wrctl"}) {
        set.on(name, ir -> ir.raise(Nios2.SUPERVISOR_ONLY_INSTRUCTION));
      }
      withoutShadowSets(set);
    }

    @Override
    Meaning<Immediate> hinted(Meaning<Immediate> comparison) {
      return comparison;
    }

    @Override
    int controlRegisters() {
      return 0;
    }

    @Override
    boolean seesMisalignedAccesses() {
      return false;
    }

    @Override
    List<Fusion> fusions(Fusion ofKernel) {
      return List.of(ofKernel);
    }
  },

  /// The guest brings a kernel of its own. What changes the state of the whole CPU leaves the
  /// engine as a trap with a [SystemOperation]'s code.
  SUPERVISOR {
    @Override
    void define(InstructionSet.Builder set, Nios2Features features) {
      set.on("break", Number.SHAPE, (ir, a) -> ir.trap(SystemOperation.BREAK.code(a.imm(), 0, 0)));
      set.on("eret", ir -> leave(ir, SystemOperation.ERET.code()));
      set.on("bret", ir -> leave(ir, SystemOperation.BRET.code()));
      set.on("rdctl", ControlRead.SHAPE, Privilege::readControl);
      set.on("wrctl", ControlWrite.SHAPE, (ir, a) -> writeControl(ir, a, features));
      if (features.hasShadowSets()) {
        set.on(
            "rdprs",
            Immediate.SHAPE,
            (ir, a) -> leave(ir, SystemOperation.RDPRS.code(a.imm(), a.rb(), a.ra())));
        set.on(
            "wrprs",
            Move.SHAPE,
            (ir, a) -> leave(ir, SystemOperation.WRPRS.code(0, a.rc(), a.ra())));
      } else {
        withoutShadowSets(set);
      }
    }

    @Override
    Meaning<Immediate> hinted(Meaning<Immediate> comparison) {
      return (ir, a) -> {
        if (a.ra() == 0 && a.rb() == 0 && (a.imm() == FAILED || a.imm() == PASSED)) {
          ir.trap(SystemOperation.HALT.code());
        } else {
          comparison.emit(ir, a);
        }
      };
    }

    @Override
    int controlRegisters() {
      return ControlRegister.COUNT;
    }

    @Override
    boolean seesMisalignedAccesses() {
      return true;
    }

    // A kernel of the guest's own makes its sequence atomic by itself.
    @Override
    List<Fusion> fusions(Fusion ofKernel) {
      return List.of();
    }
  };

  // What the library of the Nios II tools compares zero with, into the zero register, at the end of
  // a program: for a simulator to notice.
  private static final int FAILED = 0xabc1;
  private static final int PASSED = 0xabc2;

  /// Lets a comparison that changes nothing mean more, if the tools gave it a meaning.
  abstract Meaning<Immediate> hinted(Meaning<Immediate> comparison);

  /// Gives meanings to `break`, `eret`, `bret`, `rdctl`, `wrctl`, `rdprs` and `wrprs`.
  abstract void define(InstructionSet.Builder set, Nios2Features features);

  private static void withoutShadowSets(InstructionSet.Builder set) {
    set.on("rdprs", ir -> ir.raise(Nios2.ILLEGAL_INSTRUCTION));
    set.on("wrprs", ir -> ir.raise(Nios2.ILLEGAL_INSTRUCTION));
  }

  abstract int controlRegisters();

  /// Whether a misaligned load or store faults, or is completed as Linux completes it.
  abstract boolean seesMisalignedAccesses();

  /// What is lifted as one step, where a kernel of ours has a page with that code.
  abstract List<Fusion> fusions(Fusion ofKernel);

  private static void readControl(Ir ir, ControlRead a) {
    requireSupervisor(ir);
    ir.set(a.rc(), ir.reg(ControlRegister.slot(a.number())));
  }

  /// What a kernel does all the time is said in steps: to forbid and permit interrupts, and to
  /// prepare its return to what it interrupted. All else leaves the engine.
  private static void writeControl(Ir ir, ControlWrite a, Nios2Features features) {
    int code = SystemOperation.WRCTL.code(a.number(), 0, a.ra());
    if (a.number() == ControlRegister.STATUS && features.hasSimpleStatus()) {
      requireSupervisor(ir);
      writeStatus(ir, ir.reg(a.ra()), features.simpleStatus(), code);
    } else if (a.number() == ControlRegister.ESTATUS && features.hasSimpleStatus()) {
      requireSupervisor(ir);
      Value kept = ir.and(ir.reg(a.ra()), ir.imm(features.simpleStatus()));
      ir.set(
          ControlRegister.slot(ControlRegister.ESTATUS), ir.or(kept, ir.imm(ControlRegister.RSIE)));
    } else {
      leave(ir, code);
    }
  }

  private static void writeStatus(Ir ir, Value value, int bits, int code) {
    int slot = ControlRegister.slot(ControlRegister.STATUS);
    Value before = ir.reg(slot);
    Value pie = ir.imm(ControlRegister.PIE);
    // More than PIE, or PIE while an interrupt waits for it.
    ir.raiseIf(ir.and(ir.xor(value, before), ir.imm(bits & ~ControlRegister.PIE)), code);
    Value waits =
        ir.binary(
            BinaryOp.NOT_EQUAL, ir.reg(ControlRegister.slot(ControlRegister.IPENDING)), ir.imm(0));
    ir.raiseIf(ir.and(ir.and(value, pie), waits), code);
    ir.set(slot, ir.or(ir.and(before, ir.imm(~ControlRegister.PIE)), ir.and(value, pie)));
  }

  private static void leave(Ir ir, int code) {
    requireSupervisor(ir);
    ir.trap(code);
  }

  private static void requireSupervisor(Ir ir) {
    ir.raiseIf(
        ir.and(ir.reg(ControlRegister.slot(ControlRegister.STATUS)), ir.imm(ControlRegister.U)),
        Nios2.SUPERVISOR_ONLY_INSTRUCTION);
  }
}
