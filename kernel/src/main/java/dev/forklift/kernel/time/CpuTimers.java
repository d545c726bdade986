package dev.forklift.kernel.time;

import java.util.LinkedHashMap;
import java.util.Map;

/// Timers on CPU clocks.
///
/// Nobody says when such a clock reaches a time. As it cannot go faster than tasks run at once, it
/// need not be looked at before that much wall time has passed; near the time it is looked at every
/// tick, as Linux does.
final class CpuTimers {
  private final TimerBase wall;
  private final Map<KernelTimer, CpuBase> timers = new LinkedHashMap<>();
  private final KernelTimer look = new KernelTimer(this::look);

  CpuTimers(TimerBase wall) {
    this.wall = wall;
  }

  void add(KernelTimer timer, CpuBase base) {
    timers.put(timer, base);
    long time = nextLook(timer, base);
    if (!look.isArmed() || time < look.expires()) {
      look.arm(wall, time);
    }
  }

  void remove(KernelTimer timer) {
    timers.remove(timer);
    if (timers.isEmpty()) {
      look.cancel();
    }
  }

  private void look() {
    Map.copyOf(timers)
        .forEach((timer, base) -> {
          // One timer's action may cancel or rearm another.
          if (timers.get(timer) == base && base.now() >= timer.expires()) {
            timer.expire();
          }
        });
    timers.entrySet().stream()
        .mapToLong(entry -> nextLook(entry.getKey(), entry.getValue()))
        .min()
        .ifPresent(time -> look.arm(wall, time));
  }

  private long nextLook(KernelTimer timer, CpuBase base) {
    return wall.after(Math.max(Ticks.NANOS, base.earliest(timer.expires())));
  }
}
