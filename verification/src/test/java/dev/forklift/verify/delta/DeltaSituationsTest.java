package dev.forklift.verify.delta;

import static dev.forklift.kernel.abi.CloneFlags.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.calls.Syscall;
import dev.forklift.kernel.calls.SyscallFrame;
import dev.forklift.kernel.calls.SyscallObserver;
import dev.forklift.kernel.process.CloneRule;
import dev.forklift.kernel.process.Signals;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TaskEvents;
import dev.forklift.kernel.signal.SigInfo;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The rules that need a situation, or a structure of their own, hold on a second CPU. Programs
/// bring themselves into it by system calls; what is answered is what the real kernel answers on
/// Nios II (clone-rows).
class DeltaSituationsTest {
  private static final int NOBODY = 4000;
  private static final long BAD_ADDRESS = 8;
  private static final int LIMIT_TASKS = 6;
  private static final int LIMIT_FILES = 7;

  /// O_PATH and O_DIRECTORY.
  private static final int FOLDER = 0x210000;

  /// Where clone3's structure is, and its fields.
  private static final int ARGS = 512;

  private static final int PIDFD = ARGS + 8;
  private static final int SET_TID = ARGS + 64;
  private static final int SET_TID_SIZE = ARGS + 72;
  private static final int CGROUP = ARGS + 80;

  /// Shown by LateRowsTest.
  private static final Set<CloneRule> LATE = EnumSet.of(CloneRule.FS_IN_EXEC, CloneRule.KILLED);

  private static DeltaCalls calls() {
    return new DeltaCalls();
  }

  private static DeltaCalls nobody(DeltaCalls calls) {
    return calls
        .call("setresgid", NOBODY, NOBODY, NOBODY)
        .call("setresuid", NOBODY, NOBODY, NOBODY);
  }

  private static DeltaCalls limit(DeltaCalls calls, int which, long value) {
    return calls.put(1024, value).put(1032, value).call("setrlimit", which, DeltaCalls.SCRATCH);
  }

  private static DeltaCalls groups() {
    return calls()
        .call("mkdirat", -100, "/tmp/groups", 0755)
        .call("mount", "none", "/tmp/groups", "cgroup2", 0, "nsdelegate")
        .write("/tmp/groups/cgroup.subtree_control", "+pids");
  }

  private static DeltaCalls group(DeltaCalls calls, String name) {
    return calls.call("mkdirat", -100, "/tmp/groups/" + name, 0755);
  }

  /// Into the field cgroup.
  private static DeltaCalls chosen(DeltaCalls calls, String name) {
    return calls.call("openat", -100, "/tmp/groups/" + name, FOLDER, 0).keep(CGROUP);
  }

