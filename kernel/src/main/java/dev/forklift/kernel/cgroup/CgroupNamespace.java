package dev.forklift.kernel.cgroup;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Namespace;
import dev.forklift.kernel.cred.NamespaceKind;
import dev.forklift.kernel.cred.UserNamespace;

/// What a group of processes takes for the root of the tree of control groups
/// (cgroup_namespaces(7)).
public final class CgroupNamespace extends Namespace {
  private final String root;

  private CgroupNamespace(UserNamespace owner) {
    super(NamespaceKind.CGROUP, owner);
    this.root = "/";
  }

  private CgroupNamespace(UserNamespace owner, int creator, String root) throws Errno {
    super(NamespaceKind.CGROUP, owner, creator);
    this.root = root;
  }

  /// The one that a kernel begins with.
  public static CgroupNamespace first(UserNamespace owner) {
    return new CgroupNamespace(owner);
  }

  /// A new one.
  ///
  /// @param creator the effective user id of who makes it
  /// @param root the path of its root in the whole tree: the maker's control group
  public static CgroupNamespace create(UserNamespace owner, int creator, String root) throws Errno {
    return new CgroupNamespace(owner, creator, root);
  }

  /// The path of its root in the whole tree.
  public String root() {
    return root;
  }
}
