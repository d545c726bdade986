package dev.forklift.kernel.vfs;

/// Takes the entries of a directory one by one.
@FunctionalInterface
public interface DirectorySink {
  /// Takes an entry.
  ///
  /// @param type `d_type`
  /// @param next the position behind this entry
  /// @return false if there is no room for it
  boolean add(String name, long ino, int type, long next);
}
