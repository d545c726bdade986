package dev.forklift.kernel.mm;

import dev.forklift.kernel.abi.Mman;

/// The arguments of mmap(2), without the file.
///
/// @param pageOffset where in the file, in pages
public record MmapRequest(long address, long length, int protection, int flags, long pageOffset) {
  /// Private anonymous memory, wherever there is room.
  public static MmapRequest anonymous(long length, int protection) {
    return new MmapRequest(0, length, protection, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, 0);
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  int type() {
    return flags & Mman.MAP_TYPE;
  }

  boolean isFixed() {
    return has(Mman.MAP_FIXED | Mman.MAP_FIXED_NOREPLACE);
  }
}
