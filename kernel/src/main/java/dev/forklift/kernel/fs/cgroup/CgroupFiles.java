package dev.forklift.kernel.fs.cgroup;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.NumberText;
import dev.forklift.kernel.cgroup.Cgroup;
import dev.forklift.kernel.cgroup.CgroupFreezer;
import dev.forklift.kernel.cgroup.CgroupKind;
import dev.forklift.kernel.cgroup.CgroupTimes;
import dev.forklift.kernel.cgroup.CgroupTree;
import dev.forklift.kernel.cgroup.Controller;
import dev.forklift.kernel.cgroup.Notice;
import dev.forklift.kernel.cgroup.PidsCounter;
import dev.forklift.kernel.cgroup.SubtreeControl;
import dev.forklift.kernel.fs.cgroup.CgroupFile.Setting;
import dev.forklift.kernel.fs.cgroup.CgroupFile.Text;
import dev.forklift.kernel.vfs.FileEvents;
import java.util.Collection;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The files of a control group (Linux's Documentation/admin-guide/cgroup-v2).
final class CgroupFiles {
  private static final String NO_LIMIT = "max";
  private static final long MICRO_NANOS = 1000;

  /// What takes a whole number.
  @FunctionalInterface
  private interface LimitSetting {
    void set(int limit);
  }

  private final CgroupFileSystem fileSystem;
  private final Cgroup group;
  private final CgroupDirectory folder;
  private final CgroupTasks tasks;

  CgroupFiles(CgroupFileSystem fileSystem, Cgroup group, CgroupDirectory folder) {
    this.fileSystem = fileSystem;
    this.group = group;
    this.folder = folder;
    this.tasks = new CgroupTasks(group);
  }

  /// The files that each group has; the root lacks some.
  void fill(Map<String, CgroupFile> files) {
    Adding add = new Adding(files, () -> !group.isDead());
    // spotless:off
    if (!group.isRoot()) {
      add.file("cgroup.type",       0644, _ -> CgroupKind.of(group).text() + "\n", inside(this::setType));
    }
    add.file("cgroup.procs",        0644, tasks::processes, tasks::moveProcess);
    add.file("cgroup.threads",      0644, tasks::threads,   tasks::moveThread);
    add.file("cgroup.controllers",  0444, _ -> names(group.controllers()), null);
    add.file("cgroup.subtree_control", 0644, _ -> names(group.subtreeControl()),
        (_, _, text) -> SubtreeControl.parse(text.strip()).apply(group));
    if (!group.isRoot()) {
      add.file("cgroup.events",     0444, _ -> events(), null, group.eventsChanged());
    }
    add.file("cgroup.max.descendants", 0644, _ -> limit(group::maxDescendants),
        inside(text -> setLimit(text, group::setMaxDescendants)));
    add.file("cgroup.max.depth",    0644, _ -> limit(group::maxDepth),
        inside(text -> setLimit(text, group::setMaxDepth)));
    add.file("cgroup.stat",         0444, _ -> statistics(), null);
    if (!group.isRoot()) {
      CgroupFreezer freezer = group.freezer();
      add.file("cgroup.freeze",     0644, _ -> (freezer.isWanted() ? 1 : 0) + "\n",
          inside(this::freeze));
      add.file("cgroup.kill",       0200, null, (writer, opener, text) -> {
        requireNotTop(opener);
        tasks.kill(writer, text);
      });
    }
    add.file("cpu.stat",            0444, _ -> times(), null);
    add.file("cpu.stat.local",      0444, _ -> "", null);
    // spotless:on
  }

  /// The files that a group has while its tasks are counted.
  void fillPids(Map<String, CgroupFile> files, PidsCounter pids) {
    Adding add = new Adding(files, () -> !group.isDead() && group.pids() == pids);
    // spotless:off
    add.file("pids.max",          0644, _ -> pidsLimit(pids), inside(text -> setPidsLimit(pids, text)));
    add.file("pids.current",      0444, _ -> pids.current() + "\n", null);
    add.file("pids.peak",         0444, _ -> pids.peak() + "\n", null);
    add.file("pids.events",       0444, _ -> "max " + pidsEvents(pids) + "\n", null, pids.eventsChanged());
    add.file("pids.events.local", 0444, _ -> "max " + localPidsEvents(pids) + "\n", null, pids.localEventsChanged());
    // spotless:on
  }

  /// Makes files.
  private final class Adding {
    private final Map<String, CgroupFile> files;
    private final BooleanSupplier isThere;

    Adding(Map<String, CgroupFile> files, BooleanSupplier isThere) {
      this.files = files;
      this.isThere = isThere;
    }

    void file(String name, int permissions, @Nullable Text text, @Nullable Setting setting) {
      file(name, permissions, text, setting, null);
    }

    void file(
        String name,
        int permissions,
        @Nullable Text text,
        @Nullable Setting setting,
        @Nullable Notice notice) {
      CgroupFile file =
          new CgroupFile(
              fileSystem,
              CgroupFile.attributes(folder, permissions),
              isThere,
              text,
              setting,
              notice);
      files.put(name, file);
      if (notice != null) {
        notice.setListener(() -> FileEvents.modified(folder, name, file));
      }
    }
  }

  @FunctionalInterface
  private interface Change {
    void apply(String text) throws Errno;
  }

  /// A setting of the group itself, which is not for those who have it as the top of their cgroup
  /// namespace: whoever made that namespace delegated what is below, not the group.
  private Setting inside(Change change) {
    return (_, opener, text) -> {
      requireNotTop(opener);
      change.apply(text.strip());
    };
  }

  private void requireNotTop(CgroupFile.Opener opener) throws Errno {
    if (group.tree().isDelegating() && opener.delegated() && opener.visible() == group) {
      throw Errno.EPERM;
    }
  }

  private void setType(String text) throws Errno {
    if (!text.equals(CgroupKind.THREADED.text())) {
      throw Errno.EINVAL;
    }
    CgroupKind.makeThreaded(group);
  }

  private void freeze(String text) throws Errno {
    int wanted = NumberText.parseInt(text);
    if (wanted < 0 || wanted > 1) {
      throw Errno.ERANGE;
    }
    group.freezer().want(wanted == 1);
  }

  private static String names(Collection<Controller> controllers) {
    return controllers.isEmpty()
        ? ""
        : controllers.stream().map(Controller::text).collect(Collectors.joining(" ")) + "\n";
  }

  private String events() {
    return "populated %d\nfrozen %d\n"
        .formatted(group.isPopulated() ? 1 : 0, group.freezer().isFrozen() ? 1 : 0);
  }

  private static String limit(IntSupplier limit) {
    int value = limit.getAsInt();
    return (value == Cgroup.UNLIMITED ? NO_LIMIT : value) + "\n";
  }

  private static void setLimit(String text, LimitSetting setting) throws Errno {
    int limit = text.equals(NO_LIMIT) ? Cgroup.UNLIMITED : NumberText.parseInt(text);
    if (limit < 0) {
      throw Errno.ERANGE;
    }
    setting.set(limit);
  }

  private String statistics() {
    CgroupTree tree = group.tree();
    StringBuilder out = new StringBuilder();
    out.append("nr_descendants ").append(group.descendants()).append('\n');
    for (Controller controller : Controller.values()) {
      out.append("nr_subsys_").append(controller.text()).append(' ');
      out.append(CgroupTree.equipped(group, controller)).append('\n');
    }
    out.append("nr_dying_descendants ").append(tree.dyingDescendants(group)).append('\n');
    for (Controller controller : Controller.values()) {
      out.append("nr_dying_subsys_").append(controller.text()).append(' ');
      out.append(tree.dyingDescendants(group, controller)).append('\n');
    }
    return out.toString();
  }

  private String times() {
    CgroupTimes times = group.times();
    long user = times.userNanos() / MICRO_NANOS;
    long system = times.systemNanos() / MICRO_NANOS;
    return "usage_usec %d\nuser_usec %d\nsystem_usec %d\nnice_usec 0\n"
        .formatted(user + system, user, system);
  }

  private static String pidsLimit(PidsCounter pids) {
    return (pids.limit() == PidsCounter.UNLIMITED ? NO_LIMIT : pids.limit()) + "\n";
  }

  private static void setPidsLimit(PidsCounter pids, String text) throws Errno {
    if (text.equals(NO_LIMIT)) {
      pids.setLimit(PidsCounter.UNLIMITED);
      return;
    }
    long limit = NumberText.parseLong(text);
    if (limit < 0 || limit >= PidsCounter.UNLIMITED) {
      throw Errno.EINVAL;
    }
    pids.setLimit(limit);
  }

  private long pidsEvents(PidsCounter pids) {
    return group.tree().hasLocalEvents() ? pids.refusedForks() : pids.events();
  }

  private long localPidsEvents(PidsCounter pids) {
    return group.tree().hasLocalEvents() ? pids.refusedForks() : pids.localEvents();
  }
}
