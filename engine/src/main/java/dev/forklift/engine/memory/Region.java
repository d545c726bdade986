package dev.forklift.engine.memory;

import org.jspecify.annotations.Nullable;

/// One run of pages with the same backing and permissions: what Linux calls a VMA.
///
/// @param start first address, a multiple of the page size
/// @param end first address behind it
/// @param protection bits of [Protection]
/// @param file what backs it, or null for private anonymous memory
/// @param offset byte offset in `file` of `start`
/// @param shared whether stores are seen by every other user of `file` (MAP_SHARED)
/// @param tag what the kernel wants to remember of it (flags, name, open file); regions with equal
///     tags may be merged
public record Region(
    long start,
    long end,
    int protection,
    @Nullable MemoryFile file,
    long offset,
    boolean shared,
    @Nullable Object tag) {

  public long length() {
    return end - start;
  }

  public boolean contains(long address) {
    return Long.compareUnsigned(address, start) >= 0 && Long.compareUnsigned(address, end) < 0;
  }
}
