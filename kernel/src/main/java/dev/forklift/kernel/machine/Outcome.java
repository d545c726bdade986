package dev.forklift.kernel.machine;

import dev.forklift.kernel.abi.Errno;
import org.jspecify.annotations.Nullable;

/// How a machine's program ended.
///
/// @param status the wait status
/// @param notStarted why it could not be executed at all, or null
public record Outcome(int status, @Nullable Errno notStarted) {
  /// Says whether a signal killed it.
  public boolean isSignalled() {
    return (status & 0x7f) != 0;
  }

  /// The signal that killed it.
  public int signal() {
    return status & 0x7f;
  }

  /// What a shell reports: the exit code, or 128 plus the signal.
  public int exitCode() {
    return isSignalled() ? 128 + signal() : (status >> 8) & 0xff;
  }
}
