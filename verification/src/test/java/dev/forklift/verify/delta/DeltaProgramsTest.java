package dev.forklift.verify.delta;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.calls.Syscall;
import dev.forklift.kernel.calls.SyscallFrame;
import dev.forklift.kernel.calls.SyscallObserver;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/// Programs that run from end to end on a 64-bit, big-endian CPU.
class DeltaProgramsTest {
  /// Registers that carry arguments hold rubbish from the moment in which a call that creates a
  /// task has been taken from them.
  private static final SyscallObserver POISON =
      new SyscallObserver() {
        @Override
        public void enter(Syscall row, SyscallFrame frame) {
          switch (row.name()) {
            case "clone", "clone3", "fork", "vfork" -> {
              Cpu cpu = frame.task().cpu();
              for (int register : new DeltaLinux().syscallRegisters().arguments()) {
                cpu.setRegister(register, 0xdead_beef_0000_0000L + register);
              }
            }
            default -> {}
          }
        }
      };

  @Test
  void aProgramWritesAndEnds() throws Exception {
    DeltaRun run =
        DeltaRun.of(
            """
            main: li a0, 1
            lea a1, hello
            li a2, 13
            sys write
            mov t0, a0
            addi a0, t0, 29
            sys exit_group
            hello: .ascii "hello, world\\n"
            """);
    assertThat(run.text()).isEqualTo("hello, world\n");
    assertThat(run.outcome().exitCode()).isEqualTo(42);
  }

  @Test
  void anErrorSetsTheCarry() throws Exception {
    DeltaRun run =
        DeltaRun.of(
            """
            main: li a0, 77
            sys close
            bcs failed
            mov t1, a0
            report zero
            failed: report t1
            sys getpid
            bcs failed
            li t1, 5
            li a0, 0
            sys exit_group
            """);
    assertThat(run.numbers()).containsExactly(9L);
    assertThat(run.outcome().exitCode()).isZero();
  }

  @Test
  void theStackHoldsArgumentsEnvironmentAndAuxiliaryVector() throws Exception {
    DeltaRun run =
        DeltaRun.of(
            """
            main: li a0, 1
            mov a1, t0
            const a2, 1024
            sys write
            li a0, 0
            sys exit_group
            """);
    ByteBuffer stack = ByteBuffer.wrap(run.out());
    assertThat(stack.getLong()).as("argc").isEqualTo(1);
    long argument = stack.getLong();
    assertThat(argument).isGreaterThan(0x3f_ffff_0000L).isLessThan(DeltaLinux.TASK_SIZE);
    assertThat(stack.getLong()).as("end of argv").isZero();
    assertThat(stack.getLong()).as("environment").isEqualTo(argument + "./program".length() + 1);
    assertThat(stack.getLong()).as("end of envp").isZero();
    java.util.Map<Long, Long> auxv = new java.util.HashMap<>();
    for (long kind = stack.getLong(); kind != 0; kind = stack.getLong()) {
      auxv.put(kind, stack.getLong());
    }
    assertThat(auxv)
        .containsEntry(3L, DeltaProgram.HEADER + 64)
        .containsEntry(4L, 56L)
        .containsEntry(5L, 2L)
        .containsEntry(6L, 8192L)
        .containsEntry(9L, DeltaProgram.TEXT)
        .containsEntry(16L, 0x1_0000_0005L)
        .containsKeys(15L, 25L, 31L);
  }

  private static final String FORK =
      """
      main: sys getpid
      report a0
      sys %s
      bcs failed
      nop
      bnez a1, child
      nop
      mov t1, a0
      mov t2, a1
      mov a0, t1
      mov a1, fp
      li a2, 0
      li a3, 0
      sys wait4
      sub t1, t1, a0
      lw t3, 0(fp)
      report t1
      report t2
      report t3
      ld t3, 8(fp)
      report t3
      li a0, 0
      sys exit_group
      child: mov t1, a0
      mov t2, a1
      li t3, 99
      st t3, 8(fp)
      report t1
      report t2
      li a0, 7
      sys exit_group
      failed: li a0, 1
      sys exit_group
      """;

