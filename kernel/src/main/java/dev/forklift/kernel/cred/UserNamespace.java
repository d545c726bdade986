package dev.forklift.kernel.cred;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.ResourceLimits;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A user namespace (user_namespaces(7)): ids and capabilities that count only inside it.
///
/// The kernel keeps all ids as those of its first namespace (Linux's `kuid_t`). They are translated
/// where they go in, by [#kuid] and [#kgid], and where they go out, by [#uid] and [#gid].
public final class UserNamespace extends Namespace {
  /// How deep namespaces can be nested: the first one's level is 0.
  private static final int DEEPEST = 33;

  /// How many namespaces a user may have in a namespace of somebody else's.
  private static final long ANY_NUMBER = Integer.MAX_VALUE;

  private final @Nullable UserNamespace parent;
  private final int level;
  private final int owner;
  private final int group;
  private final boolean parentCouldSetfcap;
  private final OverflowIds overflowIds;
  private final Ucounts ucounts;
  private final Map<IdKind, IdMap> maps = new EnumMap<>(IdKind.class);
  private boolean setgroupsAllowed;

  private UserNamespace(long namespaces) {
    super(NamespaceKind.USER, null);
    this.parent = null;
    this.level = 0;
    this.owner = 0;
    this.group = 0;
    this.parentCouldSetfcap = false;
    this.overflowIds = new OverflowIds();
    this.ucounts = new Ucounts(this, namespaces);
    this.setgroupsAllowed = true;
    for (IdKind kind : IdKind.values()) {
      maps.put(kind, IdMap.IDENTITY);
    }
  }

  private UserNamespace(UserNamespace parent, Credentials maker) throws Errno {
    super(NamespaceKind.USER, parent, maker.euid());
    this.parent = parent;
    this.level = parent.level + 1;
    this.owner = maker.euid();
    this.group = maker.egid();
    this.parentCouldSetfcap = maker.hasHere(Capability.SETFCAP);
    this.overflowIds = parent.overflowIds;
    this.ucounts = new Ucounts(this, ANY_NUMBER);
    this.setgroupsAllowed = parent.setgroupsAllowed;
  }

  /// The one that a kernel begins with, in which everybody may make any number of namespaces.
  public static UserNamespace initial() {
    return new UserNamespace(ANY_NUMBER);
  }

  /// The one that a kernel begins with.
  ///
  /// @param namespaces how many namespaces of each kind a user may have
  public static UserNamespace initial(long namespaces) {
    return new UserNamespace(namespaces);
  }

  /// Makes one below that of `maker` (Linux's `create_user_ns()`).
  ///
  /// @param limits what the maker may have, which all in the new namespace together may not exceed
  /// @param chrooted whether the maker's root is another than that of its mounts: a namespace would
  ///   give it the privilege to leave it
  /// @throws Errno ENOSPC if there are too many or too many above each other; EPERM
  public static UserNamespace create(Credentials maker, ResourceLimits limits, boolean chrooted)
      throws Errno {
    UserNamespace parent = maker.userNamespace();
    if (parent.level >= DEEPEST) {
      throw Errno.ENOSPC;
    }
    UserNamespace made = new UserNamespace(parent, maker);
    if (chrooted || !parent.hasUid(maker.euid()) || !parent.hasGid(maker.egid())) {
      made.release();
      throw Errno.EPERM;
    }
    // RLIMIT_NPROC does not bind the first namespace's root.
    if (maker.uid() != 0 || !parent.isInitial()) {
      made.ucounts.setMaximum(Ucount.TASKS, limits.soft(ResourceLimits.RLIMIT_NPROC));
    }
    made.ucounts.setMaximum(Ucount.SIGNALS, limits.soft(ResourceLimits.RLIMIT_SIGPENDING));
    made.ucounts.setMaximum(Ucount.QUEUE_BYTES, limits.soft(ResourceLimits.RLIMIT_MSGQUEUE));
    // In bytes, though pages are counted: so does Linux.
    made.ucounts.setMaximum(Ucount.LOCKED_PAGES, limits.soft(ResourceLimits.RLIMIT_MEMLOCK));
    return made;
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

  /// Says whether it is `other` or lies somewhere below (Linux's `in_userns()`).
  public boolean isWithin(UserNamespace other) {
    UserNamespace at = this;
    while (at.parent != null && at.level > other.level) {
      at = at.parent;
    }
    return at == other;
  }

  /// What each user in it has.
  public Ucounts ucounts() {
    return ucounts;
  }

  /// How many namespaces of a kind a user may have here (/proc/sys/user).
  public int limit(NamespaceKind kind) {
    return (int) ucounts.maximum(Ucount.of(kind));
  }

  public void setLimit(NamespaceKind kind, int limit) {
    ucounts.setMaximum(Ucount.of(kind), limit);
  }

  /// Whether its maker had CAP_SETFCAP then.
  boolean parentCouldSetfcap() {
    return parentCouldSetfcap;
  }

  // Ids.

  /// What is shown of ids that are not mapped.
  public OverflowIds overflowIds() {
    return overflowIds;
  }

  /// The kernel's id of a user of this namespace; -1 if it is not mapped.
  public int kuid(int uid) {
    return map(IdKind.USER).down(uid);
  }

  /// The kernel's id of a group of this namespace; -1 if it is not mapped.
  public int kgid(int gid) {
    return map(IdKind.GROUP).down(gid);
  }

  /// What a user is called in this namespace; the overflow id if nothing.
  public int uid(int kuid) {
    int uid = map(IdKind.USER).up(kuid);
    return uid == IdMap.NONE ? overflowIds.uid() : uid;
  }

  /// What a group is called in this namespace; the overflow id if nothing.
  public int gid(int kgid) {
    int gid = map(IdKind.GROUP).up(kgid);
    return gid == IdMap.NONE ? overflowIds.gid() : gid;
  }

  /// Says whether a user has a name in this namespace.
  public boolean hasUid(int kuid) {
    return map(IdKind.USER).up(kuid) != IdMap.NONE;
  }

  /// Says whether a group has a name in this namespace.
  public boolean hasGid(int kgid) {
    return map(IdKind.GROUP).up(kgid) != IdMap.NONE;
  }

  public IdMap map(IdKind kind) {
    return maps.getOrDefault(kind, IdMap.EMPTY);
  }

  /// Gives it its one and only map of a kind.
  void setMap(IdKind kind, IdMap map) {
    maps.put(kind, map);
  }

  /// Whether /proc/PID/setgroups says "allow".
  public boolean isSetgroupsAllowed() {
    return setgroupsAllowed;
  }

  /// Forbids setgroups(2) for good.
  void denySetgroups() {
    setgroupsAllowed = false;
  }

  /// Whether a privileged task may use setgroups(2): to drop a group can be to gain rights, so
  /// groups must have been mapped by somebody who may do that.
  public boolean maySetgroups() {
    return setgroupsAllowed && !map(IdKind.GROUP).isEmpty();
  }
}
