package dev.forklift.kernel.cgroup;

import dev.forklift.kernel.abi.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The tree of control groups of one kernel. There is one tree for all controllers: version 2.
public final class CgroupTree {
  private final Cgroup root = new Cgroup(this, null, "", 1);

  /// Removed groups in which a task had ended that nobody had waited for.
  private final List<Cgroup> dying = new ArrayList<>(0);

  private long lastId = 1;
  private boolean visible;
  private boolean delegating;
  private boolean localEvents;

  private CgroupTree() {}

  /// A tree of nothing but the root.
  public static CgroupTree create() {
    return new CgroupTree();
  }

  public Cgroup root() {
    return root;
  }

  /// Says whether the tree has ever been mounted. Until then /proc/PID/cgroup tells nothing.
  public boolean isVisible() {
    return visible;
  }

  public void setVisible() {
    visible = true;
  }

  /// Says whether cgroup namespaces keep what is inside from reaching out (the mount option
  /// `nsdelegate`).
  public boolean isDelegating() {
    return delegating;
  }

  public void setDelegating(boolean value) {
    delegating = value;
  }

  /// Says whether refused tasks are told of only where they would have been (the mount option
  /// `pids_localevents`).
  public boolean hasLocalEvents() {
    return localEvents;
  }

  public void setLocalEvents(boolean value) {
    localEvents = value;
  }

  /// How many groups there are, the root included.
  public int size() {
    return 1 + root.descendants();
  }

  /// Removed groups below `group` that last on because of ended tasks.
  public int dyingDescendants(Cgroup group) {
    return (int) dyingBelow(group).count();
  }

  /// Those of them that had a controller.
  public int dyingDescendants(Cgroup group, Controller controller) {
    return (int) dyingBelow(group).filter(removed -> removed.had(controller)).count();
  }

  private Stream<Cgroup> dyingBelow(Cgroup group) {
    dying.removeIf(removed -> !removed.hasZombies());
    return dying.stream().filter(removed -> removed.isWithin(group));
  }

  /// Groups below `group` that have a controller, itself included.
  public static int equipped(Cgroup group, Controller controller) {
    return (int) group.subtree().stream().filter(g -> g.controllers().contains(controller)).count();
  }

  /// Makes a group.
  ///
  /// @throws Errno EAGAIN if there are as many, or as deep ones, as may be; ENODEV if the parent
  ///   has been removed
  public Cgroup make(Cgroup parent, String name) throws Errno {
    if (parent.isDead()) {
      throw Errno.ENODEV;
    }
    int level = 1;
    for (Cgroup up = parent; up != null; up = up.parent()) {
      if (level++ > up.maxDepth() || up.descendants() >= up.maxDescendants()) {
        throw Errno.EAGAIN;
      }
    }
    Cgroup made = new Cgroup(this, parent, name, ++lastId);
    parent.childMap().put(name, made);
    parent.countDescendants(1);
    SubtreeControl.equip(made);
    return made;
  }

  /// Removes a group.
  ///
  /// @throws Errno EBUSY if a task or another group is in it
  public void remove(Cgroup group) throws Errno {
    Cgroup parent = group.parent();
    if (parent == null || group.isPopulated() || !group.children().isEmpty()) {
      throw Errno.EBUSY;
    }
    group.setDead();
    parent.childMap().remove(group.name());
    parent.countDescendants(-1);
    if (group.hasZombies()) {
      dying.add(group);
    }
    parent.times().keep(group);
    parent.freezer().review();
  }
}
