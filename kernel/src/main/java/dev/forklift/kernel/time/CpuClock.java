package dev.forklift.kernel.time;

/// The time that a task, or all tasks of a process together, have spent on a CPU.
public interface CpuClock {
  /// Nanoseconds in user mode, up to now.
  long userNanos();

  /// Nanoseconds in the kernel, up to now.
  long systemNanos();

  /// How many tasks can run at once and make the clock go that much faster.
  int runners();

  /// What of it is looked at.
  enum Counted {
    USER,
    TOTAL;

    long of(CpuClock clock) {
      return this == USER ? clock.userNanos() : clock.userNanos() + clock.systemNanos();
    }
  }
}
