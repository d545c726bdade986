package dev.forklift.kernel.cgroup;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Credentials;

/// A control group's folder: whoever may write to its `cgroup.procs` may move tasks there.
public interface CgroupAccess {
  /// The group.
  Cgroup cgroup();

  /// Checks that `who` may move tasks.
  ///
  /// @throws Errno EACCES
  void requireWrite(Credentials who) throws Errno;
}
