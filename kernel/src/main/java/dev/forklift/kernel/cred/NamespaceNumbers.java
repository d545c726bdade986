package dev.forklift.kernel.cred;

import java.util.BitSet;

/// Inode numbers of namespaces. The first one of most kinds has a number of its own, all others get
/// the lowest that is free.
final class NamespaceNumbers {
  private static final long FIRST_DYNAMIC = 0xf000_0000L;

  private final BitSet taken = new BitSet();

  static long ofFirst(NamespaceKind kind) {
    return switch (kind) {
      case IPC -> 0xefff_ffffL;
      case UTS -> 0xefff_fffeL;
      case USER -> 0xefff_fffdL;
      case PID -> 0xefff_fffcL;
      case CGROUP -> 0xefff_fffbL;
      case TIME -> 0xefff_fffaL;
      // Linux 6.12 gives these two the first that are free.
      case NET -> FIRST_DYNAMIC;
      case MNT -> FIRST_DYNAMIC + 1;
    };
  }

  NamespaceNumbers() {
    taken.set(0, 2);
  }

  long next() {
    int free = taken.nextClearBit(0);
    taken.set(free);
    return FIRST_DYNAMIC + free;
  }

  void free(long number) {
    if (number >= FIRST_DYNAMIC) {
      taken.clear((int) (number - FIRST_DYNAMIC));
    }
  }
}
