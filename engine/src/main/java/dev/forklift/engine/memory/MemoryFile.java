package dev.forklift.engine.memory;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A file of memory: what tmpfs files, the page cache of host files, memfds, System V shared memory
/// and shared anonymous mappings are made of.
///
/// Pages appear when first touched, filled from the source if there is one. Mappings of the file in
/// any space show its frames directly, so reads, writes and mappings always agree. Shrinking it
/// takes the pages behind the new end away from every space that maps them.
///
/// (Contract; the implementation below it is under construction.)
public final class MemoryFile {
  /// Where pages that were never touched come from.
  @FunctionalInterface
  public interface Source {
    /// Fills `page` with the bytes at `offset`; what lies past the source's end stays zero.
    void fill(long offset, byte[] page) throws IOException;
  }

  private final FrameBudget budget;
  private final int pageShift;
  private final @Nullable Source source;

  /// An empty file.
  public MemoryFile(FrameBudget budget, int pageShift, @Nullable Source source, long size) {
    this.budget = budget;
    this.pageShift = pageShift;
    this.source = source;
  }
}