  @Test
  void forkTellsTheChildItsParent() throws Exception {
    DeltaRun run = DeltaRun.of(FORK.formatted("fork"), POISON);
    long pid = run.numbers().getFirst();
    assertThat(run.numbers()).containsExactly(pid, pid, 1L, 0L, 0L, 7L << 8, 0L);
    assertThat(run.outcome().exitCode()).isZero();
  }

  @Test
  void vforkSharesMemoryAndMakesTheParentWait() throws Exception {
    DeltaRun run = DeltaRun.of(FORK.formatted("vfork"), POISON);
    long pid = run.numbers().getFirst();
    assertThat(run.numbers()).containsExactly(pid, pid, 1L, 0L, 0L, 7L << 8, 99L);
  }

  /// waitid with nothing to tell yet, then of a child that ended: what each wrote.
  @Test
  void waitidWritesTheMembersThatItKnows() throws Exception {
    DeltaRun run =
        DeltaRun.of(
            """
            main: addi a0, fp, 1024
            li a1, 0
            sys pipe2
            sys fork
            bnez a1, child
            nop
            mov t1, a0
            li t2, -1
            st t2, 8(fp)
            st t2, 16(fp)
            st t2, 24(fp)
            st t2, 32(fp)
            # WEXITED and WNOHANG
            li a0, 0
            li a1, 0
            mov a2, fp
            li a3, 5
            li a4, 0
            sys waitid
            li a0, 1
            mov a1, fp
            li a2, 40
            sys write
            st t2, 8(fp)
            st t2, 24(fp)
            st t2, 32(fp)
            lw a0, 1028(fp)
            mov a1, fp
            li a2, 1
            sys write
            li a0, 0
            li a1, 0
            mov a2, fp
            li a3, 4
            li a4, 0
            sys waitid
            lw t3, 16(fp)
            sub t1, t1, t3
            sw t1, 16(fp)
            li a0, 1
            mov a1, fp
            li a2, 40
            sys write
            li a0, 0
            sys exit_group
            child: lw a0, 1024(fp)
            mov a1, fp
            li a2, 1
            sys read
            li a0, 7
            sys exit_group
            """);
    assertThat(run.numbers())
        .containsExactly(
            0L,
            0x0000_0000_ffff_ffffL,
            0L,
            0x0000_0000_ffff_ffffL,
            -1L,
            17L << 32,
            0x0000_0001_ffff_ffffL,
            0L,
            0x0000_0007_ffff_ffffL,
            -1L);
  }

  /// Makes a thread whose TLS is 0x1234_5678_9abc_def0, then waits until it is gone.
  private static final String THREAD =
      """
      main: const tp, 0x1111222233334444
      li t1, 1
      sw t1, 8(fp)
      %s
      bcs failed
      nop
      bnez a1, child
      nop
      st a0, 16(fp)
      wait: lw a2, 8(fp)
      beqz a2, gone
      addi a0, fp, 8
      li a1, 0
      li a3, 0
      sys futex
      beq zero, zero, wait
      nop
      gone: report tp
      ld t1, 16(fp)
      lw t2, 0(fp)
      sub t1, t1, t2
      report t1
      ld t1, 24(fp)
      sub t1, t1, t2
      report t1
      ld t1, 32(fp)
      report t1
      ld t1, 40(fp)
      report t1
      li a0, 0
      sys exit_group
      child: st tp, 32(fp)
      st sp, 40(fp)
      sys gettid
      st a0, 24(fp)
      li a0, 0
      sys exit
      failed: li a0, 1
      sys exit_group
      """;

  /// CLONE_VM, FS, FILES, SIGHAND, THREAD, SYSVSEM, SETTLS, PARENT_SETTID, CHILD_CLEARTID and
  /// CHILD_SETTID.
  private static final String THREAD_FLAGS = "0x13d0f00";

  private static void holdsItsOwn(DeltaRun run) {
    assertThat(run.outcome().exitCode()).isZero();
    assertThat(run.numbers())
        .containsExactly(
            0x1111_2222_3333_4444L, 0L, 0L, 0x1234_5678_9abc_def0L, DeltaProgram.DATA + 0x8000);
  }

