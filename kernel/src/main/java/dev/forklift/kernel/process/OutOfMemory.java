package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.wait.Sleeper;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What happens when the memory of all guests is used up and somebody touches a page: the process
/// that holds most is killed, and the others go on when it is gone.
final class OutOfMemory {
  /// The adjustment that keeps a process from being chosen.
  private static final int NEVER = -1000;

  /// How long somebody waits before it tries again.
  private static final long PATIENCE_NANOS = 10_000_000;

  private final Kernel kernel;
  private @Nullable ThreadGroup victim;

  OutOfMemory(Kernel kernel) {
    this.kernel = kernel;
  }

  /// `task` has met an access that there is no memory for. Afterwards it tries again, or is dying.
  void met(Task task) {
    ThreadGroup dying = victim;
    if (dying == null || dying.liveThreads() == 0) {
      dying = worst(task);
      victim = dying;
      System.getLogger(OutOfMemory.class.getName())
          .log(System.Logger.Level.WARNING, "out of guest memory: killing " + dying.leader());
      Signals.sendToGroup(dying, SigInfo.kernel(Signal.SIGKILL));
    }
    if (dying != task.group()) {
      ThreadGroup other = dying;
      try {
        var _ =
            task.await(
                Sleeper.Mode.KILLABLE,
                kernel.clock().monotonicNanos() + PATIENCE_NANOS,
                () -> other.liveThreads() == 0,
                List.of());
      } catch (Errno killed) {
        // It is dying itself.
      }
    }
  }

  private ThreadGroup worst(Task task) {
    ThreadGroup worst = task.group();
    long most = Long.MIN_VALUE;
    for (Task any : kernel.pids().tasks()) {
      ThreadGroup group = any.group();
      Mm mm = any.mm();
      if (mm == null
          || any.isKernelThread()
          || group.isGlobalInit()
          || group.isExiting()
          || group.oomScoreAdjustment() == NEVER) {
        continue;
      }
      long badness = badness(group, mm);
      if (badness > most) {
        most = badness;
        worst = group;
      }
    }
    return worst;
  }

  /// Pages, where a thousandth of all memory is one point of the adjustment.
  private long badness(ThreadGroup group, Mm mm) {
    long all = kernel.budget().limit() >> mm.layout().pageShift();
    return mm.space().residentPages() + all / 1000 * group.oomScoreAdjustment();
  }
}
