package dev.forklift.arch.nios2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.arch.nios2.SideBySide.Memory;
import dev.forklift.engine.cpu.Exit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Loads, stores and loops of translated code, with memory in a window and elsewhere.
final class AccessTranslationTest {
  /// Programs, how they end, and what they leave in r2.
  enum Program {
    /// Each page is loaded from before it is stored to, which replaces it.
    SAME_PAGE_THROUGH_TWO_REGISTERS(
        Exit.TRAP,
        200,
        """
              movi r5, 200
              mov r4, r12
        loop: mov r6, r4
              ldw r3, 0(r4)
              stw r5, 0(r6)
              ldw r7, 0(r4)
              sub r7, r7, r5
              add r2, r2, r3
              add r2, r2, r7
              addi r2, r2, 1
              addi r4, r4, 4096
              addi r5, r5, -1
              bne r5, zero, loop
              trap 1
        """),

    /// The page that the caller keeps at hand is replaced by what it calls.
    PAGE_STORED_TO_BY_CALLEE(
        Exit.TRAP,
        200,
        """
              movi r5, 200
              mov r4, r12
        loop: ldw r3, 8(r4)
              call store
              ldw r7, 8(r4)
              sub r7, r7, r5
              add r2, r2, r3
              add r2, r2, r7
              addi r2, r2, 1
              addi r4, r4, 4096
              addi r5, r5, -1
              bne r5, zero, loop
              trap 1
        store: mov r6, r4
              stw r5, 8(r6)
              ret
        """),

    /// Bytes, halves and words up and down, over the ends of pages.
    OVER_THE_ENDS_OF_PAGES(
        Exit.TRAP,
        -13500,
        """
              movi r5, 4500
              addi r4, r12, 4090
        up:   stb r5, 0(r4)
              addi r4, r4, 1
              addi r5, r5, -1
              bne r5, zero, up
              movi r5, 4500
              addi r4, r12, 4090
        sum:  ldb r3, 0(r4)
              ldbu r6, 0(r4)
              xor r6, r6, r3
              andi r6, r6, 255
              add r2, r2, r6
              sth r5, 2048(r12)
              ldh r7, 2048(r12)
              sub r7, r7, r5
              add r2, r2, r7
              addi r2, r2, -3
              addi r4, r4, 1
              addi r5, r5, -1
              bne r5, zero, sum
              trap 1
        """),

    /// Words and halves that are not aligned, some of them over the ends of pages.
    MISALIGNED(
        Exit.TRAP,
        6000,
        """
              movi r5, 3000
              addi r4, r12, 4001
        loop: stw r5, 0(r4)
              ldw r3, 0(r4)
              sub r3, r3, r5
              add r2, r2, r3
              sth r5, 5(r4)
              ldh r3, 5(r4)
              sub r3, r3, r5
              add r2, r2, r3
              addi r2, r2, 2
              addi r4, r4, 1
              addi r5, r5, -1
              bne r5, zero, loop
              trap 1
        """),

    /// From 2 GiB on, where windows have no pages.
    HIGH_ADDRESSES(
        Exit.TRAP,
        400,
        """
              movi r5, 200
              movhi r4, 0x9000
        loop: ldw r3, 0(r4)
              stw r5, 0(r4)
              ldw r7, 0(r4)
              sub r7, r7, r5
              add r2, r2, r3
              add r2, r2, r7
              stw r5, 8(r4)
              stw r5, 12(r4)
              ldw r7, 8(r4)
              sub r7, r7, r5
              add r2, r2, r7
              addi r2, r2, 2
              addi r4, r4, 4096
              addi r5, r5, -1
              bne r5, zero, loop
              trap 1
        """),