  @Test
  void cloneTakesTlsAsFourthArgument() throws Exception {
    holdsItsOwn(
        DeltaRun.of(
            THREAD.formatted(
                """
                const a0, %s
                const a1, 0x200008000
                mov a2, fp
                const a3, 0x123456789abcdef0
                addi a4, fp, 8
                sys clone
                """
                    .formatted(THREAD_FLAGS)),
            POISON));
  }

  @Test
  void clone3TakesTlsFromItsStructure() throws Exception {
    holdsItsOwn(
        DeltaRun.of(
            THREAD.formatted(
                """
                addi a0, fp, 256
                const t1, %s
                st t1, 0(a0)
                addi t1, fp, 8
                st t1, 16(a0)
                st fp, 24(a0)
                const t1, 0x200004000
                st t1, 40(a0)
                const t1, 0x4000
                st t1, 48(a0)
                const t1, 0x123456789abcdef0
                st t1, 56(a0)
                li a1, 88
                sys clone3
                """
                    .formatted(THREAD_FLAGS)),
            POISON));
  }

  /// Eight threads each count in their own TLS and, under a lock, in common.
  @Test
  void threadsCountInTheirOwnTlsAndUnderAFutexLockInCommon() throws Exception {
    DeltaRun run =
        DeltaRun.of(
            """
            # fp: 0 lock, 8 common count, 16 threads that are done; 1024 * n: stacks; TLS 64 * n
            # from 32768 on.
            main: li t1, 1
            next: li t3, 10
            sll t2, t1, t3
            add a1, fp, t2
            li a2, 0
            li t3, 6
            sll t2, t1, t3
            const a3, 32768
            add a3, a3, fp
            add a3, a3, t2
            li a4, 0
            const a0, 0xd0f00
            sys clone
            bnez a1, work
            nop
            addi t1, t1, 1
            li t3, 9
            bltu t1, t3, next
            nop
            all: lw a2, 20(fp)
            li t3, 8
            beq a2, t3, ended
            nop
            addi a0, fp, 20
            li a1, 0
            li a3, 0
            sys futex
            beq zero, zero, all
            nop
            ended: ld t1, 8(fp)
            report t1
            const t1, 32832
            add t1, t1, fp
            li t2, 8
            sum: ld t3, 0(t1)
            report t3
            addi t1, t1, 64
            addi t2, t2, -1
            bnez t2, sum
            nop
            li a0, 0
            sys exit_group

            work: const t1, 300
            again: ld t2, 0(tp)
            addi t2, t2, 1
            st t2, 0(tp)
            # The lock is a doubleword, whose low half is the futex's word.
            take: li t2, 0
            li t3, 1
            cas t2, fp, t3
            beqz t2, taken
            addi a0, fp, 4
            li a1, 0
            li a2, 1
            li a3, 0
            sys futex
            beq zero, zero, take
            nop
            taken: ld t2, 8(fp)
            addi t2, t2, 1
            st t2, 8(fp)
            fence
            st zero, 0(fp)
            addi a0, fp, 4
            li a1, 1
            li a2, 1
            sys futex
            addi t1, t1, -1
            bnez t1, again
            nop
            more: ld t2, 16(fp)
            mov t3, t2
            addi t1, t2, 1
            addi a0, fp, 16
            cas t2, a0, t1
            beq t2, t3, counted
            nop
            beq zero, zero, more
            nop
            counted: addi a0, fp, 20
            li a1, 1
            li a2, 1
            sys futex
            li a0, 0
            sys exit
            """);
    assertThat(run.outcome().exitCode()).isZero();
    assertThat(run.numbers())
        .containsExactly(2400L, 300L, 300L, 300L, 300L, 300L, 300L, 300L, 300L);
  }

