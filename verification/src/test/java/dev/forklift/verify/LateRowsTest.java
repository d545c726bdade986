package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.arch.nios2.Nios2Linux;
import dev.forklift.kernel.abi.CloneFlags;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.calls.Syscall;
import dev.forklift.kernel.calls.SyscallFrame;
import dev.forklift.kernel.calls.SyscallObserver;
import dev.forklift.kernel.fs.tmpfs.Origin;
import dev.forklift.kernel.process.CloneRule;
import dev.forklift.kernel.process.KernelClone;
import dev.forklift.kernel.process.Signals;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TaskEvents;
import dev.forklift.kernel.random.RandomSource;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.verify.delta.DeltaLinux;
import dev.forklift.verify.delta.DeltaProgram;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The two rows that another processor has to break while the call is under way. Here calls hold
/// the kernel lock, so no guest can; the tests do it from inside, at a point that each call passes.
class LateRowsTest {
  /// init, kthreadd and two kernel threads.
  private static final int BOOTED = 4;

  private static final int THREAD =
      (int)
          (CloneFlags.CLONE_VM
              | CloneFlags.CLONE_FILES
              | CloneFlags.CLONE_SIGHAND
              | CloneFlags.CLONE_THREAD);

  /// Two threads: one sleeps, the other becomes another program, which ends with 7.
  private static final String EXECUTES_BESIDE_A_SLEEPER =
      """
      main: ld t1, 0(t0)
      li t2, 2
      beq t1, t2, second
      nop
      const a0, 0x10f00
      const a1, 0x200008000
      li a2, 0
      li a3, 0
      li a4, 0
      sys clone
      bnez a1, sleeper
      nop
      # until the other one sleeps
      li a0, 0
      li a1, 0
      st zero, 0(fp)
      const t1, 100000000
      st t1, 8(fp)
      mov a0, fp
      sys nanosleep
      lea t1, path
      st t1, 16(fp)
      st t1, 24(fp)
      lea a0, path
      addi a1, fp, 16
      addi a2, fp, 40
      sys execve
      li a0, 1
      sys exit_group
      sleeper: addi a0, fp, 64
      li a1, 0
      li a2, 0
      li a3, 0
      sys futex
      sys exit
      second: li a0, 7
      sys exit_group
      path: .ascii "/proc/self/exe\\0"
      """;

  /// Makes two children, one after the other.
  private static final String MAKES_TWO_CHILDREN =
      """
      main: sys fork
      bnez a1, child
      nop
      const a0, 0x11
      li a1, 0
      li a2, 0
      li a3, 0
      li a4, 0
      sys clone
      child: li a0, 0
      sys exit_group
      """;

  /// Who is refused, and why; who is made.
  private static final class Watch implements TaskEvents {
    private final List<CloneRule> refusals = new ArrayList<>();
    private final List<Task> made = new ArrayList<>();

    @Override
    public void refused(Task caller, CloneRule rule) {
      refusals.add(rule);
    }

    @Override
    public void created(Task child, Task parent, KernelCloneArgs args) {
      made.add(child);
    }
  }

  /// While a program is being loaded, its siblings clone.
  private static final class CloningSiblings implements SyscallObserver, RandomSource {
    private final RandomSource bytes = RandomSource.of(new SplittableRandom(1));
    private final long flags;
    private final List<Errno> answers = new ArrayList<>();
    private int made;
    private @Nullable Task executing;

    CloningSiblings(long flags) {
      this.flags = flags;
    }

    @Override
    public void enter(Syscall row, SyscallFrame frame) {
      executing = row.name().equals("execve") ? frame.task() : null;
    }

    /// The loader fills AT_RANDOM.
    @Override
    public void fill(byte[] destination, int offset, int length) {
      bytes.fill(destination, offset, length);
      Task task = executing;
      if (task == null) {
        return;
      }
      executing = null;
      for (Task sibling : task.group().threads()) {
        if (sibling != task && !sibling.isExiting()) {
          try {
            int _ = KernelClone.clone(sibling, KernelCloneArgs.user(flags, 0, 0, 0, 0, 0, 0));
            made++;
          } catch (Errno e) {
            answers.add(e);
          }
        }
      }
    }
  }

  private static byte[] nios2Program(String name) throws IOException {
    Path programs = Checkout.ROOT.resolve("verification/guest/bin");
    return Files.readAllBytes(programs.resolve(name));
  }

