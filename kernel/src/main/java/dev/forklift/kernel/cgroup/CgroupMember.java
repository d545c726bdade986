package dev.forklift.kernel.cgroup;

import dev.forklift.kernel.abi.Errno;
import org.jspecify.annotations.Nullable;

/// A task's place in the tree of control groups.
///
/// A new task starts where its maker is, or where clone3(2) puts it. When it ends it is in no list
/// any more, but counts until it has been waited for.
public final class CgroupMember {
  private enum State {
    ADMITTED,
    LIVING,
    ZOMBIE,
    GONE
  }

  private Cgroup group;
  private @Nullable PidsCounter charged;
  private @Nullable CgroupTask task;
  private State state = State.ADMITTED;
  private boolean standsStill;
  private long userNanosBefore;
  private long systemNanosBefore;

  private CgroupMember(Cgroup group, @Nullable PidsCounter charged) {
    this.group = group;
    this.charged = charged;
  }

  /// Makes room for a task that is about to be made, with [#join] or [#refuse] to follow.
  ///
  /// @throws Errno EAGAIN if there are as many tasks as may be
  public static CgroupMember admit(Cgroup group) throws Errno {
    PidsCounter counter = group.effectivePids();
    if (counter != null) {
      counter.chargeNew(group.tree().hasLocalEvents());
    }
    return new CgroupMember(group, counter);
  }

  /// The place of the task that made the first ones: in the root, though nobody sees it there.
  public static CgroupMember ofIdle(Cgroup root) {
    return new CgroupMember(root, null);
  }

  /// The task was not made after all.
  public void refuse() {
    if (charged != null) {
      charged.uncharge();
    }
    state = State.GONE;
  }

  /// The task is there.
  public void join(CgroupTask newTask) {
    task = newTask;
    state = State.LIVING;
    group.add(this);
    group.freezer().review();
    lookAtFreezing();
  }

  /// The group; for one that has ended the one it was in.
  public Cgroup group() {
    return group;
  }

  public CgroupTask task() {
    CgroupTask current = task;
    if (current == null) {
      throw new IllegalStateException("a place without a task in " + group);
    }
    return current;
  }

  boolean isLiving() {
    return state == State.LIVING;
  }

  /// The task ends.
  public void end() {
    group.times().keep(this);
    standsStill = false;
    state = State.ZOMBIE;
    group.remove(this);
    group.countZombies(1);
    group.freezer().review();
  }

  /// The task has been waited for.
  public void release() {
    refuse();
    group.countZombies(-1);
  }

  /// Moves to another group.
  void move(Cgroup to) {
    group.times().keep(this);
    userNanosBefore = task().userNanos();
    systemNanosBefore = task().systemNanos();
    recharge(to);
    Cgroup from = group;
    from.remove(this);
    group = to;
    to.add(this);
    from.freezer().review();
    to.freezer().review();
    lookAtFreezing();
  }

  /// Is counted where the tasks of a group are counted now.
  void recharge(Cgroup in) {
    PidsCounter counter = in.effectivePids();
    if (counter == charged) {
      return;
    }
    if (counter != null) {
      counter.charge();
    }
    if (charged != null) {
      charged.uncharge();
    }
    charged = counter;
  }

  // Standing still.

  /// Says whether the task is to stand still on its way to user mode.
  public boolean isFreezing() {
    return group.freezer().isFreezing() && isLiving() && !task().isKernelThread();
  }

  /// Says whether it cannot run: it stands still for this, for a debugger or for job control, or
  /// waits for a vfork child.
  boolean standsStill() {
    return standsStill;
  }

  /// It stands still, for whatever reason.
  public void standStill() {
    setStandsStill(true);
  }

  /// It could go on. One whose group is to stand still counts as if it stood until it has looked.
  public void goOn() {
    if (!isFreezing()) {
      setStandsStill(false);
    }
  }

  /// It goes on whatever its group does: it has been killed.
  public void goOnToEnd() {
    setStandsStill(false);
  }

  private void setStandsStill(boolean now) {
    if (standsStill != now) {
      standsStill = now;
      if (isLiving()) {
        group.freezer().review();
      }
    }
  }

  void lookAtFreezing() {
    if (isLiving() && isFreezing() != standsStill) {
      task().kick();
    }
  }

  // Processor time in this group.

  long userNanos() {
    return task().userNanos() - userNanosBefore;
  }

  long systemNanos() {
    return task().systemNanos() - systemNanosBefore;
  }
}