    /// Inner loops, which keep only what they touch, in an outer one that changes the others.
    LOOPS_IN_LOOPS(
        Exit.TRAP,
        2400,
        """
              movi r5, 60
        loop: addi r13, r13, 1
              add r14, r14, r13
              xor r15, r15, r14
              addi r16, r16, 3
              mov r17, r15
              movi r6, 20
              mov r4, r12
        in:   ldw r3, 0(r4)
              add r3, r3, r6
              stw r3, 0(r4)
              addi r4, r4, 512
              addi r2, r2, 1
              addi r6, r6, -1
              bne r6, zero, in
              add r18, r18, r17
              call side
              movi r7, 20
        two:  addi r2, r2, 1
              sub r20, r20, r7
              addi r7, r7, -1
              beq r7, r13, out
              bne r7, zero, two
              br end
        out:  add r2, r2, r7
        end:  add r19, r19, r14
              addi r5, r5, -1
              bne r5, zero, loop
              trap 1
        side: addi r21, r21, 7
              add r14, r14, r21
              ret
        """),

    /// The page that the caller keeps at hand is replaced by stores that are checked together.
    PAGE_STORED_TO_BY_CALLEE_TWICE(
        Exit.TRAP,
        200,
        """
              movi r5, 200
              mov r4, r12
        loop: ldw r3, 8(r4)
              call store
              ldw r7, 8(r4)
              sub r7, r7, r5
              add r2, r2, r3
              add r2, r2, r7
              addi r2, r2, 1
              addi r4, r4, 4096
              addi r5, r5, -1
              bne r5, zero, loop
              trap 1
        store: mov r6, r4
              stw r5, 8(r6)
              stw r5, 12(r6)
              ret
        """),

    /// Four words together, which now and then lie on two pages, half of them fresh.
    GROUPS_OVER_THE_ENDS_OF_PAGES(
        Exit.TRAP,
        3000,
        """
              movi r5, 3000
              addi r4, r12, 4080
        loop: stw r5, 0(r4)
              stw r5, 4(r4)
              ldw r3, 8(r4)
              stw r5, 8(r4)
              stw r5, 12(r4)
              ldw r6, 0(r4)
              ldw r7, 12(r4)
              sub r6, r6, r7
              add r2, r2, r6
              ldw r6, 4(r4)
              ldw r7, 8(r4)
              sub r6, r6, r7
              add r2, r2, r6
              addi r2, r2, 1
              addi r4, r4, 28
              addi r5, r5, -1
              bne r5, zero, loop
              trap 1
        """),

    /// Of stores that are checked together the second fails, and the third is never made.
    GROUP_UP_TO_A_FAULT(
        Exit.FAULT,
        31,
        """
              addi r4, sp, -128
        loop: addi r2, r2, 1
              stw r2, 0(r4)
              addi r13, r2, 7
              stw r13, 8(r4)
              addi r14, r13, 9
              stw r14, 4(r4)
              addi r4, r4, 4
              br loop
        """),

    /// A group's base changes at its last access.
    BASE_LOADED_THROUGH_ITSELF(
        Exit.TRAP,
        500,
        """
              movi r5, 500
              mov r4, r12
              addi r6, r12, 8188
              stw r6, 4(r4)
              stw r4, 4(r6)
        loop: stw r5, 0(r4)
              ldw r3, 0(r4)
              ldw r4, 4(r4)
              stw r5, 0(r4)
              ldw r7, 0(r4)
              sub r7, r7, r3
              add r2, r2, r7
              addi r2, r2, 1
              addi r5, r5, -1
              bne r5, zero, loop
              trap 1
        """),

    /// The loop ends where nothing is mapped, with all registers as they are there.
    LOOP_UP_TO_A_FAULT(
        Exit.FAULT,
        0,
        """
              movi r13, 5
              mov r4, r12
        loop: stw r5, 0(r4)
              addi r5, r5, 3
              addi r4, r4, 1000
              bge r4, r13, loop
              trap 1
        """);

    final Exit exit;
    final int result;
    final String text;

    Program(Exit exit, int result, String text) {
      this.exit = exit;
      this.result = result;
      this.text = text;
    }
  }

  @ParameterizedTest
  @EnumSource
  void endAsTheyDoEvaluated(Program program) {
    for (Memory memory : Memory.values()) {
      for (int stride : new int[] {Integer.MAX_VALUE, 1009, 17}) {
        SideBySide machines = new SideBySide(memory);
        assertThat(machines.run(program.text, stride)).isEqualTo(program.exit);
        assertThat(machines.register(2)).isEqualTo(program.result);
      }
    }
  }
}
