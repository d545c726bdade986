package dev.forklift.kernel.process;

import static dev.forklift.kernel.abi.PtraceNumbers.PTRACE_O_EXITKILL;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.Sleeper;
import java.util.List;

/// How tracing by ptrace(2) begins and ends.
public final class PtraceLink {
  private PtraceLink() {}

  /// PTRACE_TRACEME: the parent is the tracer.
  ///
  /// @throws Errno EPERM if somebody is already, or may not be
  public static void traceMe(Task task) throws Errno {
    Task parent = task.realParent();
    if (isTaken(task) || !mayBeTracer(parent, task) || parent.isExiting()) {
      throw Errno.EPERM;
    }
    task.ptrace().link(parent, task.credentials(), false, 0);
  }

  private static boolean mayBeTracer(Task parent, Task task) {
    Credentials who = parent.credentials();
    Credentials whose = task.credentials();
    boolean covers =
        who.userNamespace() == whose.userNamespace() && (whose.permitted() & ~who.permitted()) == 0;
    return covers || who.hasIn(whose.userNamespace(), Capability.SYS_PTRACE);
  }

  /// The debugger on the host counts as a tracer like any other, and was there first.
  private static boolean isTaken(Task task) {
    return task.ptrace().isTraced() || task.trace().isTraced();
  }

  /// PTRACE_ATTACH and PTRACE_SEIZE.
  ///
  /// @throws Errno EPERM; ERESTARTNOINTR if a signal came while the target executed a program
  public static void attach(Task tracer, Task target, boolean seize, int options) throws Errno {
    if (target.isKernelThread() || target.group() == tracer.group()) {
      throw Errno.EPERM;
    }
    awaitExec(tracer, target.group());
    if (!PtraceAccess.byRealIds(tracer, target) || target.isExiting() || isTaken(target)) {
      throw Errno.EPERM;
    }
    target.ptrace().link(tracer, tracer.credentials(), seize, options);
    if (!seize) {
      Signals.sendToTask(target, SigInfo.kernel(Signal.SIGSTOP));
    }
    if (target.isStopped() && target.stopFlags().requestTrap()) {
      // It has stopped with its process, and does so once more before the tracer's eyes.
      target.setStopped(false);
      target.wake();
    }
  }

  /// Nobody knows what a process may do while it executes a program. If that waits for a thread to
  /// be waited for by the very task that waits here, only a signal helps, as on Linux.
  private static void awaitExec(Task tracer, ThreadGroup target) throws Errno {
    try {
      tracer.await(
          Sleeper.Mode.INTERRUPTIBLE,
          KernelClock.NEVER,
          () -> !target.isExecuting(),
          List.of(target.threadQueue()));
    } catch (Errno e) {
      throw Errno.ERESTARTNOINTR;
    }
  }

  /// A new task is traced by its maker's tracer, and stops at once.
  static void inherit(Task child, Task maker) {
    Task tracer = maker.ptrace().tracer();
    Credentials who = maker.ptrace().linkedBy();
    if (tracer == null || who == null) {
      return;
    }
    child.ptrace().link(tracer, who, maker.ptrace().isSeized(), maker.ptrace().options());
    if (maker.ptrace().isSeized()) {
      child.stopFlags().requestTrap();
    } else {
      child.pending().add(Signal.SIGSTOP);
    }
  }

  /// PTRACE_DETACH: it goes on and acts upon `signal`, unless that is 0.
  public static void detach(Task tracee, int signal) {
    tracee.ptrace().setAnswer(signal);
    release(tracee);
  }

  /// The tracer ends: its tracees go on, or end with it.
  static void tracerEnds(Task tracer) {
    for (Task tracee : List.copyOf(tracer.ptrace().tracees())) {
      if ((tracee.ptrace().options() & PTRACE_O_EXITKILL) != 0) {
        Signals.sendToTask(tracee, SigInfo.kernel(Signal.SIGKILL));
      }
      release(tracee);
    }
  }

  /// Ends it. What has ended already is for its parent to wait for now.
  static void release(Task tracee) {
    Task tracer = tracee.parent();
    tracee.ptrace().unlink();
    if (!tracee.isZombie()) {
      return;
    }
    if (!tracee.isLeader()) {
      TaskExit.release(tracee);
    } else if (tracee.group().isZombie()) {
      if (tracee.realParent().group() != tracer.group()) {
        TaskExit.tellParent(tracee);
      } else if (TaskExit.ignoresChildren(tracer)) {
        TaskExit.release(tracee);
      }
    }
  }
}
