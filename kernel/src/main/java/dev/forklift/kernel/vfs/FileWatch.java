package dev.forklift.kernel.vfs;

/// Somebody who is told what happens to a file, and in a directory to what is in it.
public interface FileWatch {
  /// Called under the kernel lock; must not sleep.
  void happened(FileEvent event);

  /// The file is gone: nothing will happen to it any more.
  void ended();
}
