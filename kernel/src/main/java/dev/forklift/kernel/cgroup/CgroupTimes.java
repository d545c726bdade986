package dev.forklift.kernel.cgroup;

import java.util.function.ToLongFunction;

/// The processor time that tasks have used while they were in a control group (`cpu.stat`).
public final class CgroupTimes {
  private final Cgroup group;
  private long userNanos;
  private long systemNanos;

  CgroupTimes(Cgroup group) {
    this.group = group;
  }

  /// In user mode, here and in all groups below.
  public long userNanos() {
    return sum(times -> times.userNanos, CgroupMember::userNanos);
  }

  /// In the kernel, here and in all groups below.
  public long systemNanos() {
    return sum(times -> times.systemNanos, CgroupMember::systemNanos);
  }

  /// As deep as a guest likes, so without recursion.
  private long sum(ToLongFunction<CgroupTimes> kept, ToLongFunction<CgroupMember> running) {
    long sum = 0;
    for (Cgroup below : group.subtree()) {
      sum += kept.applyAsLong(below.times());
      for (CgroupMember member : below.memberSet()) {
        sum += running.applyAsLong(member);
      }
    }
    return sum;
  }

  /// A task leaves: what it has used stays.
  void keep(CgroupMember member) {
    userNanos += member.userNanos();
    systemNanos += member.systemNanos();
  }

  /// A group below is removed: what was used there stays.
  void keep(Cgroup removed) {
    userNanos += removed.times().userNanos;
    systemNanos += removed.times().systemNanos;
  }
}