  /// What a rule needs before the call and with what flags it then refuses it, by clone as by
  /// clone3; null for another kind of rule.
  private record Situation(DeltaCalls before, long flags) {
    static Situation of(CloneRule rule) {
      return switch (rule) {
        case USER_NAMESPACES_NOT_FOR_ALL ->
            new Situation(
                nobody(calls().write("/proc/sys/kernel/unprivileged_userns_clone", "0")),
                CLONE_NEWUSER);
        case SIBLING_OF_INIT -> new Situation(calls().inChild(CLONE_NEWPID), CLONE_PARENT);
        case USER_NAMESPACE_LIMIT ->
            new Situation(calls().write("/proc/sys/user/max_user_namespaces", "0"), CLONE_NEWUSER);
        case USER_NAMESPACE_NOT_PERMITTED ->
            new Situation(calls().call("chroot", "/tmp"), CLONE_NEWUSER);
        case USER_TASK_LIMIT -> new Situation(limit(nobody(calls()), LIMIT_TASKS, 1), 0);
        case TASK_LIMIT -> {
          DeltaCalls calls = calls();
          for (int i = 0; i < 20; i++) {
            calls.sleeper(0);
          }
          yield new Situation(calls.write("/proc/sys/kernel/threads-max", "20"), 0);
        }
        case DEADLINE_NOT_INHERITED -> {
          long policy = 48L << Integer.SIZE | 6;
          DeltaCalls calls = calls().put(1024, policy).put(1048, 10_000_000);
          calls.put(1056, 100_000_000).put(1064, 100_000_000);
          yield new Situation(calls.call("sched_setattr", 0, DeltaCalls.SCRATCH, 0), 0);
        }
        case NAMESPACE_LIMIT ->
            new Situation(calls().write("/proc/sys/user/max_uts_namespaces", "0"), CLONE_NEWUTS);
        case PID_NAMESPACE_PENDING ->
            new Situation(calls().call("unshare", CLONE_NEWPID), CLONE_NEWPID);
        case PID_NAMESPACE_OF_OTHERS ->
            new Situation(
                calls()
                    .sleeper(CLONE_NEWPID | CLONE_NEWUSER | CLONE_PIDFD)
                    // The descriptor was stored as a word, which is the low half of a doubleword.
                    .call("setns", new DeltaCalls.Holds(264), CLONE_NEWPID)
                    .inChild(0),
                CLONE_NEWPID);
        case PID_NAMESPACE_TOO_DEEP -> {
          DeltaCalls calls = calls();
          for (int i = 0; i < 32; i++) {
            calls.inChild(CLONE_NEWPID);
          }
          yield new Situation(calls, CLONE_NEWPID);
        }
        case NO_TID_FREE ->
            new Situation(
                calls()
                    .sleeperWithTid(300)
                    .write("/proc/sys/kernel/ns_last_pid", "300")
                    .write("/proc/sys/kernel/pid_max", "301"),
                0);
        case PID_NAMESPACE_DEAD -> new Situation(calls().call("unshare", CLONE_NEWPID).mortal(), 0);
        case NO_DESCRIPTOR_FREE -> new Situation(limit(calls(), LIMIT_FILES, 0), CLONE_PIDFD);
        case CGROUP_TASK_LIMIT ->
            new Situation(
                group(groups(), "one")
                    .write("/tmp/groups/one/pids.max", "1")
                    .write("/tmp/groups/one/cgroup.procs", "0"),
                0);
        default -> null;
      };
    }

    /// clone does not look at its exit signal, clone3 refuses one with PARENT.
    String program(boolean clone3) {
      if (!clone3) {
        return before.endingInClone(flags, new DeltaCalls.Place(1024));
      }
      long signal = (flags & CLONE_PARENT) != 0 ? 0 : Signal.SIGCHLD;
      return before.put(PIDFD, DeltaProgram.DATA + 1024).endingInClone3(flags, signal, 88);
    }
  }

  /// A program that breaks a rule of clone3's own; null for another kind of rule.
  private static String clone3Breaking(CloneRule rule) {
    return switch (rule) {
      case SIZE_OVER_PAGE -> clone3(calls(), 0, 8193);
      case SIZE_UNDER_VER0 -> clone3(calls(), 0, 63);
      case ARGS_UNREADABLE -> calls().endingInClone3At(BAD_ADDRESS);
      case UNKNOWN_TAIL -> clone3(calls().put(ARGS + 88, 1), 0, 96);
      case SET_TID_HALF_GIVEN -> clone3(calls().put(SET_TID_SIZE, 1), 0, 88);
      case CGROUP_FIELD_INVALID -> clone3(calls().put(CGROUP, 1L << 31), CLONE_INTO_CGROUP, 88);
      case SET_TID_UNREADABLE ->
          clone3(calls().put(SET_TID, BAD_ADDRESS).put(SET_TID_SIZE, 1), 0, 88);
      case PIDFD_UNWRITABLE -> clone3(calls().put(PIDFD, BAD_ADDRESS), CLONE_PIDFD, 88);
      case CGROUP_REMOVED ->
          intoGroup(
              chosen(group(groups(), "dead"), "dead")
                  .call("unlinkat", -100, "/tmp/groups/dead", 0x200));
      case CGROUP_NOT_WRITABLE -> intoGroup(nobody(chosen(group(groups(), "closed"), "closed")));
      case CGROUP_OUT_OF_SIGHT ->
          intoGroup(
              chosen(group(group(groups(), "inside"), "outside"), "outside")
                  .write("/tmp/groups/inside/cgroup.procs", "0")
                  .call("unshare", CLONE_NEWCGROUP));
      case CGROUP_TYPE_MISMATCH ->
          intoGroup(
              chosen(
                  group(
                      group(group(groups(), "threads"), "threads/threaded")
                          .write("/tmp/groups/threads/threaded/cgroup.type", "threaded"),
                      "threads/invalid"),
                  "threads/invalid"));
      case CGROUP_SHARES_OUT ->
          intoGroup(
              chosen(
                  group(
                          group(groups(), "sharing")
                              .write("/tmp/groups/sharing/cgroup.subtree_control", "+pids"),
                          "sharing/below")
                      .write("/tmp/groups/sharing/below/cgroup.procs", "0"),
                  "sharing"));
      default -> null;
    };
  }

