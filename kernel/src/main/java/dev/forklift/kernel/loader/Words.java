package dev.forklift.kernel.loader;

import dev.forklift.kernel.arch.LinuxAbi;

/// Arithmetic on the guest's unsigned words, which wrap around.
final class Words {
  private final long mask;
  private final long pageBytes;
  private final long taskSize;

  Words(LinuxAbi abi) {
    mask = abi.dataModel().is64Bit() ? -1 : 0xffff_ffffL;
    pageBytes = 1L << abi.memoryLayout().pageShift();
    taskSize = abi.memoryLayout().taskSize();
  }

  long wrap(long value) {
    return value & mask;
  }

  long pageBytes() {
    return pageBytes;
  }

  long pageStart(long value) {
    return value & -pageBytes;
  }

  long pageOffset(long value) {
    return value & (pageBytes - 1);
  }

  long pageAlign(long value) {
    return wrap(value + pageBytes - 1) & -pageBytes;
  }

  static boolean isLess(long a, long b) {
    return Long.compareUnsigned(a, b) < 0;
  }

  static long max(long a, long b) {
    return isLess(a, b) ? b : a;
  }

  /// Says whether no user address can have this value.
  boolean isBad(long address) {
    return !isLess(address, taskSize);
  }

  /// Says whether a segment's place in memory makes no sense.
  boolean isBad(ElfSegment segment, long address) {
    return isBad(address)
        || isLess(segment.memorySize(), segment.fileSize())
        || isLess(taskSize, segment.memorySize())
        || isLess(taskSize - segment.memorySize(), address);
  }
}
