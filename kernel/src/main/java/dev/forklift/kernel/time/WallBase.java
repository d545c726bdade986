package dev.forklift.kernel.time;

import dev.forklift.kernel.wait.Deadline;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.Sleeper;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// CLOCK_MONOTONIC or CLOCK_REALTIME as a clock for timers.
final class WallBase extends TimerBase {
  private final TimerQueue queue;
  private final KernelClock clock;
  private final boolean realtime;
  private final TreeSet<KernelTimer> timers = new TreeSet<>(WallBase::compare);
  private long count;

  WallBase(TimerQueue queue, KernelClock clock, boolean realtime) {
    this.queue = queue;
    this.clock = clock;
    this.realtime = realtime;
  }

  private static int compare(KernelTimer a, KernelTimer b) {
    int byTime = Long.compare(a.expires(), b.expires());
    return byTime == 0 ? Long.compare(a.number(), b.number()) : byTime;
  }

  @Override
  public long now() {
    return realtime ? clock.realtimeNanos() : clock.monotonicNanos();
  }

  @Override
  void add(KernelTimer timer) {
    timer.setNumber(count++);
    timers.add(timer);
    if (timers.first() == timer) {
      queue.earlier();
    }
  }

  @Override
  void remove(KernelTimer timer) {
    timers.remove(timer);
  }

  @Override
  void sleep(Sleeper sleeper, long time) {
    sleeper.sleep(new Deadline(realtime, time));
  }

  /// The timer that is due first, or null.
  @Nullable KernelTimer first() {
    return timers.isEmpty() ? null : timers.first();
  }

  /// Nanoseconds until the first timer is due; the largest number if there is none.
  long untilFirst() {
    KernelTimer first = first();
    return first == null
        ? Long.MAX_VALUE
        : new Deadline(realtime, first.expires()).remaining(clock);
  }
}
