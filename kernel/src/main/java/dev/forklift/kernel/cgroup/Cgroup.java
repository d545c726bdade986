package dev.forklift.kernel.cgroup;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A control group: a node of the tree, with the tasks in it (cgroups(7), version 2).
///
/// It knows its place, who is in it, and whether anybody is at all. What kind of group it is stands
/// in [CgroupKind], how tasks get into it in [Migration], how they stand still in [CgroupFreezer].
/// Guarded by the kernel lock.
public final class Cgroup {
  /// As many, or as deep, as wanted.
  public static final int UNLIMITED = Integer.MAX_VALUE;

  private final CgroupTree tree;
  private final @Nullable Cgroup parent;
  private final String name;
  private final long id;
  private final Map<String, Cgroup> children = new LinkedHashMap<>(0);
  private final Set<CgroupMember> members = new LinkedHashSet<>(0);
  private final CgroupFreezer freezer;
  private final CgroupTimes times;
  private final Notice eventsChanged = new Notice();
  private final Set<Controller> subtreeControl = EnumSet.noneOf(Controller.class);
  private @Nullable PidsCounter pids;
  private @Nullable CgroupAccess access;

  /// The top of the threaded subtree it belongs to, or itself.
  private Cgroup domain = this;

  private int descendants;
  private int maxDepth = UNLIMITED;
  private int maxDescendants = UNLIMITED;
  private int zombies;
  private int populatedDomains;
  private int populatedThreaded;
  private boolean dead;

  Cgroup(CgroupTree tree, @Nullable Cgroup parent, String name, long id) {
    this.tree = tree;
    this.parent = parent;
    this.name = name;
    this.id = id;
    this.freezer = new CgroupFreezer(this);
    this.times = new CgroupTimes(this);
  }

  /// The tree it is in, or was in until removed.
  public CgroupTree tree() {
    return tree;
  }

  /// The group above; null at the root.
  public @Nullable Cgroup parent() {
    return parent;
  }

  public boolean isRoot() {
    return parent == null;
  }

  /// Its number, which no other group ever has.
  public long id() {
    return id;
  }

  public String name() {
    return name;
  }

  /// Its path from the root of the whole tree.
  public String path() {
    return pathFrom(tree.root());
  }

  /// Its path as seen from another group, which may be elsewhere in the tree: `/../other`.
  public String pathFrom(Cgroup top) {
    Cgroup common = top;
    StringBuilder path = new StringBuilder();
    while (!isWithin(common) && common.parent != null) {
      path.append("/..");
      common = common.parent;
    }
    List<String> names = new ArrayList<>();
    for (Cgroup up = this; up != common && up != null; up = up.parent) {
      names.addFirst(up.name);
    }
    names.forEach(below -> path.append('/').append(below));
    return path.isEmpty() ? "/" : path.toString();
  }

  /// Says whether it is `other` or somewhere below.
  public boolean isWithin(Cgroup other) {
    for (Cgroup up = this; up != null; up = up.parent) {
      if (up == other) {
        return true;
      }
    }
    return false;
  }

  /// The groups right below.
  public Collection<Cgroup> children() {
    return Collections.unmodifiableCollection(children.values());
  }

  Map<String, Cgroup> childMap() {
    return children;
  }

  /// It and all groups below, those above first. A snapshot.
  public List<Cgroup> subtree() {
    List<Cgroup> all = new ArrayList<>(List.of(this));
    for (int i = 0; i < all.size(); i++) {
      all.addAll(all.get(i).children.values());
    }
    return all;
  }

  /// It and those below that are in its threaded subtree, if it is the top of one. A snapshot.
  public List<Cgroup> threadedSubtree() {
    return subtree().stream().filter(below -> below.domain == this).toList();
  }

  /// Says whether it has been removed.
  public boolean isDead() {
    return dead;
  }

  void setDead() {
    dead = true;
  }

  /// Its folder in the file system.
  public @Nullable CgroupAccess access() {
    return access;
  }

  public void setAccess(CgroupAccess access) {
    this.access = access;
  }

