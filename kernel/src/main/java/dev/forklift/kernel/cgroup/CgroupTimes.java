package dev.forklift.kernel.cgroup;

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
    long sum = userNanos;
    for (CgroupMember member : group.memberSet()) {
      sum += member.userNanos();
    }
    for (Cgroup child : group.children()) {
      sum += child.times().userNanos();
    }
    return sum;
  }

  /// In the kernel, here and in all groups below.
  public long systemNanos() {
    long sum = systemNanos;
    for (CgroupMember member : group.memberSet()) {
      sum += member.systemNanos();
    }
    for (Cgroup child : group.children()) {
      sum += child.times().systemNanos();
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
