package dev.forklift.kernel.vfs;

import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.wait.Sleeper;

/// On whose behalf a file operation runs: the current task, as much of it as files may see.
public interface Caller {
  Credentials credentials();

  /// The task as one that can sleep.
  Sleeper sleeper();

  /// Its root, current folder and umask.
  FsContext fs();

  /// RLIMIT_FSIZE, in bytes.
  long fileSizeLimit();

  /// Sends a signal to the caller (SIGPIPE, SIGXFSZ).
  void raise(int signal);
}
