package dev.forklift.engine.memory;

/// An address space as the files that it maps see it. Called without any lock of the file's.
interface Mapper {
  /// Sends the next store to any of the file's pages from `first` to before `end` the slow way.
  /// When it returns, no store that went the fast way is still under way.
  void revokeStores(MemoryFile file, long first, long end);

  /// Takes away everything that is mapped of the file from page `first` on, private copies
  /// included.
  void cutOff(MemoryFile file, long first);
}
