package dev.forklift.board.share;

import dev.forklift.engine.host.HostCalls;
import dev.forklift.engine.host.HostCalls.Call;
import dev.forklift.engine.host.HostError;

/// Whose the host's files are in the guest: those of the user who runs Forklift belong to root, who
/// owns the guest; all others are shown by their number.
record Owners(int hostUid, int hostGid) {
  /// With the user who runs this process.
  static Owners ofThisProcess() throws HostError {
    HostCalls calls = HostCalls.get();
    return new Owners(
        (int) calls.call(Call.GETEUID, 0, 0, 0), (int) calls.call(Call.GETEGID, 0, 0, 0));
  }

  int shownUid(int uid) {
    return uid == hostUid ? 0 : uid;
  }

  int shownGid(int gid) {
    return gid == hostGid ? 0 : gid;
  }

  int realUid(int uid) {
    return uid == 0 ? hostUid : uid;
  }

  int realGid(int gid) {
    return gid == 0 ? hostGid : gid;
  }
}
