package dev.forklift.kernel.cgroup;

import dev.forklift.kernel.abi.Errno;

/// What kind of group a control group is: a domain, the top of a threaded subtree, inside one, or,
/// below one without being told to be threaded, nothing that tasks could be in.
///
/// The root is an exception to everything: it may hold processes, have controllers shared out below
/// it, and be the top of threaded groups, all at once.
public enum CgroupKind {
  // spotless:off
  DOMAIN         ("domain"),
  DOMAIN_INVALID ("domain invalid"),
  DOMAIN_THREADED("domain threaded"),
  THREADED       ("threaded");
  // spotless:on

  private final String text;

  CgroupKind(String text) {
    this.text = text;
  }

  /// As `cgroup.type` shows it.
  public String text() {
    return text;
  }

  public static CgroupKind of(Cgroup group) {
    if (group.isThreaded()) {
      return THREADED;
    }
    if (!isValidDomain(group)) {
      return DOMAIN_INVALID;
    }
    return isThreadRoot(group) ? DOMAIN_THREADED : DOMAIN;
  }

  /// Says whether processes can be in it as a whole: it is not threaded, nor is anything above, the
  /// top of another threaded subtree included.
  static boolean isValidDomain(Cgroup group) {
    if (group.isThreaded()) {
      return false;
    }
    for (Cgroup up = group.parent(); up != null; up = up.parent()) {
      if (up.isThreaded() || (!up.isRoot() && isThreadRoot(up))) {
        return false;
      }
    }
    return true;
  }

  /// Says whether it is the top of a threaded subtree, by having a threaded group below or because
  /// its own tasks share with the groups below.
  static boolean isThreadRoot(Cgroup group) {
    if (group.isThreaded()) {
      return false;
    }
    return group.children().stream().anyMatch(Cgroup::isThreaded)
        || (group.hasTasks() && !group.subtreeControl().isEmpty());
  }

  /// Says whether it could become the top of a threaded subtree: then no processes may be in
  /// domains below.
  static boolean canBeThreadRoot(Cgroup group) {
    return group.isRoot() || !group.hasPopulatedDomainsBelow();
  }

  /// Makes a group part of the threaded subtree that its parent is in or becomes the top of.
  ///
  /// @throws Errno EOPNOTSUPP if somebody is in it, or the parent cannot be that
  public static void makeThreaded(Cgroup group) throws Errno {
    if (group.isThreaded()) {
      return;
    }
    Cgroup parent = group.parent();
    if (parent == null || group.isPopulated()) {
      throw Errno.EOPNOTSUPP;
    }
    Cgroup domain = parent.domain();
    if (!isValidDomain(domain) || !canBeThreadRoot(domain)) {
      throw Errno.EOPNOTSUPP;
    }
    for (Cgroup below : group.subtree()) {
      if (below == group || below.isThreaded()) {
        below.setDomain(domain);
      }
    }
  }
}
