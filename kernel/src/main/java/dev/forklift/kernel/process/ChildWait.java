package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.Sleeper;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Waiting for children: what wait4(2) and waitid(2) have in common.
public final class ChildWait {
  public static final int WNOHANG = 1;
  public static final int WUNTRACED = 2;
  public static final int WSTOPPED = 2;
  public static final int WEXITED = 4;
  public static final int WCONTINUED = 8;
  public static final int WNOWAIT = 0x01000000;
  public static final int WNOTHREAD = 0x20000000;
  public static final int WALL = 0x40000000;
  public static final int WCLONE = 0x80000000;

  /// What was found.
  ///
  /// @param pid as the waiting task sees it
  /// @param status the wait status of wait4
  /// @param info what waitid reports
  /// @param usage of the child and the children it has waited for
  public record Result(int pid, int status, SigInfo info, ResourceUsage usage) {}

  private ChildWait() {}

  /// Waits for a child that `wanted` accepts.
  ///
  /// @return null with WNOHANG if nothing has happened yet
  /// @throws Errno ECHILD if there is no such child, ERESTARTSYS if a signal came first
  public static @Nullable Result await(Task task, Predicate<Task> wanted, int options)
      throws Errno {
    @Nullable Result[] found = new @Nullable Result[1];
    boolean[] none = new boolean[1];
    Runnable look =
        () -> {
          found[0] = null;
          none[0] = !scan(task, wanted, options, found);
        };
    look.run();
    if (found[0] == null && !none[0] && (options & WNOHANG) == 0) {
      task.await(
          Sleeper.Mode.INTERRUPTIBLE,
          KernelClock.NEVER,
          () -> {
            look.run();
            return found[0] != null || none[0];
          },
          List.of(task.childQueue()));
    }
    if (found[0] == null && none[0]) {
      throw Errno.ECHILD;
    }
    return found[0];
  }

  /// @return whether there is any child to wait for
  private static boolean scan(
      Task task, Predicate<Task> wanted, int options, @Nullable Result[] found) {
    boolean alone = (options & WNOTHREAD) != 0;
    List<Candidate> candidates = new ArrayList<>();
    for (Task child : task.group().children()) {
      if ((!alone || child.realParent() == task) && isEligible(child, options)) {
        candidates.add(new Candidate(child, false));
      }
    }
    for (Task tracer : alone ? List.of(task) : task.group().threads()) {
      tracer.ptrace().tracees().forEach(tracee -> candidates.add(new Candidate(tracee, true)));
    }
    boolean any = false;
    for (Candidate candidate : candidates) {
      if (wanted.test(candidate.task)) {
        any |= candidate.promises(options);
        Result result = candidate.look(task, options);
        if (result != null) {
          found[0] = result;
          return true;
        }
      }
    }
    return any;
  }

  /// Children whose exit signal is not SIGCHLD are seen with __WCLONE only, others without it only,
  /// all with __WALL. A tracer sees whatever it traces.
  private static boolean isEligible(Task child, int options) {
    if ((options & WALL) != 0) {
      return true;
    }
    return (child.exitSignal() != Signal.SIGCHLD) == ((options & WCLONE) != 0);
  }

  /// Somebody to wait for, as its parent does or as its tracer.
  private record Candidate(Task task, boolean traced) {
    /// A leader that has ended is there for its parent only when all other tasks are gone.
    private boolean isDelayedLeader() {
      return task.isLeader() && !task.group().isZombie();
    }

    /// Says whether a parent that is its tracer, too, sees it as that.
    private boolean asTracer() {
      return traced || (task.ptrace().isTraced() && !task.ptrace().isReparented());
    }

    /// Says whether its end can be reported now. A tracer comes before the parent.
    private boolean hasEnded() {
      return task.isZombie() && !isDelayedLeader() && (asTracer() || !task.ptrace().isTraced());
    }

    /// Says whether something may still be reported of it.
    boolean promises(int options) {
      if (hasEnded()) {
        return (options & WEXITED) != 0;
      }
      return !task.isZombie() || !asTracer() || (options & (WCONTINUED | WEXITED)) != 0;
    }

    @Nullable Result look(Task waiting, int options) {
      if (hasEnded()) {
        return (options & WEXITED) == 0 ? null : ended(waiting, options);
      }
      Result stopped = asTracer() ? tracedStop(waiting, options) : stop(waiting, options);
      return stopped != null ? stopped : continued(waiting, options);
    }

    private Result ended(Task waiting, int options) {
      ThreadGroup own = task.group();
      int status = own.isExiting() ? own.exitCode() : task.exitStatus();
      ThreadGroup group = waiting.group();
      Result result = result(waiting, status, ChildStatus.ofExit(task, group, status));
      if ((options & WNOWAIT) != 0) {
        return result;
      }
      if (task.isLeader() && task.ptrace().isReparented()) {
        // Now its parent may wait for it.
        task.ptrace().unlink();
        TaskExit.tellParent(task);
      } else {
        if (task.isLeader()) {
          group.times().addChildren(result.usage());
        }
        TaskExit.release(task);
      }
      return result;
    }

    private @Nullable Result tracedStop(Task waiting, int options) {
      Ptrace ptrace = task.ptrace();
      int code = ptrace.stopCode();
      if (!ptrace.isStopped() || task.stopFlags().isListening() || code == 0) {
        return null;
      }
      if ((options & WNOWAIT) == 0) {
        ptrace.sawStop();
      }
      return stopped(waiting, code, SigInfo.CLD_TRAPPED);
    }

    private @Nullable Result stop(Task waiting, int options) {
      GroupStop stop = task.group().stop();
      int code = stop.code();
      if ((options & WSTOPPED) == 0 || !stop.isComplete() || code == 0) {
        return null;
      }
      if ((options & WNOWAIT) == 0) {
        stop.sawStop();
      }
      return stopped(waiting, code, SigInfo.CLD_STOPPED);
    }

    private Result stopped(Task waiting, int code, int why) {
      return result(waiting, code << 8 | 0x7f, ChildStatus.info(task, waiting.group(), why, code));
    }

    private @Nullable Result continued(Task waiting, int options) {
      GroupStop stop = task.group().stop();
      if ((options & WCONTINUED) == 0 || !stop.continueUnseen()) {
        return null;
      }
      if ((options & WNOWAIT) == 0) {
        stop.sawContinue();
      }
      return result(
          waiting,
          0xffff,
          ChildStatus.info(task, waiting.group(), SigInfo.CLD_CONTINUED, Signal.SIGCONT));
    }

    private Result result(Task waiting, int status, SigInfo info) {
      ThreadGroup group = task.group();
      return new Result(
          task.pid().in(waiting.pidNamespace()),
          status,
          info,
          ResourceUsage.ofProcess(group).plus(ResourceUsage.ofChildren(group)));
    }
  }
}
