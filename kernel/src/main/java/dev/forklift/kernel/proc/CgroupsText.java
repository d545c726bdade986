package dev.forklift.kernel.proc;

import dev.forklift.kernel.cgroup.Cgroup;
import dev.forklift.kernel.process.Kernel;
import dev.forklift.kernel.process.Task;

/// What /proc tells about control groups.
final class CgroupsText {
  private CgroupsText() {}

  /// /proc/PID/cgroup: where the task is, as the reader's cgroup namespace sees it.
  static String ofTask(Task reader, Task task) {
    Cgroup group = task.cgroup().group();
    if (!group.tree().isVisible()) {
      return "";
    }
    String path = group.pathFrom(reader.namespaces().cgroup().root());
    return "0::" + path + (group.isDead() ? " (deleted)" : "") + "\n";
  }

  /// /proc/cgroups: the controllers. The freezer is one only in version 1, though it is counted.
  static String controllers(Kernel kernel) {
    int groups = kernel.cgroups().size();
    return "#subsys_name\thierarchy\tnum_cgroups\tenabled\n"
        + "freezer\t0\t%1$d\t1\npids\t0\t%1$d\t1\n".formatted(groups);
  }
}
