package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.signal.SigAction;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.Sleeper;
import java.util.List;

/// What the last task of a pid namespace's init does before it goes: all others in the namespace
/// are killed and waited for, so that no task is ever without a reaper (Linux's
/// `zap_pid_ns_processes()`).
public final class PidNamespaceEnd {
  private final Task init;
  private final ThreadGroup group;
  private final PidNamespace namespace;
  private final long memory;

  private PidNamespaceEnd(Task init, long memory) {
    this.init = init;
    this.group = init.group();
    this.namespace = init.pidNamespace();
    this.memory = memory;
  }

  /// @param init the last task of an init's process
  /// @param memory kilobytes that it had
  static void of(Task init, long memory) {
    if (init.pidNamespace().parent() != null) {
      new PidNamespaceEnd(init, memory).run();
    }
  }

  /// reboot(2) of a member: the init is killed, and seems to have died of `signal`.
  public static void reboot(Task member, int signal) {
    PidNamespace namespace = member.pidNamespace();
    ThreadGroup init = namespace.init();
    if (init == null) {
      throw new IllegalStateException(namespace.text() + " has a member and no init");
    }
    namespace.setRebootSignal(signal);
    TaskExit.endGroup(init.leader(), Signal.SIGKILL);
    init.leader().kickToEnd();
    member.requestEnd(0);
  }

  private void run() {
    namespace.die();
    // Children that end from now on are gone at once.
    init.handlers().set(Signal.SIGCHLD, ignoring(init.handlers().get(Signal.SIGCHLD)));
    for (Task other : namespace.tasks()) {
      if (other.isLeader() && other.group() != group) {
        Signals.sendToGroup(other.group(), SigInfo.kernel(Signal.SIGKILL));
      }
    }
    try {
      var _ =
          init.await(
              Sleeper.Mode.UNINTERRUPTIBLE,
              KernelClock.NEVER,
              this::isAlone,
              List.of(group.childQueue(), namespace.taskQueue()));
    } catch (Errno e) {
      throw new IllegalStateException("an uninterruptible sleep has been interrupted", e);
    }
    Accounting.endWith(init, memory);
    if (namespace.rebootSignal() != 0) {
      group.endsAsIf(namespace.rebootSignal());
    }
  }

  private static SigAction ignoring(SigAction action) {
    return new SigAction(SigAction.SIG_IGN, action.flags(), action.mask(), action.restorer());
  }

  /// Says whether nobody else is left. Those that others outside have to wait for are left until
  /// they have.
  private boolean isAlone() {
    for (Task child : group.children()) {
      if (child.group().isZombie() && !child.ptrace().isTraced()) {
        TaskExit.release(child);
      }
    }
    return namespace.tasks().stream().allMatch(task -> task.group() == group);
  }
}