  // Limits of the tree.

  /// How many groups there are below.
  public int descendants() {
    return descendants;
  }

  /// One more group below, or one less.
  void countDescendants(int more) {
    for (Cgroup up = this; up != null; up = up.parent) {
      up.descendants += more;
    }
  }

  /// How many levels of groups there may be below.
  public int maxDepth() {
    return maxDepth;
  }

  public void setMaxDepth(int levels) {
    maxDepth = levels;
  }

  /// How many groups there may be below.
  public int maxDescendants() {
    return maxDescendants;
  }

  public void setMaxDescendants(int groups) {
    maxDescendants = groups;
  }

  // Kind and controllers.

  /// Where the resources of its tasks are accounted for: the top of its threaded subtree, or
  /// itself.
  Cgroup domain() {
    return domain;
  }

  void setDomain(Cgroup domain) {
    this.domain = domain;
  }

  /// Says whether it is inside a threaded subtree: the threads of a process may then be in several
  /// groups of it.
  public boolean isThreaded() {
    return domain != this;
  }

  /// The controllers that the groups below have.
  public Set<Controller> subtreeControl() {
    return Collections.unmodifiableSet(subtreeControl);
  }

  void control(Controller controller, boolean enabled) {
    if (enabled) {
      subtreeControl.add(controller);
    } else {
      subtreeControl.remove(controller);
    }
  }

  /// The controllers that it has itself.
  public Set<Controller> controllers() {
    return parent == null
        ? Collections.unmodifiableSet(EnumSet.allOf(Controller.class))
        : parent.subtreeControl();
  }

  /// Says whether it is equipped with a controller, or was until it was removed.
  boolean had(Controller controller) {
    return switch (controller) {
      case PIDS -> pids != null;
    };
  }

  /// Its own count of tasks; null at the root and where the controller is not enabled.
  public @Nullable PidsCounter pids() {
    return pids;
  }

  void setPids(@Nullable PidsCounter pids) {
    this.pids = pids;
  }

  /// Where its tasks are counted: here, or in the next group above that counts.
  @Nullable PidsCounter effectivePids() {
    for (Cgroup up = this; up != null; up = up.parent) {
      if (up.pids != null) {
        return up.pids;
      }
    }
    return null;
  }

  public CgroupFreezer freezer() {
    return freezer;
  }

  public CgroupTimes times() {
    return times;
  }

  // Who is in it.

  /// The tasks in it that have not ended, in the order in which they came. A snapshot.
  public List<CgroupMember> members() {
    return List.copyOf(members);
  }

  Set<CgroupMember> memberSet() {
    return members;
  }

  boolean hasTasks() {
    return !members.isEmpty();
  }

  /// Ended tasks that nobody has waited for yet keep a removed group in memory.
  boolean hasZombies() {
    return zombies > 0;
  }

  void countZombies(int more) {
    zombies += more;
  }

  /// Says whether a task is in it or in any group below.
  public boolean isPopulated() {
    return hasTasks() || populatedDomains + populatedThreaded > 0;
  }

  boolean hasPopulatedDomainsBelow() {
    return populatedDomains > 0;
  }

  /// Changes when [#isPopulated] or [CgroupFreezer#isFrozen] does.
  public Notice eventsChanged() {
    return eventsChanged;
  }

  void add(CgroupMember member) {
    boolean was = isPopulated();
    members.add(member);
    populatedChanged(was);
  }

  void remove(CgroupMember member) {
    boolean was = isPopulated();
    members.remove(member);
    populatedChanged(was);
  }

  private void populatedChanged(boolean was) {
    Cgroup changed = this;
    boolean before = was;
    while (changed.isPopulated() != before) {
      changed.eventsChanged.changed();
      Cgroup above = changed.parent;
      if (above == null) {
        return;
      }
      int more = before ? -1 : 1;
      before = above.isPopulated();
      if (changed.isThreaded()) {
        above.populatedThreaded += more;
      } else {
        above.populatedDomains += more;
      }
      changed = above;
    }
  }

  @Override
  public String toString() {
    return path();
  }
}
