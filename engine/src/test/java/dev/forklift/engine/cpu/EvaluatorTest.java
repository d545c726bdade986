package dev.forklift.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.memory.Access;
import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.engine.memory.GuestFault;
import dev.forklift.engine.memory.PagedAddressSpace;
import dev.forklift.engine.memory.Protection;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Programs of the [Toy] architecture.
final class EvaluatorTest {
  private static final int PAGE_SHIFT = 13;
  private static final int PAGE = 1 << PAGE_SHIFT;

  /// Far beyond 32 bits.
  private static final long CODE = 0x12_3456_0000L;

  private static final long DATA = 0x40_0000_0000L;

  private final Toy toy = new Toy();
  private final PagedAddressSpace space =
      PagedAddressSpace.create(new FrameBudget(1 << 24), toy.byteOrder(), PAGE_SHIFT, 1L << 40, 1);
  private final Cpu cpu = new Cpu(toy);
  private final Engine engine = new Evaluator();

  EvaluatorTest() {
    space.map(DATA, PAGE, Protection.READ | Protection.WRITE, null, 0, false, null);
    space.map(CODE, 2 * PAGE, Protection.READ | Protection.EXECUTE, null, 0, false, null);
    cpu.setPc(CODE);
    cpu.setRegister(10, DATA);
  }

  private void program(String text) {
    program(CODE, text);
  }

  private void program(long start, String text) {
    byte[] code = toy.instructions().assembler().assemble(start, text);
    space.poke(start, code, 0, code.length);
  }

  @Test
  void tellsWhatFollowsTheInstructionThatFailed() {
    program("li x2,1\n ld x3,0(x4)\n trap 0");
    assertThat(run()).isEqualTo(Exit.FAULT);
    assertThat(cpu.nextPc()).isEqualTo(CODE + 6);
    program("li x2,1\n bal x1,end\n ld x3,0(x4)\n end: trap 0");
    cpu.setPc(CODE);
    assertThat(run()).isEqualTo(Exit.FAULT);
    assertThat(cpu.nextPc()).as("behind the slot").isEqualTo(CODE + 8);
    program("jr x5\n li x2,2\n trap 0");
    cpu.setPc(CODE);
    cpu.setRegister(5, 1);
    assertThat(run()).isEqualTo(Exit.EXCEPTION);
    assertThat(cpu.nextPc()).isEqualTo(CODE + 4);
  }

  private Exit run() {
    return engine.run(cpu, space);
  }

  private void runToTrap() {
    assertThat(run()).isEqualTo(Exit.TRAP);
  }

  @Test
  void computesWith64Bits() {
    program(
        """
        li x1,1
        addi x2,x10,0x123
        add x3,x2,x2
        addiw x4,x2,1
        sub x5,x1,x2
        trap 7
        """);
    runToTrap();
    assertThat(cpu.register(2)).isEqualTo(DATA + 0x123);
    assertThat(cpu.register(3)).isEqualTo(2 * DATA + 0x246);
    assertThat(cpu.register(4)).isEqualTo(0x124);
    assertThat(cpu.register(5)).isEqualTo(1 - DATA - 0x123);
    assertThat(cpu.exitCode()).isEqualTo(7);
    assertThat(cpu.pc()).isEqualTo(CODE + 2 + 4 + 2 + 4 + 2);
    assertThat(cpu.nextPc()).isEqualTo(cpu.pc() + 2);
    assertThat(cpu.instructions()).isEqualTo(6);
  }

  @Test
  void loadsAndStoresInTheGuestsByteOrder() {
    program(
        """
        st x1,8(x10)
        lw x2,8(x10)
        lb x3,8(x10)
        ld x4,5(x10)
        trap 0
        """);
    cpu.setRegister(1, 0x8877_6655_4433_2211L);
    runToTrap();
    assertThat(cpu.register(2)).isEqualTo(0x8877_6655L);
    assertThat(cpu.register(3)).isEqualTo(0xffff_ffff_ffff_ff88L);
    assertThat(cpu.register(4)).isEqualTo(0x8877_6655_44L);
  }

