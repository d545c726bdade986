package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.time.CpuClock;
import dev.forklift.kernel.time.KernelTimer;
import dev.forklift.kernel.time.TimerBase;

/// RLIMIT_CPU: SIGXCPU at the soft limit and every second from then on, SIGKILL at the hard one.
final class CpuLimit {
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final ThreadGroup group;
  private final KernelTimer timer = new KernelTimer(this::check);

  CpuLimit(ThreadGroup group) {
    this.group = group;
  }

  /// The limit has been set, or the process has been made with one.
  void changed() {
    timer.cancel();
    long soft = group.limits().soft(ResourceLimits.RLIMIT_CPU);
    if (soft != ResourceLimits.INFINITY) {
      timer.arm(clock(), nanos(soft));
    }
  }

  void release() {
    timer.cancel();
  }

  private void check() {
    ResourceLimits limits = group.limits();
    long soft = limits.soft(ResourceLimits.RLIMIT_CPU);
    long hard = limits.hard(ResourceLimits.RLIMIT_CPU);
    long used = clock().now();
    if (used >= nanos(hard)) {
      Signals.sendToGroup(group, SigInfo.kernel(Signal.SIGKILL));
      return;
    }
    if (used >= nanos(soft)) {
      Signals.sendToGroup(group, SigInfo.kernel(Signal.SIGXCPU));
      limits.set(ResourceLimits.RLIMIT_CPU, soft + 1, hard);
    }
    changed();
  }

  private TimerBase clock() {
    return group
        .leader()
        .kernel()
        .clocks()
        .timers()
        .cpu(new TaskTimeUser.ProcessTime(group), CpuClock.Counted.TOTAL);
  }

  private static long nanos(long seconds) {
    return seconds >= Long.MAX_VALUE / NANOS_PER_SECOND
        ? Long.MAX_VALUE
        : seconds * NANOS_PER_SECOND;
  }
}