  private static String clone3(DeltaCalls calls, long flags, long size) {
    return calls.endingInClone3(flags, Signal.SIGCHLD, size);
  }

  private static String intoGroup(DeltaCalls calls) {
    return clone3(calls, CLONE_INTO_CGROUP, 88);
  }

  /// Who is refused by what.
  private static final class Refusals implements TaskEvents {
    private final List<CloneRule> rules = new ArrayList<>();

    @Override
    public void refused(Task caller, CloneRule rule) {
      rules.add(rule);
    }
  }

  private static void refuses(CloneRule rule, String program) throws Exception {
    Refusals refusals = new Refusals();
    DeltaRun run = DeltaRun.on(DeltaProgram.of(program), config -> config.withEvents(refusals));
    assertThat(run.numbers()).containsExactly((long) rule.errno().number());
    assertThat(refusals.rules).containsExactly(rule);
    assertThat(run.outcome().exitCode()).isZero();
  }

  @ParameterizedTest
  @EnumSource(CloneRule.class)
  void theRuleRefusesInItsSituation(CloneRule rule) throws Exception {
    if (Situation.of(rule) != null) {
      for (boolean clone3 : new boolean[] {false, true}) {
        refuses(rule, Situation.of(rule).program(clone3));
      }
    } else if (clone3Breaking(rule) != null) {
      refuses(rule, clone3Breaking(rule));
    }
  }

  /// Else the programs would prove nothing.
  @Test
  void outsideOfItThereIsAChild() throws Exception {
    DeltaRun one = DeltaRun.of(calls().endingInClone(0, 0));
    assertThat(one.numbers()).containsExactly(DeltaCalls.A_CHILD);
    DeltaRun other = DeltaRun.of(intoGroup(chosen(group(groups(), "open"), "open")));
    assertThat(other.numbers()).containsExactly(DeltaCalls.A_CHILD);
  }

  /// Row 22: the signal comes between the trap and the check, so it has to come from inside.
  @Test
  void aSignalIsHandledFirstAndTheCallIsMadeAgain() throws Exception {
    Refusals refusals = new Refusals();
    SyscallObserver signals =
        new SyscallObserver() {
          private boolean sent;

          @Override
          public void enter(Syscall row, SyscallFrame frame) {
            if (row.name().equals("clone") && !sent) {
              sent = true;
              Signals.sendToGroup(frame.task().group(), SigInfo.kernel(Signal.SIGUSR1));
            }
          }
        };
    DeltaRun run =
        DeltaRun.on(
            DeltaProgram.of(
                """
                main: lea t2, handler
                st t2, 0(fp)
                const t2, 0x4000000
                st t2, 8(fp)
                lea t2, restorer
                st t2, 16(fp)
                li a0, 10
                mov a1, fp
                li a2, 0
                li a3, 8
                sys rt_sigaction
                li a0, 17
                li a1, 0
                li a2, 0
                li a3, 0
                li a4, 0
                sys clone
                bcs failed
                nop
                bnez a1, child
                nop
                li t1, 1
                report t1
                child: li a0, 0
                sys exit_group
                failed: mov t1, a0
                report t1
                li a0, 1
                sys exit_group
                handler: mov t3, ra
                report a0
                jr t3
                nop
                restorer: sys rt_sigreturn
                """),
            config -> config.withEvents(refusals).withObserver(signals));
    assertThat(refusals.rules).containsExactly(CloneRule.SIGNAL_FIRST);
    assertThat(run.numbers()).containsExactly(10L, 1L);
    assertThat(run.outcome().exitCode()).isZero();
  }

  @Test
  void everyRuleIsShownOnThisCpu() {
    assertThat(CloneRule.values())
        .filteredOn(rule ->
            DeltaRulesTest.breaking(rule) == null
                && Situation.of(rule) == null
                && clone3Breaking(rule) == null
                && !LATE.contains(rule))
        .containsExactly(CloneRule.SIGNAL_FIRST);
  }
}
