package dev.forklift.kernel.time;

import dev.forklift.kernel.wait.Sleeper;

/// A clock that timers can be armed on.
public abstract sealed class TimerBase permits WallBase, CpuBase {
  /// What the clock shows.
  public abstract long now();

  /// Takes a timer into the queue: `timer.expires()` says when it is due.
  abstract void add(KernelTimer timer);

  abstract void remove(KernelTimer timer);

  /// Sleeps until woken or until the clock shows `time`; may end earlier.
  abstract void sleep(Sleeper sleeper, long time);

  /// The time `nanos` from now on; the largest one, which never comes, if that is too far away.
  public final long after(long nanos) {
    long now = now();
    return nanos > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + nanos;
  }
}