  @Test
  void executesTheDelaySlotOfATakenAndOfAnUntakenBranch() {
    program(
        """
                li x1,0
                bz x1,there
                li x1,5         # the condition has been read before
                li x2,1
        there:  bz x1,CODE
                li x3,3
                trap 0
        CODE:   trap 1
        """);
    runToTrap();
    assertThat(cpu.exitCode()).isZero();
    assertThat(cpu.register(1)).isEqualTo(5);
    assertThat(cpu.register(2)).isZero();
    assertThat(cpu.register(3)).isEqualTo(3);
    assertThat(cpu.instructions()).isEqualTo(6);
  }

  @Test
  void theDelaySlotSeesTheLinkRegisterAndMayChangeIt() {
    program(
        """
              bal x1,there
              add x2,x1,x1
              trap 0
        there: bal x3,end
              li x3,9
              trap 1
        end:  trap 2
        """);
    runToTrap();
    assertThat(cpu.exitCode()).isEqualTo(2);
    assertThat(cpu.register(1)).isEqualTo(CODE + 4);
    assertThat(cpu.register(2)).isEqualTo(2 * (CODE + 4));
    assertThat(cpu.register(3)).isEqualTo(9);
  }

  @Test
  void theTargetOfADelayedJumpIsReadBeforeTheSlot() {
    program("jr x1\n li x1,0\n trap 0\n trap 1");
    cpu.setRegister(1, CODE + 6);
    runToTrap();
    assertThat(cpu.exitCode()).isEqualTo(1);
    assertThat(cpu.register(1)).isZero();
  }

  @Test
  void reportsAFaultInADelaySlotAtTheBranchWithNoRegisterChanged() {
    program("li x2,1\n bal x1,end\n ld x3,0(x4)\n end: trap 0");
    cpu.setRegister(1, 77);
    cpu.setRegister(4, 0x7000);
    assertThat(run()).isEqualTo(Exit.FAULT);
    assertThat(cpu.pc()).isEqualTo(CODE + 2);
    assertThat(cpu.register(1)).isEqualTo(77);
    assertThat(cpu.instructions()).isEqualTo(1);
    assertThat(fault().address()).isEqualTo(0x7000);
  }

  private GuestFault fault() {
    GuestFault fault = cpu.fault();
    return Objects.requireNonNull(fault);
  }

  @Test
  void aBranchInADelaySlotIsIllegalAtTheFirstBranch() {
    program("li x2,1\n bal x1,end\n bz x2,end\n end: trap 0");
    assertThat(run()).isEqualTo(Exit.EXCEPTION);
    assertThat(cpu.exitCode()).isEqualTo(Toy.ILLEGAL);
    assertThat(cpu.pc()).isEqualTo(CODE + 2);
    assertThat(cpu.register(1)).isZero();
    assertThat(cpu.instructions()).isEqualTo(1);
  }

  @Test
  void aTrapInADelaySlotIsIllegal() {
    program("bz x2,end\n trap 0\n end: trap 1");
    assertThat(run()).isEqualTo(Exit.EXCEPTION);
    assertThat(cpu.exitCode()).isEqualTo(Toy.ILLEGAL);
    assertThat(cpu.pc()).isEqualTo(CODE);
  }

  @Test
  void whatDecodesToNothingRaisesWhereItIsReached() {
    program("li x2,1\n .half 0x9000\n trap 0");
    assertThat(run()).isEqualTo(Exit.EXCEPTION);
    assertThat(cpu.exitCode()).isEqualTo(Toy.ILLEGAL);
    assertThat(cpu.pc()).isEqualTo(CODE + 2);
    assertThat(cpu.register(2)).isEqualTo(1);
    assertThat(cpu.instructions()).isEqualTo(1);

    cpu.setPc(CODE);
    program("li x2,1\n .word 0xff000000\n trap 0");
    assertThat(run()).isEqualTo(Exit.EXCEPTION);
    assertThat(cpu.pc()).isEqualTo(CODE + 2);
  }

  @Test
  void aConditionalExceptionChangesNoRegister() {
    program("li x2,1\n addo x2,x2,x1\n trap 0");
    cpu.setRegister(1, Long.MAX_VALUE);
    assertThat(run()).isEqualTo(Exit.EXCEPTION);
    assertThat(cpu.exitCode()).isEqualTo(Toy.OVERFLOW);
    assertThat(cpu.register(2)).isEqualTo(1);
    assertThat(cpu.pc()).isEqualTo(CODE + 2);
    assertThat(cpu.instructions()).isEqualTo(1);
  }

