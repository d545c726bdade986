package dev.forklift.kernel.cgroup;

import dev.forklift.kernel.abi.Errno;
import org.jspecify.annotations.Nullable;

/// The tasks of a control group and all groups below it, counted and limited: the pids controller.
///
/// Ended tasks count until they have been waited for. Only new tasks meet the limit; those that
/// move in do not.
public final class PidsCounter {
  /// No limit. Pids end before it, so that no limit is as high.
  public static final long UNLIMITED = 32769;

  private final @Nullable PidsCounter parent;
  private final Notice eventsChanged = new Notice();
  private final Notice localEventsChanged = new Notice();
  private long limit = UNLIMITED;
  private long current;
  private long peak;
  private long events;
  private long localEvents;
  private long refusedForks;

  /// @param parent that of the group above; null below the root, which counts nothing
  PidsCounter(@Nullable PidsCounter parent) {
    this.parent = parent;
  }

  /// The limit, [#UNLIMITED] for none.
  public long limit() {
    return limit;
  }

  public void setLimit(long limit) {
    this.limit = limit;
  }

  public long current() {
    return current;
  }

  /// The most there have ever been.
  public long peak() {
    return peak;
  }

  /// How often this limit or one below has kept a task from being made.
  public long events() {
    return events;
  }

  /// How often this very limit has.
  public long localEvents() {
    return localEvents;
  }

  /// How often a task of this very group could not be made, whosever limit it was.
  public long refusedForks() {
    return refusedForks;
  }

  public Notice eventsChanged() {
    return eventsChanged;
  }

  public Notice localEventsChanged() {
    return localEventsChanged;
  }

  /// Counts a new task.
  ///
  /// @param countedHere whether refusals are told where the task would have been instead of where
  ///   the limit is
  /// @throws Errno EAGAIN if there are as many as may be, here or further up
  void chargeNew(boolean countedHere) throws Errno {
    for (PidsCounter up = this; up != null; up = up.parent) {
      if (up.current >= up.limit) {
        for (PidsCounter below = this; below != up && below != null; below = below.parent) {
          below.current--;
        }
        refused(up, countedHere);
        throw Errno.EAGAIN;
      }
      up.add();
    }
  }

  private void refused(PidsCounter by, boolean countedHere) {
    refusedForks++;
    if (countedHere) {
      localEventsChanged.changed();
      return;
    }
    by.localEvents++;
    by.localEventsChanged.changed();
    for (PidsCounter up = by; up != null; up = up.parent) {
      up.events++;
      up.eventsChanged.changed();
    }
  }

  /// Counts a task that moves in.
  void charge() {
    for (PidsCounter up = this; up != null; up = up.parent) {
      up.add();
    }
  }

  /// A task is gone.
  void uncharge() {
    for (PidsCounter up = this; up != null; up = up.parent) {
      up.current--;
    }
  }

  private void add() {
    current++;
    peak = Math.max(peak, current);
  }
}
