package dev.forklift.kernel.machine;

import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.FileSystem;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.MountNamespace;
import java.io.IOException;

/// Makes the file systems that a guest begins with.
public interface RootBuilder {
  /// The file system at `/`.
  FileSystem root(FileSystems systems, FrameBudget budget) throws IOException;

  /// Mounts and creates what else there is to be, on behalf of task 0. /dev, /proc and the like
  /// come after it.
  default void populate(
      Caller caller, FileSystems systems, FrameBudget budget, MountNamespace mounts)
      throws Errno, IOException {}
}