  @Test
  void severalRegistersChangeAtOnce() {
    program("swap x1,x2,x3\n swap x4,x5,x4\n trap 0");
    cpu.setRegister(1, 11);
    cpu.setRegister(2, 22);
    cpu.setRegister(3, 33);
    cpu.setRegister(4, 44);
    cpu.setRegister(5, 55);
    runToTrap();
    assertThat(cpu.register(1)).isEqualTo(22);
    assertThat(cpu.register(2)).isEqualTo(11);
    assertThat(cpu.register(3)).isEqualTo(66);
    assertThat(cpu.register(4)).as("the last write counts").isEqualTo(88);
    assertThat(cpu.register(5)).isEqualTo(44);
  }

  @Test
  void aFaultLeavesPcRegistersAndCountAtTheInstruction() {
    program("li x1,1\n li x2,2\n ld x1,0(x3)\n li x2,3\n trap 0");
    cpu.setRegister(3, DATA + PAGE);
    assertThat(run()).isEqualTo(Exit.FAULT);
    assertThat(cpu.pc()).isEqualTo(CODE + 4);
    assertThat(cpu.register(1)).isEqualTo(1);
    assertThat(cpu.register(2)).isEqualTo(2);
    assertThat(cpu.instructions()).isEqualTo(2);
    assertThat(fault().kind()).isEqualTo(GuestFault.Kind.UNMAPPED);
    assertThat(fault().access()).isEqualTo(Access.READ);
    assertThat(fault().address()).isEqualTo(DATA + PAGE);

    space.map(DATA + PAGE, PAGE, Protection.READ | Protection.WRITE, null, 0, false, null);
    runToTrap();
    assertThat(cpu.register(1)).isZero();
    assertThat(cpu.instructions()).isEqualTo(5);
  }

  @Test
  void anAlignedAccessFaultsBeforeAnythingElse() {
    program("lwa x1,2(x3)\n trap 0");
    cpu.setRegister(3, DATA + PAGE);
    assertThat(run()).isEqualTo(Exit.FAULT);
    assertThat(fault().kind()).isEqualTo(GuestFault.Kind.MISALIGNED);
    assertThat(fault().access()).isEqualTo(Access.READ);

    cpu.setPc(CODE);
    program("sta x1,4(x10)\n trap 0");
    assertThat(run()).isEqualTo(Exit.FAULT);
    assertThat(fault().kind()).isEqualTo(GuestFault.Kind.MISALIGNED);
    assertThat(fault().access()).isEqualTo(Access.WRITE);
    assertThat(fault().address()).isEqualTo(DATA + 4);

    cpu.setPc(CODE);
    program("sta x5,8(x10)\n lwa x1,12(x10)\n trap 0");
    cpu.setRegister(5, 0x1122_3344_8566_7788L);
    runToTrap();
    assertThat(cpu.register(1)).isEqualTo(0xffff_ffff_8566_7788L);
  }

  @Test
  void exchangesIfTheValueIsTheOneExpected() {
    program("cas x1,x10,x2\n cas x1,x10,x3\n trap 0");
    space.store64(DATA, 5);
    cpu.setRegister(1, 5);
    cpu.setRegister(2, 6);
    cpu.setRegister(3, 7);
    runToTrap();
    assertThat(cpu.register(1)).isEqualTo(6);
    assertThat(space.load64(DATA)).isEqualTo(6);
  }

  @Test
  void aJumpToAMisalignedAddressIsRefusedAtTheJump() {
    program("li x2,1\n jr x1\n li x2,2\n trap 0");
    cpu.setRegister(1, CODE + 3);
    assertThat(run()).isEqualTo(Exit.EXCEPTION);
    assertThat(cpu.exitCode()).isEqualTo(Toy.MISALIGNED);
    assertThat(cpu.pc()).isEqualTo(CODE + 2);
    assertThat(cpu.register(2)).isEqualTo(1);
    assertThat(cpu.instructions()).isEqualTo(1);
  }

  @Test
  void refusesToBeginAtAMisalignedAddress() {
    cpu.setPc(CODE + 1);
    assertThat(run()).isEqualTo(Exit.EXCEPTION);
    assertThat(cpu.exitCode()).isEqualTo(Toy.MISALIGNED);
    assertThat(engine.step(cpu, space)).isEqualTo(Exit.EXCEPTION);
    assertThat(cpu.pc()).isEqualTo(CODE + 1);
  }

