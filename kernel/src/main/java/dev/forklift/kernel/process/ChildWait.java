package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.Sleeper;
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
    boolean any = false;
    for (Task child : task.group().children()) {
      if (!isEligible(task, child, options) || !wanted.test(child)) {
        continue;
      }
      any = true;
      Result result = look(task, child, options);
      if (result != null) {
        found[0] = result;
        return true;
      }
    }
    return any;
  }

  /// Children whose exit signal is not SIGCHLD are seen with __WCLONE only, others without it only,
  /// all with __WALL.
  private static boolean isEligible(Task task, Task child, int options) {
    if ((options & WNOTHREAD) != 0 && child.realParent() != task) {
      return false;
    }
    if ((options & WALL) != 0) {
      return true;
    }
    return (child.exitSignal() != Signal.SIGCHLD) == ((options & WCLONE) != 0);
  }

  private static @Nullable Result look(Task task, Task child, int options) {
    ThreadGroup group = child.group();
    boolean keep = (options & WNOWAIT) != 0;
    if ((options & WEXITED) != 0 && group.isZombie()) {
      int status = child.exitStatus();
      Result result = result(task, child, status, ChildStatus.ofExit(child, task.group(), status));
      if (!keep) {
        TaskExit.release(child);
        task.group().times().addChildren(result.usage());
      }
      return result;
    }
    GroupStop stop = group.stop();
    if ((options & WSTOPPED) != 0 && stop.isComplete() && stop.stopUnseen()) {
      int signal = stop.signal();
      if (!keep) {
        stop.sawStop();
      }
      return result(
          task,
          child,
          signal << 8 | 0x7f,
          ChildStatus.info(child, task.group(), SigInfo.CLD_STOPPED, signal));
    }
    if ((options & WCONTINUED) != 0 && stop.continueUnseen()) {
      if (!keep) {
        stop.sawContinue();
      }
      return result(
          task,
          child,
          0xffff,
          ChildStatus.info(child, task.group(), SigInfo.CLD_CONTINUED, Signal.SIGCONT));
    }
    return null;
  }

  private static Result result(Task task, Task child, int status, SigInfo info) {
    ThreadGroup group = child.group();
    return new Result(
        child.pid().in(task.pidNamespace()),
        status,
        info,
        ResourceUsage.ofProcess(group).plus(ResourceUsage.ofChildren(group)));
  }
}
