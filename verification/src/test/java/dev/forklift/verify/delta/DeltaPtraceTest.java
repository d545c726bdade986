package dev.forklift.verify.delta;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// ptrace on a 64-bit, big-endian CPU. No real kernel runs on it: what is expected is what guest
/// programs of the same kind show on Nios II (ptrace-events, ptrace-syscalls, ptrace-requests),
/// with this CPU's numbers and words.
class DeltaPtraceTest {
  private static final long STOPPED = 0x7f;
  private static final long SIGTRAP = 5;

  private static long stop(long signal) {
    return signal << 8 | STOPPED;
  }

  private static long event(long number) {
    return number << 16 | stop(SIGTRAP);
  }

  /// The request in a0, of the child in t1.
  private static String ptrace(String request, String address, String data) {
    return "const a0, %s\nmov a1, t1\n%s\n%s\nsys ptrace\n".formatted(request, address, data);
  }

  private static final String NONE = "li a2, 0";

  /// Waits for the child in t1; its status is in t2.
  private static final String WAIT =
      """
      wait: mov a0, t1
      mov a1, fp
      const a2, 0x40000000
      li a3, 0
      sys wait4
      lw t2, 0(fp)
      ret
      nop
      """;

  /// Lets itself be traced, and stops.
  private static final String BE_TRACED =
      """
      li a0, 0
      sys ptrace
      sys getpid
      li a1, 19
      sys kill
      """;

  private static final String SEE = "bal wait\nnop\nreport t2\n";
  private static final String UNTIL_CALL = ptrace("24", NONE, "li a3, 0") + SEE;
  private static final String GET_REGISTERS = ptrace("0x4204", "li a2, 1", "addi a3, fp, 640");
  private static final String SET_REGISTERS = ptrace("0x4205", "li a2, 1", "addi a3, fp, 640");
  private static final String GET_CALL = ptrace("0x420e", "const a2, 88", "addi a3, fp, 512");

  /// Where a register of the child is, after GET_REGISTERS.
  private static int copyOf(int register) {
    return 768 + 8 * register;
  }

  @Test
  void aTracerSeesAndChangesSystemCallsRegistersAndMemory() throws Exception {
    int registers = new Delta().registers().count() + 1;
    DeltaRun run =
        DeltaRun.of(
            """
            main: sys fork
            bltu zero, a1, child
            nop
            mov t1, a0
            # an iovec for the registers, with room for more than there are
            addi t2, fp, 768
            st t2, 640(fp)
            const t2, 512
            st t2, 648(fp)
            """
                + SEE
                + ptrace("0x4200", NONE, "li a3, 1")
                + UNTIL_CALL
                // The call as it was made: its kind, where it was made, number and first argument.
                + GET_CALL
                + """
                report a0
                lbu t2, 512(fp)
                report t2
                ld t2, 520(fp)
                lea t3, made
                sub t2, t2, t3
                report t2
                ld t2, 536(fp)
                report t2
                ld t2, 544(fp)
                report t2
                """
                + GET_REGISTERS
                + """
                ld t2, 648(fp)
                report t2
                ld t2, %d(fp)
                report t2
                # It becomes another call.
                addi t2, zero, %d
                st t2, %d(fp)
                """
                    .formatted(
                        copyOf(DeltaLinux.NUMBER),
                        DeltaProgram.number("getppid"),
                        copyOf(DeltaLinux.NUMBER))
                + SET_REGISTERS
                + UNTIL_CALL
                + GET_CALL
                + """
                report a0
                lbu t2, 512(fp)
                report t2
                sys getpid
                mov t3, a0
                ld t2, 536(fp)
                sub t2, t2, t3
                report t2
                lbu t2, 544(fp)
                report t2
                """
                // Memory: a doubleword of the program, one of the child's own.
                + ptrace("1", "lea a2, marker", "addi a3, fp, 1024")
                + "ld t2, 1024(fp)\nreport t2\n"
                + ptrace("5", "addi a2, fp, 2048", "const a3, 0x1122334455667788")
                // Also where the child itself may not write.
                + ptrace("4", "lea a2, marker", "const a3, 0x123456789abcdef")
                // Its result, and that it failed.
                + GET_REGISTERS
                + """
                const t2, 0x123400000000
                st t2, %d(fp)
                li t2, 1
                st t2, %d(fp)
                """
                    .formatted(copyOf(DeltaLinux.RESULT), copyOf(Delta.CARRY))
                + SET_REGISTERS
                + ptrace("7", NONE, "li a3, 0")
                + SEE
                + """
                ld t2, 2048(fp)
                report t2
                lea t2, marker
                lbu t2, 0(t2)
                report t2
                # There is no more tracee, and no such request.
                """
                + ptrace("7", NONE, "li a3, 0")
                + """
                mov t2, a0
                report t2
                li a0, 0
                sys exit_group
                child:
                """
                + BE_TRACED
                + """
                li a0, 77
                made: sys close
                bcs failed
                li t2, 0
                li t2, 1
                failed: mov t1, a0
                report t1
                report t2
                ld t1, 2048(fp)
                report t1
                lea t1, marker
                lbu t1, 0(t1)
                report t1
                li a0, 9
                sys exit_group
                """
                + WAIT
                + "marker: .ascii \"Marker!!\"");
    long close = DeltaProgram.number("close");
    assertThat(run.numbers())
        .containsExactly(
            stop(19),
            stop(SIGTRAP | 0x80),
            80L,
            1L,
            CALL_BYTES,
            close,
            77L,
            registers * 8L,
            close,
            stop(SIGTRAP | 0x80),
            33L,
            2L,
            0L,
            0L,
            MARKER,
            // the child
            0x1234_0000_0000L,
            0L,
            0x1122_3344_5566_7788L,
            1L,
            // its tracer
            9L << 8,
            0L,
            (long) 'M',
            3L);
  }

