package dev.forklift.kernel.cred;

import dev.forklift.kernel.abi.Errno;

/// What the calls that set user and group ids make of credentials (credentials(7)). In calls with
/// several ids, -1 leaves one as it is.
///
/// The ids are those of the caller's user namespace; EINVAL if one is not mapped there.
public final class IdChanges {
  private static final int KEEP = -1;

  private IdChanges() {}

  /// setuid(2).
  public static Credentials setuid(Credentials old, int id) throws Errno {
    int uid = kuid(old, id);
    if (old.hasHere(Capability.SETUID)) {
      return changed(old, uid, uid, uid);
    }
    if (uid != old.uid() && uid != old.suid()) {
      throw Errno.EPERM;
    }
    return changed(old, old.uid(), uid, old.suid());
  }

  /// setreuid(2). The saved id follows the effective one if the real one is set, or if the
  /// effective one becomes another than the real one was.
  public static Credentials setreuid(Credentials old, int ruidId, int euidId) throws Errno {
    int ruid = kuidOrKeep(old, ruidId);
    int euid = kuidOrKeep(old, euidId);
    boolean privileged = old.hasHere(Capability.SETUID);
    if (ruid != KEEP && ruid != old.uid() && ruid != old.euid() && !privileged) {
      throw Errno.EPERM;
    }
    if (euid != KEEP && !isUid(old, euid) && !privileged) {
      throw Errno.EPERM;
    }
    int effective = or(euid, old.euid());
    boolean saves = ruid != KEEP || (euid != KEEP && euid != old.uid());
    return changed(old, or(ruid, old.uid()), effective, saves ? effective : old.suid());
  }

  /// setresuid(2). What changes nothing leaves the file system id as it is, too.
  public static Credentials setresuid(Credentials old, int ruidId, int euidId, int suidId)
      throws Errno {
    int ruid = kuidOrKeep(old, ruidId);
    int euid = kuidOrKeep(old, euidId);
    int suid = kuidOrKeep(old, suidId);
    boolean changesNothing =
        (ruid == KEEP || ruid == old.uid())
            && (euid == KEEP || (euid == old.euid() && euid == old.fsuid()))
            && (suid == KEEP || suid == old.suid());
    if (changesNothing) {
      return old;
    }
    boolean allOwn =
        (ruid == KEEP || isUid(old, ruid))
            && (euid == KEEP || isUid(old, euid))
            && (suid == KEEP || isUid(old, suid));
    if (!allOwn && !old.hasHere(Capability.SETUID)) {
      throw Errno.EPERM;
    }
    return changed(old, or(ruid, old.uid()), or(euid, old.euid()), or(suid, old.suid()));
  }

  /// setfsuid(2). Whoever may not, or names no id, changes nothing and is not told.
  public static Credentials setfsuid(Credentials old, int id) {
    int uid = old.userNamespace().kuid(id);
    boolean may = isUid(old, uid) || uid == old.fsuid() || old.hasHere(Capability.SETUID);
    if (uid == IdMap.NONE || !may) {
      return old;
    }
    return CapabilityChanges.afterFsuid(old, old.withUids(old.uid(), old.euid(), old.suid(), uid));
  }

  /// setgid(2).
  public static Credentials setgid(Credentials old, int id) throws Errno {
    int gid = kgid(old, id);
    if (old.hasHere(Capability.SETGID)) {
      return old.withGids(gid, gid, gid, gid);
    }
    if (gid != old.gid() && gid != old.sgid()) {
      throw Errno.EPERM;
    }
    return old.withGids(old.gid(), gid, old.sgid(), gid);
  }

  /// setregid(2), by the rules of [#setreuid].
  public static Credentials setregid(Credentials old, int rgidId, int egidId) throws Errno {
    int rgid = kgidOrKeep(old, rgidId);
    int egid = kgidOrKeep(old, egidId);
    boolean privileged = old.hasHere(Capability.SETGID);
    if (rgid != KEEP && rgid != old.gid() && rgid != old.egid() && !privileged) {
      throw Errno.EPERM;
    }
    if (egid != KEEP && !isGid(old, egid) && !privileged) {
      throw Errno.EPERM;
    }
    int effective = or(egid, old.egid());
    boolean saves = rgid != KEEP || (egid != KEEP && egid != old.gid());
    return old.withGids(or(rgid, old.gid()), effective, saves ? effective : old.sgid(), effective);
  }

  /// setresgid(2).
  public static Credentials setresgid(Credentials old, int rgidId, int egidId, int sgidId)
      throws Errno {
    int rgid = kgidOrKeep(old, rgidId);
    int egid = kgidOrKeep(old, egidId);
    int sgid = kgidOrKeep(old, sgidId);
    boolean changesNothing =
        (rgid == KEEP || rgid == old.gid())
            && (egid == KEEP || (egid == old.egid() && egid == old.fsgid()))
            && (sgid == KEEP || sgid == old.sgid());
    if (changesNothing) {
      return old;
    }
    boolean allOwn =
        (rgid == KEEP || isGid(old, rgid))
            && (egid == KEEP || isGid(old, egid))
            && (sgid == KEEP || isGid(old, sgid));
    if (!allOwn && !old.hasHere(Capability.SETGID)) {
      throw Errno.EPERM;
    }
    int effective = or(egid, old.egid());
    return old.withGids(or(rgid, old.gid()), effective, or(sgid, old.sgid()), effective);
  }

  /// setfsgid(2).
  public static Credentials setfsgid(Credentials old, int id) {
    int gid = old.userNamespace().kgid(id);
    boolean may = isGid(old, gid) || gid == old.fsgid() || old.hasHere(Capability.SETGID);
    return gid == IdMap.NONE || !may ? old : old.withGids(old.gid(), old.egid(), old.sgid(), gid);
  }

  private static Credentials changed(Credentials old, int uid, int euid, int suid) {
    return CapabilityChanges.afterUids(old, old.withUids(uid, euid, suid, euid));
  }

  private static int kuid(Credentials who, int id) throws Errno {
    return valid(who.userNamespace().kuid(id));
  }

  private static int kgid(Credentials who, int id) throws Errno {
    return valid(who.userNamespace().kgid(id));
  }

  private static int kuidOrKeep(Credentials who, int id) throws Errno {
    return id == KEEP ? KEEP : kuid(who, id);
  }

  private static int kgidOrKeep(Credentials who, int id) throws Errno {
    return id == KEEP ? KEEP : kgid(who, id);
  }

  private static int valid(int kid) throws Errno {
    if (kid == IdMap.NONE) {
      throw Errno.EINVAL;
    }
    return kid;
  }

  private static int or(int id, int current) {
    return id == KEEP ? current : id;
  }

  private static boolean isUid(Credentials who, int uid) {
    return uid == who.uid() || uid == who.euid() || uid == who.suid();
  }

  private static boolean isGid(Credentials who, int gid) {
    return gid == who.gid() || gid == who.egid() || gid == who.sgid();
  }
}
