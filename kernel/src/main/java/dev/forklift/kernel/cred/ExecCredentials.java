package dev.forklift.kernel.cred;

/// What execve(2) makes of credentials (capabilities(7)).
///
/// @param credentials of the new program
/// @param secure whether the program has more rights than its caller: AT_SECURE
public record ExecCredentials(Credentials credentials, boolean secure) {
  /// Files have no capabilities of their own here, only owners.
  ///
  /// @param setUid the kernel's id of the user that the file sets, or -1
  /// @param setGid the kernel's id of the group that the file sets, or -1
  /// @param noNewPrivileges whether the new program must not be able to do more than the old one
  public static ExecCredentials of(
      Credentials old, int setUid, int setGid, boolean noNewPrivileges) {
    int euid = setUid == -1 ? old.euid() : setUid;
    int egid = setGid == -1 ? old.egid() : setGid;
    boolean rootIsSpecial = (old.securebits() & Securebits.NOROOT) == 0;
    boolean fromRoot = rootIsSpecial && (old.isRoot(euid) || old.isRoot(old.uid()));
    long permitted = fromRoot ? old.bounding() | old.inheritable() : 0;
    boolean allEffective = rootIsSpecial && old.isRoot(euid);
    boolean setsIds = euid != old.uid() || egid != old.gid();
    boolean gains = (permitted & ~old.permitted()) != 0;
    if (noNewPrivileges && (setsIds || gains)) {
      euid = old.uid();
      egid = old.gid();
      permitted &= old.permitted();
    }
    long ambient = setsIds ? 0 : old.ambient();
    permitted |= ambient;
    Credentials now =
        old.withUids(old.uid(), euid, euid, euid)
            .withGids(old.gid(), egid, egid, egid)
            .withCapabilities(permitted, allEffective ? permitted : ambient, old.inheritable())
            .withAmbient(ambient)
            .withSecurebits(old.securebits() & ~Securebits.KEEP_CAPS);
    boolean secure =
        setsIds || (!old.isRoot(old.uid()) && (allEffective || (permitted & ~ambient) != 0));
    return new ExecCredentials(now, secure);
  }
}
