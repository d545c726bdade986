package dev.forklift.kernel.cgroup;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Credentials;
import java.util.List;

/// Which tasks may move to which control group, and their moving.
public final class Migration {
  private Migration() {}

  /// Checks that somebody may bring a task from one group to another.
  ///
  /// @param who who asks
  /// @param visible the root of the part of the tree that they see
  /// @param wholeProcess whether all threads of a process go
  /// @throws Errno EACCES without the right to write to the nearest group above both; ENOENT if one
  ///   of the two is out of sight; EOPNOTSUPP, EBUSY if the group cannot take tasks
  public static void check(
      Cgroup from, Cgroup to, Credentials who, Cgroup visible, boolean wholeProcess) throws Errno {
    Cgroup common = from;
    for (Cgroup up = from; up != null && !to.isWithin(common); up = up.parent()) {
      common = up;
    }
    requireWrite(common, who);
    if (to.tree().isDelegating() && (!from.isWithin(visible) || !to.isWithin(visible))) {
      throw Errno.ENOENT;
    }
    requireRoomForTasks(to);
    if (!wholeProcess && from.domain() != to.domain()) {
      throw Errno.EOPNOTSUPP;
    }
  }

  /// Checks that somebody may make a task in another group than their own (CLONE_INTO_CGROUP).
  ///
  /// @throws Errno what [#check] says
  public static void checkNew(
      Cgroup from, Cgroup to, Credentials who, Cgroup visible, boolean wholeProcess) throws Errno {
    requireWrite(to, who);
    check(from, to, who, visible, wholeProcess);
  }

  /// Checks that `who` may write to the `cgroup.procs` of a group.
  static void requireWrite(Cgroup group, Credentials who) throws Errno {
    CgroupAccess folder = group.access();
    if (folder != null) {
      folder.requireWrite(who);
    }
  }

  private static void requireRoomForTasks(Cgroup group) throws Errno {
    if (!CgroupKind.isValidDomain(group.domain())) {
      throw Errno.EOPNOTSUPP;
    }
    if (CgroupKind.canBeThreadRoot(group) || group.isThreaded()) {
      return;
    }
    // Tasks would compete with the groups below for what the controllers share out.
    if (!group.subtreeControl().isEmpty()) {
      throw Errno.EBUSY;
    }
  }

  /// Moves those of the tasks that have not ended.
  public static void move(List<CgroupMember> members, Cgroup to) {
    for (CgroupMember member : members) {
      if (member.isLiving() && member.group() != to) {
        member.move(to);
      }
    }
  }
}
