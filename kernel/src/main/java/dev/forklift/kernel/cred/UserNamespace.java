package dev.forklift.kernel.cred;

import dev.forklift.kernel.abi.Errno;
import org.jspecify.annotations.Nullable;

/// A user namespace (user_namespaces(7)): ids and capabilities that count only inside it.
public final class UserNamespace extends Namespace {
  private final @Nullable UserNamespace parent;
  private final int level;
  private final int owner;
  private final int group;
  private final NamespaceCounts counts = new NamespaceCounts();

  private UserNamespace() {
    super(NamespaceKind.USER, null);
    this.parent = null;
    this.level = 0;
    this.owner = 0;
    this.group = 0;
  }

  /// The one that a kernel begins with.
  public static UserNamespace initial() {
    return new UserNamespace();
  }

  public boolean isInitial() {
    return parent == null;
  }

  public @Nullable UserNamespace parent() {
    return parent;
  }

  /// 0 for the first namespace.
  public int level() {
    return level;
  }

  /// The effective user id of who made it: whoever has that id in the namespace above has all
  /// capabilities in this one.
  public int owner() {
    return owner;
  }

  /// The effective group id of who made it.
  public int group() {
    return group;
  }

  /// How many namespaces of a kind a user may have here (/proc/sys/user).
  public int limit(NamespaceKind kind) {
    return counts.limit(kind);
  }

  public void setLimit(NamespaceKind kind, int limit) {
    counts.setLimit(kind, limit);
  }

  /// Counts a namespace for its maker here, and for the makers of this namespace all the way up.
  ///
  /// @throws Errno ENOSPC if one of them has as many as may be
  void count(NamespaceKind kind, int creator) throws Errno {
    int uid = creator;
    for (UserNamespace at = this; at != null; at = at.parent) {
      try {
        at.counts.add(uid, kind);
      } catch (Errno e) {
        uncountBelow(at, kind, creator);
        throw e;
      }
      uid = at.owner;
    }
  }

  /// Takes one [#count] back.
  void uncount(NamespaceKind kind, int creator) {
    uncountBelow(null, kind, creator);
  }

  private void uncountBelow(@Nullable UserNamespace end, NamespaceKind kind, int creator) {
    int uid = creator;
    for (UserNamespace at = this; at != null && at != end; at = at.parent) {
      at.counts.remove(uid, kind);
      uid = at.owner;
    }
  }
}
