package dev.forklift.kernel.fs.host;

import dev.forklift.engine.host.HostCalls;
import dev.forklift.engine.host.HostCalls.Call;
import dev.forklift.engine.host.HostStatus;
import dev.forklift.kernel.abi.Errno;

/// Whose files the guest's user has: those of the user who runs Forklift. All others are shown by
/// their number.
///
/// @param hostUid who runs Forklift
/// @param uid who that is in the guest
public record HostIdentity(int hostUid, int hostGid, int uid, int gid) {
  /// The guest's user and group for those of this process.
  public static HostIdentity as(int uid, int gid) {
    if (!HostCalls.areAvailable()) {
      return new HostIdentity(-1, -1, uid, gid);
    }
    LinuxCalls calls = LinuxCalls.get();
    try {
      return new HostIdentity(
          (int) calls.call(Call.GETEUID, 0, 0, 0),
          (int) calls.call(Call.GETEGID, 0, 0, 0),
          uid,
          gid);
    } catch (Errno e) {
      throw new IllegalStateException("who am I", e);
    }
  }

  int shownUid(HostStatus status) {
    return status.uid() == hostUid ? uid : status.uid();
  }

  int shownGid(HostStatus status) {
    return status.gid() == hostGid ? gid : status.gid();
  }
}