  @Test
  void anInstructionOnTwoPagesWorksAndFollowsEitherPage() {
    long start = CODE + PAGE - 4;
    program(start, "li x1,1\n addi x2,x1,0x7654\n trap 0");
    cpu.setPc(start);
    runToTrap();
    assertThat(cpu.register(2)).isEqualTo(0x7655);

    // Another second half.
    space.poke(CODE + PAGE, new byte[] {0, 1}, 0, 2);
    cpu.setPc(start);
    runToTrap();
    assertThat(cpu.register(2)).isEqualTo(2);

    // No second half: reported only when it is reached, at the instruction.
    space.unmap(CODE + PAGE, PAGE);
    cpu.setPc(start);
    long before = cpu.instructions();
    assertThat(run()).isEqualTo(Exit.FAULT);
    assertThat(cpu.pc()).isEqualTo(start + 2);
    assertThat(cpu.instructions()).isEqualTo(before + 1);
    assertThat(fault().address()).isEqualTo(CODE + PAGE);
    assertThat(fault().access()).isEqualTo(Access.EXECUTE);
  }

  @Test
  void aBranchAndItsSlotOnTwoPagesWork() {
    long start = CODE + PAGE - 4;
    program(start, "li x1,0\n bz x1,there\n li x1,2\n trap 0\n there: trap 1");
    cpu.setPc(start);
    runToTrap();
    assertThat(cpu.exitCode()).isEqualTo(1);
    assertThat(cpu.register(1)).isEqualTo(2);
    assertThat(cpu.instructions()).isEqualTo(4);

    program(CODE + PAGE, "li x1,3");
    cpu.setPc(start);
    runToTrap();
    assertThat(cpu.register(1)).isEqualTo(3);

    space.unmap(CODE + PAGE, PAGE);
    cpu.setPc(start);
    assertThat(run()).isEqualTo(Exit.FAULT);
    assertThat(cpu.pc()).as("the branch, not its slot").isEqualTo(start + 2);
  }

  @Test
  void goesOnOverTheEndOfAPage() {
    long start = CODE + PAGE - 4;
    program(start, "li x1,1\n li x2,2\n li x3,3\n trap 0");
    cpu.setPc(start);
    runToTrap();
    assertThat(cpu.register(3)).isEqualTo(3);
    assertThat(cpu.instructions()).isEqualTo(4);
  }

  @Test
  void codeThatCannotBeFetchedFaultsAtItsAddress() {
    cpu.setRegister(1, DATA);
    program("jr x1\n li x2,2");
    assertThat(run()).isEqualTo(Exit.FAULT);
    assertThat(cpu.pc()).isEqualTo(DATA);
    assertThat(fault().kind()).isEqualTo(GuestFault.Kind.PROTECTED);
    assertThat(fault().access()).isEqualTo(Access.EXECUTE);
    assertThat(cpu.instructions()).isEqualTo(2);
    assertThat(engine.step(cpu, space)).isEqualTo(Exit.FAULT);
  }

  @Test
  void runsCodeThatWasReplaced() {
    program("li x1,1\n trap 0");
    runToTrap();
    cpu.setPc(CODE);
    program("li x1,2\n trap 0");
    runToTrap();
    assertThat(cpu.register(1)).isEqualTo(2);
  }

  @Test
  void runsCodeThatReplacedItself() {
    int all = Protection.READ | Protection.WRITE | Protection.EXECUTE;
    space.protect(CODE, PAGE, all);
    program(
        """
        again:  li x1,1        # becomes li x1,2
                bz x3,change
                li x3,1
                trap 0
        change: st x4,0(x5)
                beq x4,x4,again
        """);
    byte[] changed =
        toy.instructions()
            .assembler()
            .assemble(CODE, "li x1,2\n bz x2,0x1234560008\n li x3,1\n trap 0");
    long word = 0;
    for (int i = 0; i < 8; i++) {
      word = word << 8 | (changed[i] & 0xff);
    }
    cpu.setRegister(4, word);
    cpu.setRegister(5, CODE);
    cpu.setRegister(2, 1);
    runToTrap();
    assertThat(cpu.register(1)).isEqualTo(2);
  }

