package dev.forklift.kernel.cred;

import dev.forklift.kernel.abi.Errno;

/// How capability sets change: with user ids, by capset(2) and by prctl(2) (capabilities(7)).
public final class CapabilityChanges {
  /// What belongs to the file system user id 0.
  private static final long FILE_SYSTEM =
      Capability.CHOWN.bit()
          | Capability.MKNOD.bit()
          | Capability.DAC_OVERRIDE.bit()
          | Capability.DAC_READ_SEARCH.bit()
          | Capability.FOWNER.bit()
          | Capability.FSETID.bit()
          | Capability.LINUX_IMMUTABLE.bit()
          | Capability.MAC_OVERRIDE.bit();

  private CapabilityChanges() {}

  /// Real, effective or saved user ids have changed from those of `old` to those of `now`.
  static Credentials afterUids(Credentials old, Credentials now) {
    if (isSecure(old, Securebits.NO_SETUID_FIXUP)) {
      return now;
    }
    long permitted = now.permitted();
    long effective = now.effective();
    long ambient = now.ambient();
    if (hasRootId(old) && !hasRootId(now)) {
      if (!isSecure(old, Securebits.KEEP_CAPS)) {
        permitted = 0;
        effective = 0;
      }
      // Whether or not capabilities are kept: setuid and then execve has always dropped them.
      ambient = 0;
    }
    if (old.isRoot(old.euid()) && !now.isRoot(now.euid())) {
      effective = 0;
    }
    if (!old.isRoot(old.euid()) && now.isRoot(now.euid())) {
      effective = permitted;
    }
    return now.withCapabilities(permitted, effective, now.inheritable()).withAmbient(ambient);
  }

  /// The file system user id has changed by itself.
  static Credentials afterFsuid(Credentials old, Credentials now) {
    if (isSecure(old, Securebits.NO_SETUID_FIXUP)) {
      return now;
    }
    long effective = now.effective();
    if (old.isRoot(old.fsuid()) && !now.isRoot(now.fsuid())) {
      effective &= ~FILE_SYSTEM;
    }
    if (!old.isRoot(old.fsuid()) && now.isRoot(now.fsuid())) {
      effective |= FILE_SYSTEM & now.permitted();
    }
    return now.withCapabilities(now.permitted(), effective, now.inheritable());
  }

  /// capset(2). Bits of capabilities that do not exist are ignored.
  public static Credentials capset(
      Credentials old, long effective, long permitted, long inheritable) throws Errno {
    long valid = Capability.ALL;
    long e = effective & valid;
    long p = permitted & valid;
    long i = inheritable & valid;
    if (!old.hasHere(Capability.SETPCAP) && !isSubset(i, old.inheritable() | old.permitted())) {
      throw Errno.EPERM;
    }
    if (!isSubset(i, old.inheritable() | old.bounding())
        || !isSubset(p, old.permitted())
        || !isSubset(e, p)) {
      throw Errno.EPERM;
    }
    return old.withCapabilities(p, e, i).withAmbient(old.ambient() & p & i);
  }

  /// PR_CAPBSET_DROP.
  public static Credentials dropBounding(Credentials old, long capability) throws Errno {
    if (!old.hasHere(Capability.SETPCAP)) {
      throw Errno.EPERM;
    }
    return old.withBounding(old.bounding() & ~bit(capability));
  }

  /// PR_SET_SECUREBITS.
  public static Credentials setSecurebits(Credentials old, long bits) throws Errno {
    int locked = (old.securebits() & Securebits.ALL_LOCKS) >> 1;
    boolean changesLocked = (locked & (old.securebits() ^ bits)) != 0;
    boolean unlocks = (old.securebits() & Securebits.ALL_LOCKS & ~bits) != 0;
    boolean unknown = (bits & ~(Securebits.ALL_LOCKS | Securebits.ALL_BITS)) != 0;
    if (changesLocked || unlocks || unknown || !old.hasHere(Capability.SETPCAP)) {
      throw Errno.EPERM;
    }
    return old.withSecurebits((int) bits);
  }

  /// PR_SET_KEEPCAPS.
  public static Credentials setKeepCaps(Credentials old, long value) throws Errno {
    if (value != 0 && value != 1) {
      throw Errno.EINVAL;
    }
    if (isSecure(old, Securebits.KEEP_CAPS_LOCKED)) {
      throw Errno.EPERM;
    }
    int others = old.securebits() & ~Securebits.KEEP_CAPS;
    return old.withSecurebits(value == 1 ? others | Securebits.KEEP_CAPS : others);
  }

  /// PR_CAP_AMBIENT_RAISE: only what is both permitted and inheritable.
  public static Credentials raiseAmbient(Credentials old, long capability) throws Errno {
    long bit = bit(capability);
    if ((old.permitted() & bit) == 0
        || (old.inheritable() & bit) == 0
        || isSecure(old, Securebits.NO_CAP_AMBIENT_RAISE)) {
      throw Errno.EPERM;
    }
    return old.withAmbient(old.ambient() | bit);
  }

  /// PR_CAP_AMBIENT_LOWER.
  public static Credentials lowerAmbient(Credentials old, long capability) throws Errno {
    return old.withAmbient(old.ambient() & ~bit(capability));
  }

  /// The bit of a capability that a guest names by its number; EINVAL if there is none.
  public static long bit(long capability) throws Errno {
    if (capability < 0 || capability >= Capability.values().length) {
      throw Errno.EINVAL;
    }
    return 1L << capability;
  }

  private static boolean isSecure(Credentials who, int bit) {
    return (who.securebits() & bit) != 0;
  }

  private static boolean hasRootId(Credentials who) {
    return who.isRoot(who.uid()) || who.isRoot(who.euid()) || who.isRoot(who.suid());
  }

  private static boolean isSubset(long some, long all) {
    return (some & ~all) == 0;
  }
}
