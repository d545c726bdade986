package dev.forklift.engine.memory;

import java.util.Arrays;

/// Where a computed jump has gone to so far, as far as that is on its own page: the cases of a
/// switch, mostly.
///
/// Threads may add at the same time.
public final class JumpTargets {
  /// So many are kept.
  static final int MOST = 128;

  /// What one with no targets takes on the host, with its place among those of the page.
  static final long BYTES = 128;

  private final CodePage page;
  private final long end;

  // Written holding the monitor of the page's frame.
  private volatile long[] all = {};

  /// @param end the address behind the jump
  JumpTargets(CodePage page, long end) {
    this.page = page;
    this.end = end;
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
    return page.addTarget(this, end, target);
  }

  /// Called by the page only.
  void append(long target) {
    long[] before = all;
    long[] after = Arrays.copyOf(before, before.length + 1);
    after[before.length] = target;
    all = after;
  }

  /// Takes a translation of the page away, so that another is made, which knows more targets.
  public void outdate(CodePage.Translation translation) {
    page.outdate(translation);
  }
}
