package dev.forklift.arch.nios2;

import static dev.forklift.arch.nios2.CallTranslationTest.Program.CALLEE_REPLACED;
import static dev.forklift.arch.nios2.CallTranslationTest.Program.CALLS_THROUGH_POINTERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.arch.nios2.SideBySide.Memory;
import dev.forklift.engine.cpu.Exit;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Calls of translated code, which stand on the Java stack or are jumps inside of a region, go
/// wherever the guest's own go.
final class CallTranslationTest {
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

    /// The cases of a switch, which become known one after another.
    COMPUTED_JUMPS(
        10003,
        """
              movi r5, 4000
        loop: srli r3, r5, 8
              add r3, r3, r5
              andi r3, r3, 3
              slli r3, r3, 3
              nextpc r4
              add r4, r4, r3
              addi r4, r4, 12
              jmp r4
              addi r2, r2, 1
              br next
              addi r2, r2, 2
              br next
              addi r2, r2, 3
              br next
              addi r2, r2, 4
        next: addi r5, r5, -1
              bne r5, zero, loop
              trap 1
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

  /// With functions on the page of their callers, which are called inside of a region, and on
  /// another one.
  @ParameterizedTest
  @EnumSource
  void endAsTheyDoEvaluated(Program program) {
    // Some know where their functions are.
    boolean canBeMoved = !EnumSet.of(CALLS_THROUGH_POINTERS, CALLEE_REPLACED).contains(program);
    String far = program.text.replaceFirst("trap 1\n", "trap 1\n" + "nop\n".repeat(1024));
    for (String text : canBeMoved ? List.of(program.text, far) : List.of(program.text)) {
      for (int stride : new int[] {Integer.MAX_VALUE, 1009, 17}) {
        SideBySide machines = new SideBySide(Memory.WINDOW);
        assertThat(machines.run(text, stride)).isEqualTo(Exit.TRAP);
        assertThat(machines.register(2)).isEqualTo(program.result);
      }
    }
  }
}
