package dev.forklift.kernel.cgroup;

/// Makes the tasks of a control group and of those below stand still (`cgroup.freeze`).
///
/// A task stands still only on its way to user mode, so it takes a moment until all do.
public final class CgroupFreezer {
  private final Cgroup group;
  private boolean wanted;
  private int wantedHereAndAbove;
  private boolean frozen;

  CgroupFreezer(Cgroup group) {
    this.group = group;
    Cgroup parent = group.parent();
    if (parent != null && parent.freezer().isFreezing()) {
      wantedHereAndAbove = parent.freezer().wantedHereAndAbove;
      frozen = true;
    }
  }

  /// What was written to `cgroup.freeze`.
  public boolean isWanted() {
    return wanted;
  }

  /// Says whether its tasks are to stand still, because of this group or one above.
  public boolean isFreezing() {
    return wantedHereAndAbove > 0;
  }

  /// Says whether all do.
  public boolean isFrozen() {
    return frozen;
  }

  /// Asks for standing still, or for going on.
  public void want(boolean freeze) {
    if (wanted == freeze) {
      return;
    }
    wanted = freeze;
    boolean applied = false;
    for (Cgroup below : group.subtree()) {
      CgroupFreezer freezer = below.freezer();
      boolean before = freezer.isFreezing();
      freezer.wantedHereAndAbove += freeze ? 1 : -1;
      if (freezer.isFreezing() != before) {
        applied = true;
        below.members().forEach(CgroupMember::lookAtFreezing);
      }
    }
    for (Cgroup below : group.subtree().reversed()) {
      below.freezer().review();
    }
    if (!applied) {
      // Whoever wrote waits for an answer, even if nothing changes for the tasks.
      group.eventsChanged().changed();
    }
  }

  /// Somebody has come, gone, stood still or gone on: looks whether that made a difference, here
  /// and above.
  void review() {
    Cgroup at = group;
    while (at != null && at.freezer().changeFrozen()) {
      at = at.parent();
    }
  }

  private boolean changeFrozen() {
    boolean now =
        isFreezing()
            && group.memberSet().stream().allMatch(CgroupMember::standsStill)
            && group.children().stream().allMatch(child -> child.freezer().frozen);
    if (now == frozen) {
      return false;
    }
    frozen = now;
    group.eventsChanged().changed();
    return true;
  }
}
