package dev.forklift.kernel.ipc;

import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.wait.Sleeper;

/// Who makes a call of System V IPC or on a message queue.
///
/// @param process its process id, by which it is remembered
public record IpcUser(Credentials credentials, Sleeper sleeper, Object process) {
  /// Seconds since 1970.
  long now() {
    return sleeper.clock().realtimeNanos() / 1_000_000_000;
  }
}
