package dev.forklift.kernel.process;

import dev.forklift.kernel.signal.SigInfo;

/// Writes core files.
@FunctionalInterface
public interface CoreDumper {
  /// Dumps the task's process.
  ///
  /// @return whether a file has been written
  boolean dump(Task task, SigInfo info);
}
