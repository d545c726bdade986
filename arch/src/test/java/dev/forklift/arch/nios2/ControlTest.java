package dev.forklift.arch.nios2;

import static dev.forklift.arch.nios2.Machine.CODE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.cpu.Exit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Branches, calls, traps and exceptions. What a program in user mode meets was observed on Linux
/// 6.12 (10M50 board under QEMU).
final class ControlTest {
  private final Machine machine = new Machine();

  @ParameterizedTest
  @CsvSource({
    "beq,   1,  1, true",
    "beq,   1,  2, false",
    "bne,   1,  1, false",
    "bne,   1,  2, true",
    "bge,  -1,  1, false",
    "bge,   1,  1, true",
    "bge,   2,  1, true",
    "bgeu, -1,  1, true",
    "bgeu,  1,  1, true",
    "bgeu,  0,  1, false",
    "blt,  -1,  1, true",
    "blt,   1,  1, false",
    "blt,   2,  1, false",
    "bltu, -1,  1, false",
    "bltu,  1,  1, false",
    "bltu,  0,  1, true",
  })
  void branches(String name, int a, int b, boolean taken) {
    machine.program(name + " r3,r4,there\n trap 0\n there: trap 1").set(3, a).set(4, b);
    assertThat(machine.run()).isEqualTo(Exit.TRAP);
    assertThat(machine.cpu.exitCode()).isEqualTo(taken ? 1 : 0);
    assertThat(machine.cpu.instructions()).isEqualTo(2);
  }

  @Test
  void branchesBackwards() {
    machine.program("movi r2,10\n loop: add r3,r3,r2\n addi r2,r2,-1\n bne r2,zero,loop\n trap 0");
    assertThat(machine.run()).isEqualTo(Exit.TRAP);
    assertThat(machine.register(3)).isEqualTo(55);
    assertThat(machine.cpu.instructions()).isEqualTo(1 + 3 * 10 + 1);
    assertThat(machine.cpu.pc()).isEqualTo(CODE + 16);
    assertThat(machine.cpu.nextPc()).isEqualTo(CODE + 20);
  }

  @Test
  void branchesIgnoreTheLowBitsOfTheirDistance() {
    machine.program(".word 0x000001a6\n trap 0\n trap 1"); // beq zero,zero,.+4+6
    assertThat(machine.run()).isEqualTo(Exit.TRAP);
    assertThat(machine.cpu.exitCode()).isEqualTo(1);
    machine.program(".word 0x00000186\n trap 0\n trap 1"); // br .+4+6
    assertThat(machine.run()).isEqualTo(Exit.TRAP);
    assertThat(machine.cpu.exitCode()).isEqualTo(1);
  }

  @Test
  void callsAndReturns() {
    machine.program("call f\n trap 0\n f: mov r2,ra\n nextpc r3\n ret");
    assertThat(machine.run()).isEqualTo(Exit.TRAP);
    assertThat(machine.register(2)).isEqualTo((int) CODE + 4);
    assertThat(machine.register(3)).isEqualTo((int) CODE + 16);
    assertThat(machine.cpu.exitCode()).isZero();
    assertThat(machine.cpu.instructions()).isEqualTo(5);
  }

  @Test
  void callsThroughARegisterEvenTheReturnAddress() {
    machine.program("callr r2\n trap 0\n f: callr ra\n g: trap 2").set(2, CODE + 8);
    assertThat(machine.run()).isEqualTo(Exit.TRAP);
    assertThat(machine.cpu.exitCode()).as("ra led back to the first trap").isZero();
    assertThat(machine.register(Nios2.RA)).isEqualTo((int) CODE + 12);
  }

  @Test
  void jumpsInItsSegmentAndThroughRegisters() {
    machine.program("jmpi there\n trap 0\n there: jmp r2\n trap 1\n trap 2").set(2, CODE + 16);
    assertThat(machine.run()).isEqualTo(Exit.TRAP);
    assertThat(machine.cpu.exitCode()).isEqualTo(2);
    assertThat(machine.register(Nios2.RA)).isZero();
  }