  @Test
  void execReplacesTheProgramAndKeepsThePid() throws Exception {
    DeltaRun run =
        DeltaRun.of(
            """
            main: ld t1, 0(t0)
            li t2, 3
            beq t1, t2, second
            nop
            sys getpid
            report a0
            lea t1, path
            st t1, 0(fp)
            lea t1, one
            st t1, 8(fp)
            lea t1, two
            st t1, 16(fp)
            const t1, 0x7777777777
            st t1, 64(fp)
            lea a0, path
            mov a1, fp
            addi a2, fp, 24
            sys execve
            li a0, 1
            sys exit_group
            second: sys getpid
            report a0
            ld t1, 64(fp)
            report t1
            ld t1, 24(t0)
            lbu t2, 2(t1)
            report t2
            report tp
            li a0, 0
            sys exit_group
            path: .ascii "/proc/self/exe\\0"
            one: .ascii "one\\0"
            two: .ascii "two\\0"
            """);
    assertThat(run.outcome().exitCode()).isZero();
    assertThat(run.numbers()).hasSize(5);
    assertThat(run.numbers().get(1)).isEqualTo(run.numbers().get(0));
    assertThat(run.numbers().subList(2, 5)).containsExactly(0L, (long) 'o', 0L);
  }

  /// Installs `handler` for the signal in t1, with SA_SIGINFO and SA_RESTORER.
  private static final String INSTALL =
      """
      lea t2, handler
      st t2, 0(fp)
      const t2, 0x4000004
      st t2, 8(fp)
      lea t2, restorer
      st t2, 16(fp)
      st zero, 24(fp)
      mov a0, t1
      mov a1, fp
      li a2, 0
      li a3, 8
      sys rt_sigaction
      """;

  private static final String RESTORER = "restorer: sys rt_sigreturn\n";

  @Test
  void aHandlerRunsAndEveryRegisterComesBack() throws Exception {
    DeltaRun run =
        DeltaRun.of(
            """
            main: li t1, 10
            """
                + INSTALL
                + """
                sys getpid
                report a0
                const t1, 0x1111111111111
                const t2, 0x2222222222222
                const t3, 0x3333333333333
                const tp, 0x4444444444444
                const ra, 0x5555555555555
                sys getpid
                li a1, 10
                sys kill
                mov a5, a1
                mov t0, a0
                report t1
                report t2
                report t3
                report tp
                report a5
                report t0
                li a0, 0
                sys exit_group
                handler: mov t1, a0
                mov t2, a1
                mov t3, ra
                mov tp, sp
                report t1
                lw t1, 0(t2)
                report t1
                lw t1, 8(t2)
                report t1
                lw t1, 16(t2)
                report t1
                sub t1, t2, tp
                report t1
                li a5, 0
                jr t3
                nop
                """
                + RESTORER);
    assertThat(run.outcome().exitCode()).isZero();
    long pid = run.numbers().getFirst();
    assertThat(run.numbers())
        .containsExactly(
            pid,
            10L,
            10L,
            0L,
            pid,
            0L,
            0x1111111111111L,
            0x2222222222222L,
            0x3333333333333L,
            0x4444444444444L,
            10L,
            0L);
  }

  /// What a fault tells its handler: signal, code, address.
  private static final String FAULT =
      """
      main: li t1, %d
      """
          + INSTALL
          + """
          lea t3, at
          report t3
          %s
          li a0, 1
          sys exit_group
          handler: mov t1, a1
          lw t2, 0(t1)
          report t2
          lw t2, 8(t1)
          report t2
          ld t2, 16(t1)
          report t2
          li a0, 0
          sys exit_group
          """
          + RESTORER;

  private static void faults(int signal, int code, Long address, String instructions)
      throws Exception {
    DeltaRun run = DeltaRun.of(FAULT.formatted(signal, instructions));
    long at = run.numbers().getFirst();
    assertThat(run.numbers())
        .containsExactly(at, (long) signal, (long) code, address == null ? at : address);
  }

  @Test
  void faultsNameTheirAddressInAll64Bits() throws Exception {
    faults(Signal.SIGSEGV, 1, 0x12_3456_7890L, "const t1, 0x1234567890\nat: ld t2, 0(t1)");
    faults(
        Signal.SIGSEGV,
        1,
        0x8000_0000_0000_0008L,
        "const t1, 0x8000000000000000\nat: st t2, 8(t1)");
    faults(Signal.SIGSEGV, 2, DeltaProgram.TEXT, "const t1, 0x100000000\nat: sw t2, 0(t1)");
    faults(Signal.SIGBUS, 1, DeltaProgram.DATA + 4, "at: ld t2, 4(fp)");
  }

