package dev.forklift.kernel.cred;

import java.util.List;
import java.util.function.Consumer;

/// Who a task is (credentials(7)). Immutable: changing it means giving the task another one.
///
/// Ids are those of the kernel's first user namespace; what a task in another one is told, or says,
/// is mapped by its [UserNamespace].
///
/// @param userNamespace in which the capabilities count
public record Credentials(
    int uid,
    int euid,
    int suid,
    int fsuid,
    int gid,
    int egid,
    int sgid,
    int fsgid,
    List<Integer> groups,
    long permitted,
    long effective,
    long inheritable,
    long bounding,
    long ambient,
    int securebits,
    UserNamespace userNamespace) {

  public Credentials {
    groups = List.copyOf(groups);
  }

  /// A user with one group, in a first user namespace of its own.
  public static Credentials of(int uid, int gid) {
    return of(uid, gid, UserNamespace.initial());
  }

  /// A user with one group; uid 0 has all capabilities.
  public static Credentials of(int uid, int gid, UserNamespace namespace) {
    long caps = uid == 0 ? Capability.ALL : 0;
    return new Credentials(
        uid,
        uid,
        uid,
        uid,
        gid,
        gid,
        gid,
        gid,
        List.of(),
        caps,
        caps,
        0,
        Capability.ALL,
        0,
        0,
        namespace);
  }

  /// Says whether it has a capability over the whole machine: in the first user namespace (Linux's
  /// `capable()`).
  public boolean has(Capability capability) {
    return userNamespace.isInitial() && hasHere(capability);
  }

  /// Says whether it has a capability in its own user namespace (`ns_capable(current_user_ns())`).
  public boolean hasHere(Capability capability) {
    return (effective & capability.bit()) != 0;
  }

  /// Says whether it has a capability over an inode with this owner and this group, which both must
  /// have names in its user namespace (Linux's `capable_wrt_inode_uidgid()`).
  public boolean hasOver(int owner, int group, Capability capability) {
    return hasHere(capability) && userNamespace.hasUid(owner) && userNamespace.hasGid(group);
  }

  /// Says whether an id is that of its user namespace's root.
  public boolean isRoot(int kuid) {
    return kuid == userNamespace.kuid(0);
  }

  /// Says whether it has a capability over what belongs to a user namespace (Linux's
  /// `ns_capable()`): by having it in that namespace or one above, or by owning one of these.
  public boolean hasIn(UserNamespace target, Capability capability) {
    for (UserNamespace at = target; ; ) {
      if (at == userNamespace) {
        return hasHere(capability);
      }
      UserNamespace above = at.parent();
      if (above == null || at.level() <= userNamespace.level()) {
        return false;
      }
      if (above == userNamespace && at.owner() == euid) {
        return true;
      }
      at = above;
    }
  }

  /// Says whether `group` is the file system group or a supplementary one.
  public boolean inGroup(int group) {
    return fsgid == group || groups.contains(group);
  }

  /// The same with real instead of effective ids, as access(2) wants to know about: root's
  /// capabilities come and go with the real user id.
  public Credentials asReal() {
    Credentials real = withUids(uid, uid, suid, uid).withGids(gid, gid, sgid, gid);
    if ((securebits & Securebits.NO_SETUID_FIXUP) != 0) {
      return real;
    }
    return real.withCapabilities(permitted, isRoot(uid) ? permitted : 0, inheritable);
  }

  public Credentials withUids(int uid, int euid, int suid, int fsuid) {
    return changed(c -> {
      c.uid = uid;
      c.euid = euid;
      c.suid = suid;
      c.fsuid = fsuid;
    });
  }

  public Credentials withGids(int gid, int egid, int sgid, int fsgid) {
    return changed(c -> {
      c.gid = gid;
      c.egid = egid;
      c.sgid = sgid;
      c.fsgid = fsgid;
    });
  }

  public Credentials withGroups(List<Integer> groups) {
    return changed(c -> c.groups = groups);
  }

  public Credentials withCapabilities(long permitted, long effective, long inheritable) {
    return changed(c -> {
      c.permitted = permitted;
      c.effective = effective;
      c.inheritable = inheritable;
    });
  }

  public Credentials withBounding(long bounding) {
    return changed(c -> c.bounding = bounding);
  }

  public Credentials withAmbient(long ambient) {
    return changed(c -> c.ambient = ambient);
  }

  public Credentials withSecurebits(int securebits) {
    return changed(c -> c.securebits = securebits);
  }

  /// Inside another user namespace, with every capability there and none outside (Linux's
  /// `set_cred_user_ns()`).
  public Credentials in(UserNamespace namespace) {
    return changed(c -> {
      c.userNamespace = namespace;
      c.securebits = 0;
      c.permitted = Capability.ALL;
      c.effective = Capability.ALL;
      c.inheritable = 0;
      c.bounding = Capability.ALL;
      c.ambient = 0;
    });
  }

  private Credentials changed(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.credentials();
  }

  /// Credentials in the making.
  private static final class Draft {
    private int uid;
    private int euid;
    private int suid;
    private int fsuid;
    private int gid;
    private int egid;
    private int sgid;
    private int fsgid;
    private List<Integer> groups;
    private long permitted;
    private long effective;
    private long inheritable;
    private long bounding;
    private long ambient;
    private int securebits;
    private UserNamespace userNamespace;

    Draft(Credentials from) {
      uid = from.uid;
      euid = from.euid;
      suid = from.suid;
      fsuid = from.fsuid;
      gid = from.gid;
      egid = from.egid;
      sgid = from.sgid;
      fsgid = from.fsgid;
      groups = from.groups;
      permitted = from.permitted;
      effective = from.effective;
      inheritable = from.inheritable;
      bounding = from.bounding;
      ambient = from.ambient;
      securebits = from.securebits;
      userNamespace = from.userNamespace;
    }

    Credentials credentials() {
      return new Credentials(
          uid,
          euid,
          suid,
          fsuid,
          gid,
          egid,
          sgid,
          fsgid,
          groups,
          permitted,
          effective,
          inheritable,
          bounding,
          ambient,
          securebits,
          userNamespace);
    }
  }
}
