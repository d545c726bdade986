package dev.forklift.kernel.cred;

import dev.forklift.kernel.abi.Errno;
import java.util.HashMap;
import java.util.Map;

/// How many namespaces each user has made in one user namespace and those below it, and how many
/// may be (/proc/sys/user).
final class NamespaceCounts {
  private static final int KINDS = NamespaceKind.values().length;

  private final Map<Integer, int[]> used = new HashMap<>(0);
  private final int[] limits = new int[KINDS];

  NamespaceCounts() {
    for (int i = 0; i < KINDS; i++) {
      limits[i] = Integer.MAX_VALUE;
    }
  }

  int limit(NamespaceKind kind) {
    return limits[kind.ordinal()];
  }

  void setLimit(NamespaceKind kind, int limit) {
    limits[kind.ordinal()] = limit;
  }

  void add(int uid, NamespaceKind kind) throws Errno {
    int[] counts = used.computeIfAbsent(uid, _ -> new int[KINDS]);
    if (counts[kind.ordinal()] >= limits[kind.ordinal()]) {
      throw Errno.ENOSPC;
    }
    counts[kind.ordinal()]++;
  }

  void remove(int uid, NamespaceKind kind) {
    int[] counts = used.get(uid);
    if (counts == null) {
      throw new IllegalStateException("user " + uid + " has no " + kind.text() + " namespace");
    }
    counts[kind.ordinal()]--;
  }
}
