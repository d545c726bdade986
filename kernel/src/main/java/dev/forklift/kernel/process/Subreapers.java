package dev.forklift.kernel.process;

import java.util.ArrayDeque;
import java.util.Deque;

/// Processes that adopt the orphans below them (PR_SET_CHILD_SUBREAPER).
public final class Subreapers {
  private Subreapers() {}

  /// Makes a process a subreaper, or takes that back. All that descend from it, now or later, take
  /// note that there is one above them, and keep the note: it only says where to look.
  public static void set(ThreadGroup group, boolean value) {
    group.setChildSubreaper(value);
    if (!value) {
      return;
    }
    Deque<Task> toMark = new ArrayDeque<>(group.childList());
    while (!toMark.isEmpty()) {
      ThreadGroup below = toMark.pop().group();
      if (!below.hasSubreaperAbove() && !below.isInit()) {
        below.setHasSubreaperAbove(true);
        toMark.addAll(below.childList());
      }
    }
  }
}
