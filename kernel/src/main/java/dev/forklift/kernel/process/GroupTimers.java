package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.time.IntervalTimers;
import dev.forklift.kernel.time.PosixTimers;
import dev.forklift.kernel.time.TimerQueue;
import dev.forklift.kernel.time.TimerTarget;
import org.jspecify.annotations.Nullable;

/// What can expire for a process: interval timers and POSIX timers, made when first asked for, and
/// its limit of CPU time. A child starts with none of the timers set.
public final class GroupTimers {
  private final ThreadGroup group;
  private final TimerTarget target;
  private final CpuLimit cpuLimit;
  private @Nullable IntervalTimers interval;
  private @Nullable PosixTimers posix;

  GroupTimers(ThreadGroup group) {
    this.group = group;
    this.target = new GroupTimerTarget(group);
    this.cpuLimit = new CpuLimit(group);
  }

  /// Those of setitimer(2). Exec keeps them.
  public IntervalTimers interval() {
    IntervalTimers timers = interval;
    if (timers == null) {
      timers = new IntervalTimers(queue(), new TaskTimeUser.ProcessTime(group), target);
      interval = timers;
    }
    return timers;
  }

  /// Those of timer_create(2).
  public PosixTimers posix() {
    PosixTimers timers = posix;
    if (timers == null) {
      timers = new PosixTimers(target);
      posix = timers;
    }
    return timers;
  }

  /// RLIMIT_CPU has been set.
  public void cpuLimitChanged() {
    cpuLimit.changed();
  }

  /// A task takes a signal: timers that rested until then go on.
  ///
  /// @return the signal as the task is to see it
  SigInfo taken(SigInfo info) {
    if (info.signal() == Signal.SIGALRM && interval != null) {
      interval.alarmTaken();
    }
    if (posix != null && info.payload() instanceof SigInfo.Timer timer) {
      return SigInfo.timer(info.signal(), timer.id(), posix.taken(timer.id()), timer.value());
    }
    return info;
  }

  /// The process executes a program: POSIX timers go, and so do their signals.
  void executing() {
    if (posix != null) {
      posix.deleteAll();
    }
    group.pending().discardTimers();
    for (Task task : group.threadList()) {
      task.pending().discardTimers();
    }
  }

  /// The process ends: nothing is to expire for it any more.
  void release() {
    cpuLimit.release();
    if (interval != null) {
      interval.release();
    }
    if (posix != null) {
      posix.deleteAll();
    }
  }

  private TimerQueue queue() {
    return group.leader().kernel().clocks().timers();
  }
}
