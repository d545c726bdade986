package dev.forklift.engine.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.forklift.engine.ir.Op.JumpKind;
import java.util.List;
import org.junit.jupiter.api.Test;

final class IrTest {
  private static final int ILLEGAL = 5;
  private static final int MISALIGNED = 7;
  private static final Value R1 = new Value.Reg(1);
  private static final Value R2 = new Value.Reg(2);

  private final Ir ir = new Ir(new Ir.Rules(Width.W32, 0, 32, 3, ILLEGAL, MISALIGNED));

  /// What one instruction at 0x100 becomes.
  private List<Op> instruction(Runnable meaning) {
    ir.begin(0x100, 4);
    meaning.run();
    ir.end();
    return ir.ops().subList(1, ir.ops().size());
  }

  @Test
  void aResultGoesStraightToItsRegister() {
    assertThat(instruction(() -> ir.set(1, ir.add(ir.reg(1), ir.reg(2)))))
        .containsExactly(new Op.Binary(BinaryOp.ADD, Width.W32, 1, R1, R2));
  }

  @Test
  void aLoadGoesStraightToItsRegisterBecauseAFaultComesBefore() {
    assertThat(instruction(() -> ir.set(1, ir.load(4, false, ir.reg(1), 8))))
        .containsExactly(new Op.Load(1, 4, true, false, Op.Ordering.PLAIN, R1, 8));
  }

  @Test
  void aResultWaitsForACheckBehindIt() {
    assertThat(
            instruction(() -> {
              Value sum = ir.add(ir.reg(1), ir.reg(2));
              ir.set(1, sum);
              ir.raiseIf(sum, 9);
            }))
        .containsExactly(
            new Op.Binary(BinaryOp.ADD, Width.W32, 32, R1, R2),
            new Op.RaiseIf(new Value.Reg(32), -1, 9),
            new Op.Move(1, new Value.Reg(32)));
  }

  @Test
  void theZeroRegisterReadsZeroAndIsNeverWritten() {
    assertThat(instruction(() -> ir.set(0, ir.imm(5)))).isEmpty();
    assertThat(ir.reg(0)).isEqualTo(Value.ZERO);
  }

  @Test
  void knownResultsAreComputedAtOnce() {
    assertThat(instruction(() -> ir.set(1, ir.add(ir.imm(2), ir.imm(3)))))
        .containsExactly(new Op.Move(1, new Value.Const(5)));
  }

  @Test
  void whatChangesNothingIsNothing() {
    assertThat(ir.add(R1, Value.ZERO)).isEqualTo(R1);
    assertThat(ir.or(Value.ZERO, R1)).isEqualTo(R1);
    assertThat(ir.mul(R1, Value.ZERO)).isEqualTo(Value.ZERO);
    assertThat(instruction(() -> ir.set(1, ir.reg(1)))).isEmpty();
  }

  @Test
  void numbersAreAsRegistersHoldThem() {
    assertThat(ir.imm(0xffff_0000L)).isEqualTo(new Value.Const(0xffff_ffff_ffff_0000L));
  }

  @Test
  void aJumpReadsItsTargetBeforeTheLinkRegisterChanges() {
    assertThat(
            instruction(() -> {
              ir.set(1, ir.imm(0x104));
              ir.jumpIndirect(ir.reg(1), JumpKind.CALL);
            }))
        .containsExactly(
            new Op.RaiseIf(R1, 3, MISALIGNED),
            new Op.Move(32, R1),
            new Op.Move(1, new Value.Const(0x104)),
            new Op.JumpIndirect(new Value.Reg(32), JumpKind.CALL));
  }

  @Test
  void aBranchThatIsDecidedIsAJump() {
    assertThat(instruction(() -> ir.branch(BinaryOp.EQUAL, Value.ZERO, Value.ZERO, 0x200)))
        .containsExactly(new Op.Jump(0x200, JumpKind.JUMP));
    assertThat(new Ir(new Ir.Rules(Width.W32, 0, 32, 3, 5, 7)).ops()).isEmpty();
  }

  @Test
  void aBranchThatIsNeverTakenGoesOn() {
    assertThat(instruction(() -> ir.branch(BinaryOp.NOT_EQUAL, Value.ZERO, Value.ZERO, 0x200)))
        .containsExactly(new Op.Jump(0x104, JumpKind.JUMP));
  }

  @Test
  void aDelayedBranchGoesOnBehindItsSlot() {
    ir.begin(0x100, 4);
    ir.delayed();
    ir.branch(BinaryOp.EQUAL, ir.reg(1), ir.reg(2), 0x200);
    assertThat(ir.end()).isEqualTo(Ir.Next.DELAY_SLOT);
    ir.begin(0x104, 4);
    ir.set(1, ir.imm(1));
    assertThat(ir.end()).isEqualTo(Ir.Next.NOTHING);
    assertThat(ir.ops())
        .containsExactly(
            new Op.Instruction(0x100, 4),
            new Op.Move(32, R1),
            new Op.Move(1, new Value.Const(1)),
            new Op.Branch(BinaryOp.EQUAL, new Value.Reg(32), R2, 0x200, 0x108));
  }

  @Test
  void refusesMeaningsThatMakeNoSense() {
    ir.begin(0x100, 4);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ir.branch(BinaryOp.ADD, R1, R2, 0x200))
        .withMessageContaining("ADD");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ir.jump(0x202, JumpKind.JUMP))
        .withMessageContaining("0x202");
    assertThatIllegalArgumentException().isThrownBy(() -> ir.signExtend(R1, 12));
  }
}