  private static GuestRun delta(String text, CloningSiblings siblings, Watch watch)
      throws Exception {
    return run(new DeltaLinux(), DeltaProgram.of(text), siblings, watch);
  }

  private static GuestRun run(LinuxAbi abi, byte[] program, CloningSiblings siblings, Watch watch)
      throws Exception {
    return GuestRun.of(
        abi,
        GuestRun.rootWith("program", program),
        GuestRun.program("program", List.of(), List.of()),
        "",
        config -> config.withEvents(watch).withObserver(siblings).withRandom(siblings));
  }

  @Test
  void nobodyBeginsToShareTheRootOfWhoExecutes() throws Exception {
    Watch watch = new Watch();
    CloningSiblings siblings = new CloningSiblings(THREAD | CloneFlags.CLONE_FS);
    GuestRun run = delta(EXECUTES_BESIDE_A_SLEEPER, siblings, watch);
    assertThat(run.outcome().exitCode()).isEqualTo(7);
    assertThat(siblings.made).isZero();
    assertThat(siblings.answers).containsExactly(Errno.EAGAIN);
    assertThat(watch.refusals).containsExactly(CloneRule.FS_IN_EXEC);
  }

  @Test
  void whoTakesACopyOfItIsNotRefused() throws Exception {
    Watch watch = new Watch();
    CloningSiblings siblings = new CloningSiblings(THREAD);
    GuestRun run = delta(EXECUTES_BESIDE_A_SLEEPER, siblings, watch);
    assertThat(run.outcome().exitCode()).isEqualTo(7);
    assertThat(siblings.made).isEqualTo(1);
    assertThat(watch.refusals).isEmpty();
  }

  @Test
  void nobodyBeginsToShareTheRootOfWhoExecutesOnNios2() throws Exception {
    Watch watch = new Watch();
    CloningSiblings siblings = new CloningSiblings(THREAD | CloneFlags.CLONE_FS);
    byte[] threads = nios2Program("threads");
    GuestRun run = run(new Nios2Linux(), threads, siblings, watch);
    assertThat(run.outcome().exitCode()).isZero();
    assertThat(siblings.answers).isNotEmpty().containsOnly(Errno.EAGAIN);
    assertThat(watch.refusals).isNotEmpty().containsOnly(CloneRule.FS_IN_EXEC);
  }

  /// The same architecture, but whoever makes a child dies in copyThread.
  private static LinuxAbi deadly(LinuxAbi abi, Caller caller) {
    return (LinuxAbi)
        Proxy.newProxyInstance(
            LateRowsTest.class.getClassLoader(),
            new Class<?>[] {LinuxAbi.class},
            (_, method, arguments) -> {
              Task task = caller.task;
              if (method.getName().equals("copyThread") && task != null) {
                Signals.sendToGroup(task.group(), SigInfo.kernel(Signal.SIGKILL));
                caller.task = null;
              }
              try {
                return method.invoke(abi, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /// Knows who makes the second child of a program.
  private static final class Caller implements SyscallObserver {
    private int calls;
    private @Nullable Task task;

    @Override
    public void enter(Syscall row, SyscallFrame frame) {
      if (List.of("fork", "clone", "clone3").contains(row.name()) && ++calls == 2) {
        task = frame.task();
      }
    }
  }

  static Stream<Arguments> cpus() throws IOException {
    byte[] nios2 = nios2Program("fork-wait");
    return Stream.of(
        Arguments.of(Named.of("delta", new DeltaLinux()), DeltaProgram.of(MAKES_TWO_CHILDREN)),
        Arguments.of(Named.of("nios2", new Nios2Linux()), nios2));
  }

  @ParameterizedTest
  @MethodSource("cpus")
  void whoIsKilledMeanwhileHasNoChild(LinuxAbi abi, byte[] program) throws Exception {
    Watch watch = new Watch();
    Caller caller = new Caller();
    Origin root = GuestRun.rootWith("program", program);
    GuestRun run =
        GuestRun.of(
            deadly(abi, caller),
            root,
            GuestRun.program("program", List.of(), List.of()),
            "",
            config -> config.withEvents(watch).withObserver(caller));
    assertThat(caller.calls).isEqualTo(2);
    assertThat(watch.refusals).containsExactly(CloneRule.KILLED);
    assertThat(watch.made).extracting(Task::tgid).doesNotHaveDuplicates().hasSize(BOOTED + 2);
    assertThat(run.outcome().signal()).isEqualTo(Signal.SIGKILL);
  }
}
