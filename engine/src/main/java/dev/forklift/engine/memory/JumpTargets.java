package dev.forklift.engine.memory;

import java.util.Arrays;

/// Where a computed jump has gone to so far, as far as that is on its own page: the cases of a
/// switch, mostly.
///
/// Threads may add at the same time.
public final class JumpTargets {
  /// So many are kept.
  static final int MOST = 128;

  private final CodePage page;
  private volatile long[] all = {};

  JumpTargets(CodePage page) {
    this.page = page;
  }

  /// The targets, in the order in which they were seen.
  public long[] all() {
    return all.clone();
  }

  /// How many there are.
  public int count() {
    return all.length;
  }

  /// The jump goes to `target`. Answers whether that is kept here.
  public boolean add(long target) {
    if (target < page.address() || target >= page.end()) {
      return false;
    }
    for (long known : all) {
      if (known == target) {
        return true;
      }
    }
    return addNew(target);
  }

  private synchronized boolean addNew(long target) {
    long[] before = all;
    if (before.length == MOST) {
      return false;
    }
    long[] after = Arrays.copyOf(before, before.length + 1);
    after[before.length] = target;
    all = after;
    return true;
  }

  /// Takes a translation of the page away, so that another is made, which knows more targets.
  public void outdate(CodePage.Translation translation) {
    page.outdate(translation);
  }
}