  @Test
  void jumpsAndCallsStayInTheirSegment() {
    machine.space.map(0x7fff_f000L, 0x1000, 5, null, 0, false, null);
    byte[] code = machine.isa.instructions().assembler().assemble(0x7fff_f000L, "call 0x70000010");
    machine.space.poke(0x7fff_f000L, code, 0, 4);
    machine.cpu.setPc(0x7fff_f000L);
    machine.step();
    assertThat(machine.cpu.pc()).isEqualTo(0x7000_0010L);
    assertThat(machine.register(Nios2.RA)).isEqualTo(0x7fff_f004);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 16, 31})
  void trapsWithTheirNumber(int number) {
    machine.program("trap " + number);
    assertThat(machine.run()).isEqualTo(Exit.TRAP);
    assertThat(machine.cpu.exitCode()).isEqualTo(number);
    assertThat(machine.cpu.pc()).isEqualTo(CODE);
    assertThat(machine.cpu.nextPc()).isEqualTo(CODE + 4);
    assertThat(machine.cpu.instructions()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "eret                 | 10",
        "bret                 | 10",
        "rdctl r2,status      | 10",
        "rdctl r2,cpuid       | 10",
        "wrctl ctl31,r2       | 10",
        "rdprs r2,r3,4        |  5",
        "wrprs r2,r3          |  5",
        ".word 0xffffffff     |  5",
        ".word 0x00000002     |  5",
        ".word 0x0000003a     |  5",
        ".word 0x0001f83a     |  5",
        ".word 0x0000001f     |  5",
        ".word 0x0000003d     |  5",
        "custom 0,r2,r3,r4    |  5",
        "break 0              | 32",
      })
  void refusesWhatAUserMustNotDo(String text, int exception) {
    machine.program("nop\n " + text).set(2, 22).set(3, 33);
    assertThat(machine.run()).isEqualTo(Exit.EXCEPTION);
    assertThat(machine.cpu.exitCode()).isEqualTo(exception);
    assertThat(machine.cpu.pc()).isEqualTo(CODE + 4);
    assertThat(machine.register(2)).isEqualTo(22);
    assertThat(machine.cpu.instructions()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "initi r4",
        "initd 0(r4)",
        "initda 0(r4)",
        "flushda 0(r4)",
        "flushd 0(r4)",
        "flushi r4",
        "flushp",
        "sync",
      })
  void cacheInstructionsDoNothingWhateverTheAddress(String text) {
    machine.program(text + "\n trap 0").set(4, 0x6000_0000);
    assertThat(machine.run()).isEqualTo(Exit.TRAP);
    assertThat(machine.cpu.instructions()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"jmp r4", "callr r4", "ret"})
  void aJumpToAMisalignedAddressIsRefusedAtTheJump(String text) {
    for (int low = 1; low < 4; low++) {
      machine.program(text).set(4, CODE + low).set(Nios2.RA, CODE + low);
      assertThat(machine.run()).isEqualTo(Exit.EXCEPTION);
      assertThat(machine.cpu.exitCode()).isEqualTo(Nios2.MISALIGNED_DESTINATION);
      assertThat(machine.cpu.pc()).isEqualTo(CODE);
      assertThat(machine.register(Nios2.RA)).isEqualTo((int) CODE + low);
      assertThat(machine.cpu.instructions()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0x10c5887a | add  | bits 10 to 6",
        "0x203eeffa | callr| bits 10 to 6",
        "0x1000283a | ret  | register A",
        "0x11c490fa | slli | register B",
        "0x07c00006 | br   | registers",
      })
  void ignoresBitsThatMeanNothing(String word, String name, String what) {
    assertThat(machine.isa.instructions().decode(Integer.decode(word), 4))
        .as(what)
        .isNotNull()
        .extracting(instruction -> instruction.name())
        .isEqualTo(name);
  }
}