  @Test
  void comesBackAtASafePointWhenInterrupted() {
    program("again: add x1,x1,x2\n beq x3,x3,again");
    cpu.setRegister(2, 1);
    cpu.interrupt();
    assertThat(run()).isEqualTo(Exit.SAFE_POINT);
    assertThat(cpu.pc()).isEqualTo(CODE);
    assertThat(cpu.register(1)).isEqualTo(1);
    assertThat(cpu.instructions()).isEqualTo(2);
    assertThat(run()).as("until somebody clears it").isEqualTo(Exit.SAFE_POINT);
    assertThat(cpu.register(1)).isEqualTo(2);
  }

  @Test
  void anotherThreadCanInterruptALoop() throws InterruptedException {
    program("again: add x1,x1,x2\n beq x3,x3,again");
    Thread other =
        Thread.ofPlatform()
            .start(() -> {
              try {
                Thread.sleep(50);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              cpu.interrupt();
            });
    assertThat(run()).isEqualTo(Exit.SAFE_POINT);
    other.join();
  }

  @Test
  void countsAndStopsOnlyAtSafePoints() {
    // Five instructions a round; the safe point is the branch backwards.
    program(
        """
        again:  addi x1,x1,1
                beq x1,x1,on
        on:     addi x2,x2,1
                addi x3,x3,1
                beq x4,x4,again
        """);
    cpu.setInstructionLimit(12);
    assertThat(run()).isEqualTo(Exit.SAFE_POINT);
    assertThat(cpu.instructions()).isEqualTo(15);
    assertThat(cpu.pc()).isEqualTo(CODE);
    cpu.setInstructionLimit(20);
    assertThat(run()).isEqualTo(Exit.SAFE_POINT);
    assertThat(cpu.instructions()).isEqualTo(20);
  }

  @Test
  void callsAndReturnsAreSafePointsAndForwardBranchesAreNot() {
    program("beq x1,x1,on\n on: bal x9,f\n li x2,1\n trap 0\n f: jr x9\n li x3,1");
    cpu.setInstructionLimit(0);
    assertThat(run()).isEqualTo(Exit.SAFE_POINT);
    assertThat(cpu.pc()).as("called").isEqualTo(CODE + 10);
    assertThat(cpu.instructions()).isEqualTo(3);
    assertThat(run()).isEqualTo(Exit.SAFE_POINT);
    assertThat(cpu.pc()).as("returned").isEqualTo(CODE + 8);
    assertThat(cpu.instructions()).isEqualTo(5);
    runToTrap();
  }

  @Test
  void stepsRunOneInstructionOrABranchWithItsSlot() {
    program("li x1,1\n bz x2,there\n li x1,2\n trap 0\n there: addi x1,x1,1\n trap 1");
    assertThat(engine.step(cpu, space)).isEqualTo(Exit.SAFE_POINT);
    assertThat(cpu.pc()).isEqualTo(CODE + 2);
    assertThat(cpu.instructions()).isEqualTo(1);
    assertThat(engine.step(cpu, space)).isEqualTo(Exit.SAFE_POINT);
    assertThat(cpu.pc()).isEqualTo(CODE + 8);
    assertThat(cpu.register(1)).isEqualTo(2);
    assertThat(cpu.instructions()).isEqualTo(3);
    assertThat(engine.step(cpu, space)).isEqualTo(Exit.SAFE_POINT);
    assertThat(cpu.register(1)).isEqualTo(3);
    assertThat(engine.step(cpu, space)).isEqualTo(Exit.TRAP);
    assertThat(cpu.instructions()).isEqualTo(5);
  }

  @Test
  void longStraightCodeIsSeveralBlocksAndOneProgram() {
    program("addi x1,x1,1\n".repeat(500) + "trap 0");
    runToTrap();
    assertThat(cpu.register(1)).isEqualTo(500);
    assertThat(cpu.instructions()).isEqualTo(501);
  }

  @Test
  void copiesRegistersAndPcOfAnotherCpu() {
    program("li x1,1\n trap 0");
    runToTrap();
    Cpu child = new Cpu(toy);
    child.copyFrom(cpu);
    assertThat(child.register(1)).isEqualTo(1);
    assertThat(child.pc()).isEqualTo(CODE + 2);
    assertThat(child.nextPc()).isEqualTo(CODE + 4);
  }
}
