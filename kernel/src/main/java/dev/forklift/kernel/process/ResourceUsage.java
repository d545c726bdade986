package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.mm.Mm;

/// What has been used, as far as it is counted (getrusage(2)).
///
/// @param peakResident the most memory at once, in KiB
/// @param voluntarySwitches how often tasks went to sleep
/// @param involuntarySwitches how often they were made to leave guest code
public record ResourceUsage(
    long userNanos,
    long systemNanos,
    long peakResident,
    long voluntarySwitches,
    long involuntarySwitches) {
  /// Nothing.
  public static final ResourceUsage NONE = new ResourceUsage(0, 0, 0, 0, 0);

  /// Members of `struct rusage` between the memory and the switches.
  private static final int UNCOUNTED = 11;

  /// Both together, which never had their memory at the same time.
  public ResourceUsage plus(ResourceUsage other) {
    return new ResourceUsage(
        userNanos + other.userNanos,
        systemNanos + other.systemNanos,
        Math.max(peakResident, other.peakResident),
        voluntarySwitches + other.voluntarySwitches,
        involuntarySwitches + other.involuntarySwitches);
  }

  /// Of all tasks of a process, those that have ended included.
  public static ResourceUsage ofProcess(ThreadGroup group) {
    ResourceUsage usage = group.times().ended();
    for (Task thread : group.threadList()) {
      usage = usage.plus(ofThread(thread));
    }
    return usage;
  }

  /// Of the children that a process has waited for, and of those that they have waited for.
  public static ResourceUsage ofChildren(ThreadGroup group) {
    return group.times().children();
  }

  /// Of one task; its memory is that of the process.
  public static ResourceUsage ofThread(Task task) {
    TaskTimes times = task.times();
    return new ResourceUsage(
        times.userNanos(),
        times.systemNanos(),
        Math.max(peakResident(task), task.group().times().ended().peakResident()),
        times.voluntarySwitches(),
        times.involuntarySwitches());
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
    return w.word(voluntarySwitches).word(involuntarySwitches).toBytes();
  }

  private static long peakResident(Task task) {
    Mm mm = task.mm();
    return mm == null ? 0 : mm.peakResidentBytes() / 1024;
  }
}
