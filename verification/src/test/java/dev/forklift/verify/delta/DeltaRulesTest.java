package dev.forklift.verify.delta;

import static dev.forklift.kernel.abi.CloneFlags.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.arch.nios2.Nios2Linux;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.machine.CloneTrial;
import dev.forklift.kernel.machine.MachineConfig.Release;
import dev.forklift.kernel.process.CloneRule;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The rules that a call breaks by its arguments alone hold on every CPU; all others are shown by
/// [DeltaSituationsTest].
class DeltaRulesTest {
  private static final long TOO_LARGE_STACK = 1L << 60;
  private static final int NOBODY = 4000;

  private static CloneTrial.Call clone(long flags) {
    long signal = (flags & CLONE_THREAD) != 0 ? 0 : Signal.SIGCHLD;
    return new CloneTrial.Call(false, flags, signal, 0, 0, List.of(), 0);
  }

  private static CloneTrial.Call clone3(long flags, long signal) {
    return new CloneTrial.Call(true, flags, signal, 0, 0, List.of(), 0);
  }

  private static CloneTrial.Call withTids(List<Integer> tids, int uid) {
    return new CloneTrial.Call(true, 0, Signal.SIGCHLD, 0, 0, tids, uid);
  }

  /// A call that breaks the rule; null for a rule that needs a situation or a structure of its own.
  static CloneTrial.Call breaking(CloneRule rule) {
    return switch (rule) {
      case SET_TID_TOO_LONG -> withTids(Collections.nCopies(33, 1), 0);
      case EXIT_SIGNAL_INVALID -> clone3(0, 65);
      case UNKNOWN_FLAG -> clone3(1L << 34, Signal.SIGCHLD);
      case FLAG_NOT_FOR_CLONE3 -> clone3(CLONE_DETACHED, Signal.SIGCHLD);
      case CLEAR_SHARED_HANDLERS ->
          clone3(CLONE_CLEAR_SIGHAND | CLONE_SIGHAND | CLONE_VM, Signal.SIGCHLD);
      case EXIT_SIGNAL_WITHOUT_PARENT -> clone3(CLONE_PARENT, Signal.SIGCHLD);
      case STACK_INVALID ->
          new CloneTrial.Call(true, 0, Signal.SIGCHLD, TOO_LARGE_STACK, 0, List.of(), 0);
      case PIDFD_OVER_PARENT_TID -> clone(CLONE_PIDFD | CLONE_PARENT_SETTID);
      case MOUNTS_OF_SHARED_FS -> clone(CLONE_NEWNS | CLONE_FS);
      case USER_NAMESPACE_OF_SHARED_FS -> clone(CLONE_NEWUSER | CLONE_FS);
      case THREAD_WITHOUT_SIGHAND -> clone(CLONE_THREAD | CLONE_VM);
      case SIGHAND_WITHOUT_VM -> clone(CLONE_SIGHAND);
      case THREAD_IN_OTHER_NAMESPACE ->
          clone(CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | CLONE_NEWPID);
      case PIDFD_OF_DETACHED -> clone(CLONE_PIDFD | CLONE_DETACHED);
      case NAMESPACE_NOT_PERMITTED ->
          new CloneTrial.Call(false, CLONE_NEWUTS, Signal.SIGCHLD, 0, 0, List.of(), NOBODY);
      case NO_TIME_NAMESPACES -> clone3(CLONE_NEWTIME, Signal.SIGCHLD);
      case IPC_NAMESPACE_OF_SHARED_UNDO -> clone(CLONE_NEWIPC | CLONE_SYSVSEM);
      case SET_TID_TOO_DEEP -> withTids(List.of(100, 100), 0);
      case TID_INVALID -> withTids(List.of(0), 0);
      case TID_NOT_PERMITTED -> withTids(List.of(100), NOBODY);
      case TID_IN_USE -> withTids(List.of(1), 0);
      case CGROUP_INVALID -> clone3(CLONE_INTO_CGROUP, Signal.SIGCHLD);
      default -> null;
    };
  }

  @ParameterizedTest
  @EnumSource(CloneRule.class)
  void theSameRuleRefusesOnBothCpus(CloneRule rule) throws Exception {
    CloneTrial.Call call = breaking(rule);
    if (call == null) {
      return;
    }
    for (LinuxAbi abi : List.of(new Nios2Linux(), new DeltaLinux())) {
      CloneTrial.Answer answer = CloneTrial.of(abi, Release.V6_18, call);
      assertThat(answer.rule()).as(abi.unameMachine()).isEqualTo(rule);
      assertThat(answer.error()).as(abi.unameMachine()).isSameAs(rule.errno());
      assertThat(answer.child()).isNull();
    }
  }
}
