package dev.forklift.arch.nios2;

import static dev.forklift.arch.nios2.ControlRegister.*;
import static dev.forklift.arch.nios2.SystemMachine.CODE;
import static dev.forklift.arch.nios2.SystemMachine.DIRECT;
import static dev.forklift.arch.nios2.SystemMachine.EXCEPTION;
import static dev.forklift.arch.nios2.SystemMachine.FAST_MISS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.memory.CodePage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Supervisor mode, exceptions, interrupts and the TLB, as the Processor Reference Guide has them
/// and QEMU 7.2 does them (spec of the 10M50 board).
@ParameterizedClass
@EnumSource(BoardEngine.class)
final class SystemTest {
  private static final int EA = 29;
  private static final int RWX = R | W | X;
  private static final long PAGE_A = 0x40_0000;
  private static final long PAGE_B = 0x41_0000;
  private static final int FRAME = 0x80;

  private final SystemMachine machine;

  SystemTest(BoardEngine engine) {
    machine = new SystemMachine(engine);
  }

  @Test
  void begins() {
    assertThat(machine.control(STATUS)).isEqualTo(RSIE);
    assertThat(machine.processor.isUserMode()).isFalse();
  }

  @Test
  void aTrapGoesToItsHandlerAndComesBack() {
    machine.at(
        EXCEPTION, "rdctl r2,status\n rdctl r3,estatus\n rdctl r4,exception\n mov r5,ea\n eret");
    machine.program("movi r8,1\n wrctl status,r8\n trap 0\n movi r9,7").run();
    assertThat(machine.register(2)).isEqualTo(RSIE | EH);
    assertThat(machine.register(3)).isEqualTo(RSIE | PIE);
    assertThat(machine.register(4)).isEqualTo(3 << 2);
    assertThat(machine.register(5)).isEqualTo((int) CODE + 12);
    assertThat(machine.register(9)).isEqualTo(7);
    assertThat(machine.control(STATUS)).isEqualTo(RSIE | PIE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "trap 3            |  3",
        ".word 0xffffffff  |  5",
        "ldw r2,2(r4)      |  6",
        "sth r2,1(r4)      |  6",
        "ldwio r2,2(r4)    |  6",
        "jmp r7            |  7",
        "div r2,r4,zero    |  8",
        "wrprs r2,r3       |  5",
      })
  void exceptionsHaveTheirCauses(String text, int cause) {
    machine.program("nop\n " + text).set(4, DIRECT + 0x4_0000).set(7, CODE + 2).run();
    assertThat(machine.cause()).isEqualTo(cause);
    assertThat(machine.register(EA)).as("behind the instruction").isEqualTo((int) CODE + 8);
    assertThat(machine.cpu.pc()).isEqualTo(EXCEPTION);
    assertThat(machine.register(2)).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "eret              | 10",
        "bret              | 10",
        "rdctl r2,status   | 10",
        "rdctl r2,ipending | 10",
        "wrctl status,r2   | 10",
        "ldw r2,0(r4)      | 11",
        "stb r2,1(r5)      | 11",
        "ldh r2,1(r4)      | 11",
        "jmp r4            |  9",
        "jmp r5            |  9",
      })
  void userModeIsRefused(String text, int cause) {
    machine.map(0, PAGE_A, 0, RWX | FRAME);
    machine.at(DIRECT + (FRAME << 12), text + "\n br 0");
    machine.user(PAGE_A).set(4, DIRECT + 0x4_0000).set(5, 0x8000_0000L).run();
    assertThat(machine.cause()).isEqualTo(cause);
    assertThat(machine.cpu.pc()).isEqualTo(EXCEPTION);
    assertThat(machine.control(ESTATUS)).isEqualTo(RSIE | U | PIE);
    assertThat(machine.processor.isUserMode()).isFalse();
  }

  @Test
  void theFirstMissIsFastAndTheSecondIsNot() {
    machine.at(FAST_MISS, "rdctl r2,tlbmisc\n rdctl r3,pteaddr\n mov r5,ea\n ldw r6,0(r7)\n br 0");
    machine.program("wrctl pteaddr,r8\n ldw r6,0(r4)");
    machine.set(4, PAGE_A + 8).set(7, PAGE_B + 4).set(8, 0xffc0_0000L).run();
    assertThat(machine.register(2)).isEqualTo(WE | D);
    assertThat(machine.register(3)).isEqualTo((int) (0xffc0_0000L | (PAGE_A >>> 10)));
    assertThat(machine.register(5)).isEqualTo((int) CODE + 8);
    assertThat(machine.cpu.pc()).isEqualTo(EXCEPTION);
    assertThat(machine.cause()).isEqualTo(12);
    assertThat(machine.control(TLBMISC) & (D | PERM | BAD | DBL)).isEqualTo(D | DBL);
    assertThat(machine.control(PTEADDR)).isEqualTo((int) (0xffc0_0000L | (PAGE_B >>> 10)));
    assertThat(machine.control(BADADDR)).isEqualTo((int) PAGE_B + 4);
    assertThat(machine.register(EA)).as("the first is not forgotten").isEqualTo((int) CODE + 8);
  }

  @Test
  void aMissOfAnInstructionSaysSo() {
    machine.program("jmp r4").set(4, PAGE_A).run();
    assertThat(machine.cpu.pc()).isEqualTo(FAST_MISS);
    assertThat(machine.control(TLBMISC)).isEqualTo(WE);
    assertThat(machine.register(EA)).isEqualTo((int) PAGE_A + 4);
  }

  @Test
  void aHandlerWritesTheEntryAndTheInstructionIsRepeated() {
    machine.at(FAST_MISS, "wrctl tlbacc,r10\n addi r11,r11,1\n addi ea,ea,-4\n eret");
    machine.at(DIRECT + (FRAME << 12), ".word 1234");
    machine.program("ldw r2,0(r4)\n ldw r3,0(r4)").set(4, PAGE_A).set(10, R | FRAME).run();
    assertThat(machine.register(2)).isEqualTo(1234);
    assertThat(machine.register(3)).isEqualTo(1234);
    assertThat(machine.register(11)).as("misses").isEqualTo(1);
    assertThat(machine.control(TLBMISC) >>> WAY_SHIFT).as("the next way").isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"ldw r2,0(r4) | 14", "stw r2,0(r4) | 15", "jmp r4 | 13"})
  void permissionsAreSeparate(String text, int cause) {
    // Everything is allowed but what the instruction needs.
    int tlbacc =
        switch (cause) {
          case 14 -> W | X;
          case 15 -> R | X;
          default -> R | W;
        };
    machine.map(0, PAGE_A, 0, tlbacc | FRAME);
    machine.program(text).set(4, PAGE_A).run();
    assertThat(machine.cause()).isEqualTo(cause);
    assertThat(machine.cpu.pc()).isEqualTo(EXCEPTION);
    assertThat(machine.control(TLBMISC) & PERM).isEqualTo(PERM);
  }

  @Test
  void pagesBelongToProcesses() {
    machine.at(DIRECT + (FRAME << 12), ".word 1");
    machine.at(DIRECT + ((FRAME + 1) << 12), ".word 2");
    machine.at(DIRECT + ((FRAME + 2) << 12), ".word 3");
    machine.map(0, PAGE_A, 1, R | FRAME).map(1, PAGE_A, 2, R | (FRAME + 1));
    machine.map(2, PAGE_B, 1, R | G | (FRAME + 2));
    machine.program(
        """
        wrctl tlbmisc,r8
        ldw r2,0(r4)
        wrctl tlbmisc,r9
        ldw r3,0(r4)
        ldw r6,0(r5)
        wrctl tlbmisc,r8
        ldw r7,0(r4)\
        """);
    machine.set(8, 1 << PID_SHIFT).set(9, 2 << PID_SHIFT).set(4, PAGE_A).set(5, PAGE_B).run();
    assertThat(machine.register(2)).isEqualTo(1);
    assertThat(machine.register(3)).isEqualTo(2);
    assertThat(machine.register(6)).as("global").isEqualTo(3);
    assertThat(machine.register(7)).isEqualTo(1);
  }

  @Test
  void anEntryThatIsReplacedIsGone() {
    machine.map(3, PAGE_A, 0, R | FRAME);
    machine.program("ldw r2,0(r4)").set(4, PAGE_A).run();
    machine.map(3, PAGE_A + 0x10_0000, 0, R | FRAME);
    machine.program("ldw r2,0(r4)").set(4, PAGE_A).run();
    assertThat(machine.cpu.pc()).isEqualTo(FAST_MISS);
  }

  @Test
  void entriesCanBeReadBack() {
    machine.map(5, PAGE_A, 77, R | X | FRAME);
    machine.program(
        "wrctl pteaddr,r8\n wrctl tlbmisc,r9\n rdctl r2,tlbacc\n rdctl r3,tlbmisc\n rdctl r4,pteaddr");
    machine.set(8, PAGE_A >>> 10).set(9, (5 << WAY_SHIFT) | RD).run();
    assertThat(machine.register(2)).isEqualTo(R | X | FRAME);
    assertThat((machine.register(3) >>> PID_SHIFT) & 0x3fff).isEqualTo(77);
    assertThat(machine.register(4)).isEqualTo((int) (PAGE_A >>> 10));
  }

  @Test
  void writingPteaddrDoesNotChangeTheNumberThatIsRead() {
    machine.program("wrctl pteaddr,r8\n rdctl r2,pteaddr").set(8, 0x1234_5678).run();
    assertThat(machine.register(2)).isEqualTo(0x1200_0000);
  }

  @Test
  void anInterruptNeedsItsLineItsEnableBitAndPie() {
    machine.program("nop");
    machine.processor.setInterrupt(4, true);
    machine.processor.setInterrupt(5, true);
    machine.run();
    assertThat(machine.cause()).as("not enabled").isZero();
    machine.program("movi r8,32\n wrctl ienable,r8\n rdctl r2,ipending").run();
    assertThat(machine.register(2)).isEqualTo(1 << 5);
    assertThat(machine.cause()).as("without PIE").isZero();
    machine.program("movi r8,1\n wrctl status,r8\n movi r3,1").run();
    assertThat(machine.cause()).isEqualTo(2);
    assertThat(machine.cpu.pc()).isEqualTo(EXCEPTION);
    assertThat(machine.register(EA)).isEqualTo((int) CODE + 12);
    assertThat(machine.register(3)).as("before the next instruction").isZero();
  }

  @Test
  void aLineThatIsLetDownIsNotPending() {
    machine.processor.setInterrupt(0, true);
    machine.processor.setInterrupt(0, false);
    machine.program("movi r8,1\n wrctl ienable,r8\n wrctl status,r8").run();
    assertThat(machine.cause()).isZero();
  }

  @Test
  void aBreakHasItsOwnWayBack() {
    machine.at(EXCEPTION, "movi r2,5\n bret");
    machine.program("break 0\n movi r3,6").run();
    assertThat(machine.register(2)).isEqualTo(5);
    assertThat(machine.register(3)).isEqualTo(6);
    assertThat(machine.control(STATUS)).isEqualTo(RSIE);
  }

  @Test
  void codeMayStoreIntoItsOwnPageAndIntoItself() {
    // Like Linux's handler of misses, which keeps a register in a word behind its own code.
    machine.program(
        """
        movi r2,3
        loop: stw r2,0x100(r4)
        ldw r5,0x100(r4)
        add r6,r6,r5
        addi r2,r2,-1
        bne r2,zero,loop
        stw r7,0x200(r4)
        jmp r8\
        """);
    machine.at(CODE + 0x200, "movi r9,1\n br 0");
    int movi2 =
        ByteBuffer.wrap(machine.isa.instructions().assembler().assemble(0, "movi r9,2"))
            .order(ByteOrder.LITTLE_ENDIAN)
            .getInt();
    machine.set(4, CODE).set(7, movi2).set(8, CODE + 0x200);
    machine.cpu.setPc(CODE + 0x200);
    machine.run();
    assertThat(machine.register(9)).isEqualTo(1);
    machine.cpu.setPc(CODE);
    machine.run();
    assertThat(machine.register(6)).isEqualTo(6);
    assertThat(machine.register(9)).as("what was stored there").isEqualTo(2);
  }

  @Test
  void codeIsKeptForAProcessThatComesBack() {
    machine.map(0, PAGE_A, 1, RWX | FRAME).map(1, PAGE_A, 2, RWX | (FRAME + 1));
    machine.program("wrctl tlbmisc,r8").set(8, 1 << PID_SHIFT).run();
    CodePage first = machine.space.codePage(PAGE_A);
    machine.program("wrctl tlbmisc,r8").set(8, 2 << PID_SHIFT).run();
    assertThat(machine.space.codePage(PAGE_A)).isNotSameAs(first);
    machine.program("wrctl tlbmisc,r8").set(8, 1 << PID_SHIFT).run();
    assertThat(machine.space.codePage(PAGE_A)).isSameAs(first);
  }
}
