package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.mm.Mm;

/// What has been used, as far as it is counted (getrusage(2)).
///
/// @param peakResident the most memory at once, in KiB
public record ResourceUsage(long userNanos, long systemNanos, long peakResident) {
  private static final int UNCOUNTED = 13;

  /// Of all tasks of a process, those that have ended included.
  public static ResourceUsage ofProcess(ThreadGroup group) {
    ProcessTimes ended = group.times();
    long user = ended.endedUser();
    long system = ended.endedSystem();
    for (Task thread : group.threadList()) {
      user += thread.times().userNanos();
      system += thread.times().systemNanos();
    }
    return new ResourceUsage(user, system, peakResident(group.leader()));
  }

  /// Of the children that a process has waited for, and of those that they have waited for.
  public static ResourceUsage ofChildren(ThreadGroup group) {
    ProcessTimes times = group.times();
    return new ResourceUsage(times.childrenUser(), times.childrenSystem(), 0);
  }

  public static ResourceUsage ofThread(Task task) {
    return new ResourceUsage(
        task.times().userNanos(), task.times().systemNanos(), peakResident(task));
  }

  /// A `struct rusage`. What is not counted is 0.
  public byte[] toBytes(DataModel model) {
    StructWriter w = new StructWriter(model);
    w.word(userNanos / 1_000_000_000).word(userNanos / 1000 % 1_000_000);
    w.word(systemNanos / 1_000_000_000).word(systemNanos / 1000 % 1_000_000);
    w.word(peakResident);
    for (int i = 0; i < UNCOUNTED; i++) {
      w.word(0);
    }
    return w.toBytes();
  }

  private static long peakResident(Task task) {
    Mm mm = task.mm();
    return mm == null ? 0 : mm.counters().peakResident() * mm.counters().pageBytes() / 1024;
  }
}
