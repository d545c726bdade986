package dev.forklift.kernel.cgroup;

import dev.forklift.kernel.abi.Errno;
import java.util.EnumSet;
import java.util.Set;

/// A change of the controllers that the groups below a group have (`cgroup.subtree_control`).
public final class SubtreeControl {
  private final Set<Controller> enable = EnumSet.noneOf(Controller.class);
  private final Set<Controller> disable = EnumSet.noneOf(Controller.class);

  private SubtreeControl() {}

  /// Reads `+name -name ...`; of several words about one controller the last counts.
  ///
  /// @throws Errno EINVAL if it is something else
  public static SubtreeControl parse(String text) throws Errno {
    SubtreeControl change = new SubtreeControl();
    for (String word : text.split(" ", -1)) {
      if (!word.isEmpty()) {
        change.add(word.charAt(0), controller(word.substring(1)));
      }
    }
    return change;
  }

  private void add(char sign, Controller controller) throws Errno {
    switch (sign) {
      case '+' -> {
        enable.add(controller);
        disable.remove(controller);
      }
      case '-' -> {
        disable.add(controller);
        enable.remove(controller);
      }
      default -> throw Errno.EINVAL;
    }
  }

  private static Controller controller(String name) throws Errno {
    for (Controller controller : Controller.values()) {
      if (controller.text().equals(name)) {
        return controller;
      }
    }
    throw Errno.EINVAL;
  }

  /// Makes the change.
  ///
  /// @throws Errno ENOENT if the group lacks a controller itself; EBUSY if a group below passes it
  ///   on, or if tasks are in the group; EOPNOTSUPP if it can hold no resources
  public void apply(Cgroup group) throws Errno {
    enable.removeAll(group.subtreeControl());
    disable.retainAll(group.subtreeControl());
    if (!group.controllers().containsAll(enable)) {
      throw Errno.ENOENT;
    }
    for (Cgroup child : group.children()) {
      if (disable.stream().anyMatch(child.subtreeControl()::contains)) {
        throw Errno.EBUSY;
      }
    }
    if (!enable.isEmpty()) {
      requireRoomForResources(group);
    }
    enable.forEach(controller -> group.control(controller, true));
    disable.forEach(controller -> group.control(controller, false));
    group.children().forEach(SubtreeControl::equip);
    for (Cgroup below : group.subtree()) {
      below.members().forEach(member -> member.recharge(below));
    }
  }

  private static void requireRoomForResources(Cgroup group) throws Errno {
    if (!CgroupKind.isValidDomain(group.domain())) {
      throw Errno.EOPNOTSUPP;
    }
    // All controllers here can tell single tasks from groups, so a threaded subtree may begin.
    if (group.isRoot() || CgroupKind.canBeThreadRoot(group) || group.isThreaded()) {
      return;
    }
    if (group.hasTasks()) {
      throw Errno.EBUSY;
    }
  }

  /// Gives a group the counters of the controllers that it has.
  static void equip(Cgroup group) {
    Cgroup parent = group.parent();
    boolean counts = parent != null && parent.subtreeControl().contains(Controller.PIDS);
    if (parent != null && counts && group.pids() == null) {
      group.setPids(new PidsCounter(parent.effectivePids()));
    } else if (!counts) {
      group.setPids(null);
    }
  }
}
