package dev.forklift.kernel.process;

import dev.forklift.kernel.signal.SigInfo;

/// Writes core files.
@FunctionalInterface
public interface CoreDumper {
  /// Dumps the task's process, whose tasks all stand still. The kernel lock is held, and may be
  /// given up meanwhile.
  ///
  /// @return whether a file has been written
  boolean dump(Task task, SigInfo info);
}
