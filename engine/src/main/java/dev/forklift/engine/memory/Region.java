package dev.forklift.engine.memory;

import java.util.Objects;
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
///   tags may be merged
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

  /// The part that lies in `[from, to)`, which must lie inside.
  Region part(long from, long to) {
    long newOffset = file == null ? 0 : offset + (from - start);
    return new Region(from, to, protection, file, newOffset, shared, tag);
  }

  /// The same at another place.
  Region movedBy(long distance) {
    return new Region(start + distance, end + distance, protection, file, offset, shared, tag);
  }

  Region withProtection(int newProtection) {
    return new Region(start, end, newProtection, file, offset, shared, tag);
  }

  Region withTag(@Nullable Object newTag) {
    return new Region(start, end, protection, file, offset, shared, newTag);
  }

  /// Whether `next` begins where this one ends, and both are the same otherwise.
  boolean continuesIn(Region next) {
    return end == next.start
        && protection == next.protection
        && file == next.file
        && shared == next.shared
        && (file == null || offset + length() == next.offset)
        && Objects.equals(tag, next.tag);
  }

  /// This one and the next as one.
  Region with(Region next) {
    return new Region(start, next.end, protection, file, offset, shared, tag);
  }
}