  /// `addi` and `trap`, what `sys` is.
  private static final long CALL_BYTES = 6;

  private static final long MARKER = 0x4d61_726b_6572_2121L;

  /// A tracee that forks, makes a thread and becomes another program. Each of its stops is
  /// reported, and what an event tells; of the others only the sums of what they stopped and ended
  /// with, for who comes first is open.
  @Test
  void aTracerFollowsForkCloneAndExec() throws Exception {
    DeltaRun run =
        DeltaRun.of(
            """
            main: ld t1, 0(t0)
            li t2, 2
            beq t1, t2, second
            nop
            sys fork
            bltu zero, a1, child
            nop
            mov t1, a0
            """
                + SEE
                + """
                st zero, 16(fp)
                st zero, 24(fp)
                # TRACESYSGOOD, FORK, CLONE, EXEC and EXIT
                """
                + ptrace("0x4200", NONE, "li a3, 0x5b")
                + """
                mov t2, t1
                on: li a0, 7
                mov a1, t2
                li a2, 0
                li a3, 0
                sys ptrace
                next: li a0, -1
                mov a1, fp
                const a2, 0x40000000
                li a3, 0
                sys wait4
                bcs gone
                nop
                mov t2, a0
                lw t3, 0(fp)
                li a0, 127
                and a1, t3, a0
                li a2, 8
                srl a3, t3, a2
                beq t2, t1, mine
                nop
                beqz a1, ended
                nop
                ld a0, 16(fp)
                add a0, a0, a3
                st a0, 16(fp)
                beq zero, zero, on
                nop
                ended: ld a0, 24(fp)
                add a0, a0, a3
                st a0, 24(fp)
                beq zero, zero, next
                nop
                mine: mov t2, a1
                report t3
                beqz t2, next
                nop
                li a0, 16
                srl t3, t3, a0
                beqz t3, plain
                nop
                st zero, 32(fp)
                const a0, 0x4201
                mov a1, t1
                li a2, 0
                addi a3, fp, 32
                sys ptrace
                li a0, 6
                ld t2, 32(fp)
                beq t3, a0, status
                nop
                sub t2, t2, t1
                status: report t2
                plain: mov t2, t1
                beq zero, zero, on
                nop
                gone: mov t1, a0
                report t1
                ld t1, 16(fp)
                report t1
                ld t1, 24(fp)
                report t1
                li a0, 0
                sys exit_group
                child:
                """
                + BE_TRACED
                + """
                sys fork
                bltu zero, a1, grandchild
                nop
                mov a1, fp
                li a2, 0
                li a3, 0
                sys wait4
                li t1, 1
                sw t1, 8(fp)
                const a0, 0x350f00
                const a1, 0x200008000
                mov a2, fp
                li a3, 0
                addi a4, fp, 8
                sys clone
                bltu zero, a1, thread
                nop
                still: lw a2, 8(fp)
                beqz a2, alone
                addi a0, fp, 8
                li a1, 0
                li a3, 0
                sys futex
                beq zero, zero, still
                nop
                alone: lea t1, path
                st t1, 64(fp)
                st t1, 72(fp)
                lea a0, path
                addi a1, fp, 64
                addi a2, fp, 88
                sys execve
                li a0, 1
                sys exit_group
                grandchild: li a0, 3
                sys exit_group
                thread: li a0, 4
                sys exit
                second: li a0, 5
                sys exit_group
                path: .ascii "/proc/self/exe\\0"
                """
                + WAIT);
    long stopsOfOthers = 2 * 19 + 2 * (6 << 8 | SIGTRAP);
    assertThat(run.numbers())
        .containsExactly(
            stop(19),
            event(1),
            1L,
            stop(17),
            event(3),
            2L,
            event(4),
            0L,
            event(6),
            5L << 8,
            5L << 8,
            10L,
            stopsOfOthers,
            3L + 4);
  }
}
