package dev.forklift.arch.nios2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.cpu.Exit;
import dev.forklift.engine.jit.RegionTranslator;
import dev.forklift.engine.memory.Protection;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Calls of translated code, which stand on the Java stack, go wherever the guest's own go.
final class CallTranslationTest {
  private static final int STACK = 27;
  private static final long END = 2_000_000;

  /// Programs that end with a trap, and what they leave in r2.
  enum Program {
    DEEP_RECURSION(
        5000,
        """
              movi r4, 5000
              call down
              trap 1
        down: addi sp, sp, -8
              stw ra, 0(sp)
              beq r4, zero, up
              addi r4, r4, -1
              call down
              addi r2, r2, 1
        up:   ldw ra, 0(sp)
              addi sp, sp, 8
              ret
        """),

    /// As longjmp does.
    RETURN_PAST_CALLERS(
        3000,
        """
              movi r5, 3000
        loop: nextpc r20
              addi r20, r20, 8
              call outer
              addi r5, r5, -1
              bne r5, zero, loop
              trap 1
        outer: call inner
              addi r2, r2, 1000
              ret
        inner: addi r2, r2, 1
              mov ra, r20
              ret
        """),

    TAIL_CALLS(
        9000,
        """
              movi r5, 3000
        loop: call first
              addi r5, r5, -1
              bne r5, zero, loop
              trap 1
              addi r2, r2, 7000
        second: addi r2, r2, 2
              ret
        first: addi r2, r2, 1
              jmpi second
        """),

    /// As a linkage table does.
    CALLS_THROUGH_POINTERS(
        6000,
        """
              nextpc r6
              addi r6, r6, 40
              movi r5, 3000
        loop: callr r6
              call stub
              xor r6, r6, r7
              addi r5, r5, -1
              bne r5, zero, loop
              trap 1
        stub: mov r8, r6
              jmp r8
              addi r2, r2, 1
              ret
        """),

    /// Two that go on in each other, and never return to where they were called from.
    COROUTINES(
        3000,
        """
              movi r5, 3000
              nextpc r6
              addi r6, r6, 20
        one:  addi r2, r2, 1
              callr r6
              mov r6, ra
              br one
        two:  addi r5, r5, -1
              mov r6, ra
              beq r5, zero, end
              callr r6
              br two
        end:  trap 1
        """),

    /// Stores another instruction into the callee half-way.
    CALLEE_REPLACED(
        10200,
        """
              movi r5, 200
        loop: call callee
              addi r5, r5, -1
              bne r5, r9, same
              stw r10, 0(r11)
        same: bne r5, zero, loop
              trap 1
        callee: addi r2, r2, 1
              ret
        """);

    final int result;
    final String text;

    Program(int result, String text) {
      this.result = result;
      this.text = text;
    }
  }

  private final Machine evaluated = new Machine();
  private final Machine translated = new Machine();

  @ParameterizedTest
  @EnumSource
  void endAsTheyDoEvaluated(Program program) {
    for (int stride : new int[] {Integer.MAX_VALUE, 1009, 17}) {
      begin(evaluated, program.text);
      begin(translated, program.text);
      translateEverywhere();
      Exit exit = Exit.SAFE_POINT;
      while (exit == Exit.SAFE_POINT && evaluated.cpu.instructions() < END) {
        for (Machine machine : new Machine[] {evaluated, translated}) {
          machine.cpu.setInstructionLimit(machine.cpu.instructions() + stride);
        }
        exit = evaluated.run();
        assertThat(translated.run()).isEqualTo(exit);
        assertSame();
      }
      assertThat(exit).isEqualTo(Exit.TRAP);
      assertThat(translated.register(2)).isEqualTo(program.result);
    }
  }

  private static void begin(Machine machine, String program) {
    machine.space.protect(
        Machine.CODE, 16L * Machine.PAGE, Protection.READ | Protection.WRITE | Protection.EXECUTE);
    machine.program(program);
    for (int i = 1; i < 32; i++) {
      machine.set(i, 0);
    }
    byte[] other = machine.isa.instructions().assembler().assemble(0, "addi r2, r2, 101");
    int word =
        (other[0] & 0xff) | (other[1] & 0xff) << 8 | (other[2] & 0xff) << 16 | other[3] << 24;
    machine.set(9, 100).set(10, word).set(11, Machine.CODE + 28);
    machine.space.map(
        Machine.DATA + 0x10_0000,
        0x10_0000,
        Protection.READ | Protection.WRITE,
        null,
        0,
        false,
        null);
    machine.set(STACK, Machine.DATA + 0x20_0000);
    machine.cpu.setPc(Machine.CODE);
  }

  private void translateEverywhere() {
    RegionTranslator translator = new RegionTranslator(Runnable::run, 1);
    for (int i = 0; i < 16; i++) {
      long pc = Machine.CODE + 4L * i;
      translator.hot(translated.isa, translated.space, translated.space.codePage(pc), pc);
    }
  }

  private void assertSame() {
    assertThat(translated.cpu.pc()).isEqualTo(evaluated.cpu.pc());
    assertThat(translated.cpu.instructions()).isEqualTo(evaluated.cpu.instructions());
    for (int i = 0; i < 32; i++) {
      assertThat(translated.register(i)).as("register %d", i).isEqualTo(evaluated.register(i));
    }
  }
}