  @Test
  void exceptionsNameTheInstruction() throws Exception {
    faults(Signal.SIGFPE, 1, null, "at: div t2, t1, zero");
    faults(Signal.SIGTRAP, 1, null, "at: brk");
    faults(Signal.SIGILL, 1, null, "at: .half 0xc000");
    faults(Signal.SIGILL, 4, null, "at: trap 1");
    faults(Signal.SIGBUS, 1, null, "li t1, 1\nat: jr t1\nnop");
  }

  @Test
  void aFaultInADelaySlotIsTheBranchs() throws Exception {
    faults(Signal.SIGFPE, 1, null, "at: beqz zero, at\ndiv t2, t1, zero");
    faults(Signal.SIGILL, 1, null, "at: beqz zero, at\ntrap 0x6d");
  }

  @Test
  void aSystemCallIsMadeAgainBehindAHandlerWithRestart() throws Exception {
    String program =
        """
        # A child that sends SIGUSR1 (10) after a while, then writes into the pipe.
        main: li t1, 10
        """
            + INSTALL
            + """
            const t2, %s
            st t2, 8(fp)
            li a0, 10
            mov a1, fp
            li a2, 0
            li a3, 8
            sys rt_sigaction
            addi a0, fp, 64
            li a1, 0
            sys pipe2
            sys fork
            bnez a1, child
            nop
            lw a0, 64(fp)
            addi a1, fp, 128
            li a2, 1
            sys read
            bcs cut
            mov t1, a0
            report t1
            li a0, 0
            sys exit_group
            cut: addi t1, t1, 100
            report t1
            li a0, 0
            sys exit_group
            child: mov t3, a0
            bal pause
            nop
            mov a0, t3
            li a1, 10
            sys kill
            bal pause
            nop
            lw a0, 68(fp)
            mov a1, fp
            li a2, 1
            sys write
            li a0, 0
            sys exit_group
            pause: st zero, 256(fp)
            const t1, 100000000
            st t1, 264(fp)
            addi a0, fp, 256
            li a1, 0
            sys nanosleep
            ret
            nop
            handler: mov t3, ra
            report zero
            jr t3
            nop
            """
            + RESTORER;
    assertThat(DeltaRun.of(program.formatted("0x14000000")).numbers()).containsExactly(0L, 1L);
    assertThat(DeltaRun.of(program.formatted("0x4000000")).numbers()).containsExactly(0L, 104L);
  }

  @Test
  void mappingsHavePagesOf8KiB() throws Exception {
    DeltaRun run =
        DeltaRun.of(
            """
            main: li a0, 0
            const a1, 8193
            li a2, 3
            li a3, 0x22
            li a4, -1
            li a5, 0
            sys mmap
            mov t1, a0
            report t1
            # The last byte of the second page is there,
            const t2, 16383
            add t2, t2, t1
            sb t1, 0(t2)
            # not half a page can be unmapped,
            const t2, 4096
            add a0, t1, t2
            const a1, 4096
            sys munmap
            report a0
            # a file is mapped from a page on,
            lea a1, path
            li a0, -100
            li a2, 0
            li a3, 0
            sys openat
            mov t3, a0
            li a0, 0
            const a1, 8192
            li a2, 1
            li a3, 2
            mov a4, t3
            const a5, 4096
            sys mmap
            report a0
            li a0, 0
            const a1, 8192
            li a2, 1
            li a3, 2
            mov a4, t3
            const a5, 8192
            sys mmap
            ld t2, 0(a0)
            report t2
            # and what is unmapped is gone.
            mov a0, t1
            const a1, 8192
            sys munmap
            const t2, 8192
            add t2, t2, t1
            lbu t3, 8191(t2)
            report t3
            ld t2, 0(t1)
            li a0, 0
            sys exit_group
            path: .ascii "/proc/self/exe\\0"
            """);
    assertThat(run.numbers()).hasSize(5);
    long mapped = run.numbers().getFirst();
    assertThat(mapped % 8192).isZero();
    assertThat(mapped).isGreaterThan(1L << 32);
    long firstCode = ByteBuffer.wrap(DeltaProgram.of("main: nop")).getLong(8192);
    assertThat(run.numbers()).containsExactly(mapped, 22L, 22L, firstCode, mapped & 0xff);
    assertThat(run.outcome().signal()).isEqualTo(Signal.SIGSEGV);
  }
}
