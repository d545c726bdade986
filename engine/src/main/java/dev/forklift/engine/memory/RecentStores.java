package dev.forklift.engine.memory;

/// Where a page with code has been stored to lately, and when, so that code which is being
/// translated meanwhile need not be given up for a store beside it: Nios II Linux keeps a register
/// in the page of its handler of TLB misses, in each of them.
final class RecentStores {
  /// So many places are remembered.
  private static final int MOST = 8;

  private final int[] starts = new int[MOST];
  private final int[] ends = new int[MOST];
  private final int[] stamps = new int[MOST];
  private int count;

  /// What is not remembered was not later than this.
  private int forgotten;

  private boolean hasForgotten;

  /// There was a store. Stamps only grow.
  void add(int from, int to, int stamp) {
    int at = place(from, to);
    if (at == MOST) {
      at = oldest();
      forgotten = stamps[at];
      hasForgotten = true;
    }
    count = Math.max(count, at + 1);
    starts[at] = from;
    ends[at] = to;
    stamps[at] = stamp;
  }

  private int place(int from, int to) {
    for (int i = 0; i < count; i++) {
      if (starts[i] == from && ends[i] == to) {
        return i;
      }
    }
    return count;
  }

  private int oldest() {
    int oldest = 0;
    for (int i = 1; i < MOST; i++) {
      if (stamps[i] - stamps[oldest] < 0) {
        oldest = i;
      }
    }
    return oldest;
  }

  /// Whether there may have been a store into a range of bytes behind `stamp`.
  boolean hasHit(int from, int to, int stamp) {
    if (hasForgotten && forgotten - stamp > 0) {
      return true;
    }
    for (int i = 0; i < count; i++) {
      if (starts[i] < to && ends[i] > from && stamps[i] - stamp > 0) {
        return true;
      }
    }
    return false;
  }
}
