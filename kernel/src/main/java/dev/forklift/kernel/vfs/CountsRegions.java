package dev.forklift.kernel.vfs;

/// A file that counts the regions which show it, as a segment of shared memory does.
public interface CountsRegions {
  /// Regions have come, gone, or been split.
  ///
  /// @param change how many more there are, or fewer if it is negative
  /// @param lessShown whether some of what was shown in that memory is not any more
  void regionsChanged(int change, boolean lessShown);
}
