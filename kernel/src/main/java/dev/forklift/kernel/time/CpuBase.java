package dev.forklift.kernel.time;

import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.Sleeper;

/// CPU time as a clock for timers.
final class CpuBase extends TimerBase {
  private final CpuTimers timers;
  private final CpuClock clock;
  private final CpuClock.Counted counted;

  CpuBase(CpuTimers timers, CpuClock clock, CpuClock.Counted counted) {
    this.timers = timers;
    this.clock = clock;
    this.counted = counted;
  }

  @Override
  public long now() {
    return counted.of(clock);
  }

  @Override
  void add(KernelTimer timer) {
    timers.add(timer, this);
  }

  @Override
  void remove(KernelTimer timer) {
    timers.remove(timer);
  }

  @Override
  void sleep(Sleeper sleeper, long time) {
    KernelTimer alarm = new KernelTimer(sleeper::wake);
    alarm.arm(this, time);
    sleeper.sleep(KernelClock.NEVER);
    alarm.cancel();
  }

  /// The least wall time that has to pass until the clock shows `time`.
  long earliest(long time) {
    return (time - now()) / Math.max(1, clock.runners());
  }
}
