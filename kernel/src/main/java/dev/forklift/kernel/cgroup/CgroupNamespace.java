package dev.forklift.kernel.cgroup;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Namespace;
import dev.forklift.kernel.cred.NamespaceKind;
import dev.forklift.kernel.cred.UserNamespace;

/// What a group of processes takes for the root of the tree of control groups
/// (cgroup_namespaces(7)).
public final class CgroupNamespace extends Namespace {
  private final Cgroup root;
  private final boolean first;

  private CgroupNamespace(UserNamespace owner, Cgroup root) {
    super(NamespaceKind.CGROUP, owner);
    this.root = root;
    this.first = true;
  }

  private CgroupNamespace(UserNamespace owner, int creator, Cgroup root) throws Errno {
    super(NamespaceKind.CGROUP, owner, creator);
    this.root = root;
    this.first = false;
  }

  /// The one that a kernel begins with.
  ///
  /// @param root the root of the whole tree
  public static CgroupNamespace first(UserNamespace owner, Cgroup root) {
    return new CgroupNamespace(owner, root);
  }

  /// A new one.
  ///
  /// @param creator the effective user id of who makes it
  /// @param root its root: the maker's control group
  public static CgroupNamespace create(UserNamespace owner, int creator, Cgroup root) throws Errno {
    return new CgroupNamespace(owner, creator, root);
  }

  /// Says whether it is the one that the kernel began with.
  public boolean isFirst() {
    return first;
  }

  /// What its members take for the root.
  public Cgroup root() {
    return root;
  }
}
