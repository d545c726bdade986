package dev.forklift.kernel.cred;

import java.util.List;

/// Who a task is (credentials(7)). Immutable: changing it means giving the task another one.
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
    int securebits) {

  public Credentials {
    groups = List.copyOf(groups);
  }

  /// A user with one group; uid 0 has all capabilities.
  public static Credentials of(int uid, int gid) {
    long caps = uid == 0 ? Capability.ALL : 0;
    return new Credentials(
        uid, uid, uid, uid, gid, gid, gid, gid, List.of(), caps, caps, 0, Capability.ALL, 0, 0);
  }

  public boolean has(Capability capability) {
    return (effective & capability.bit()) != 0;
  }

  /// Says whether `group` is the file system group or a supplementary one.
  public boolean inGroup(int group) {
    return fsgid == group || groups.contains(group);
  }

  /// The same with real instead of effective ids, as access(2) wants to know about: root's
  /// capabilities come and go with the real user id.
  public Credentials asReal() {
    return withUids(uid, uid, suid, uid)
        .withGids(gid, gid, sgid, gid)
        .withCapabilities(permitted, uid == 0 ? permitted : 0, inheritable);
  }

  public Credentials withUids(int uid, int euid, int suid, int fsuid) {
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
        securebits);
  }

  public Credentials withGids(int gid, int egid, int sgid, int fsgid) {
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
        securebits);
  }

  public Credentials withGroups(List<Integer> groups) {
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
        securebits);
  }

  public Credentials withCapabilities(long permitted, long effective, long inheritable) {
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
        securebits);
  }

  public Credentials withBounding(long bounding) {
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
        securebits);
  }

  public Credentials withAmbient(long ambient) {
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
        securebits);
  }

  public Credentials withSecurebits(int securebits) {
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
        securebits);
  }
}
