package dev.forklift.kernel.cred;

import org.jspecify.annotations.Nullable;

/// A user namespace (user_namespaces(7)): ids and capabilities that count only inside it.
public final class UserNamespace {
  private final @Nullable UserNamespace parent;
  private final int level;
  private final int owner;
  private final int group;

  private UserNamespace(@Nullable UserNamespace parent, int owner, int group) {
    this.parent = parent;
    this.level = parent == null ? 0 : parent.level + 1;
    this.owner = owner;
    this.group = group;
  }

  /// The one that a kernel begins with.
  public static UserNamespace initial() {
    return new UserNamespace(null, 0, 0);
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
}
