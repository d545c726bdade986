package dev.forklift.engine.cpu;

import dev.forklift.engine.memory.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;

/// Where a debugger wants guest code to stop: breakpoints, and ranges of memory that are watched.
///
/// Changed while nothing runs or while it does; what runs sees the change at its next block.
public final class StopPoints {
  /// Memory that is watched, for reads, writes or both.
  ///
  /// @param end the first address behind it
  public record Watch(long start, long end, boolean reads, boolean writes) {
    boolean covers(long address, long length, Access access) {
      return address < end && address + length > start && (access == Access.WRITE ? writes : reads);
    }
  }

  private volatile NavigableSet<Long> breakpoints = new TreeSet<>();
  private final List<Watch> watches = new CopyOnWriteArrayList<>();

  public synchronized void addBreakpoint(long address) {
    NavigableSet<Long> changed = new TreeSet<>(breakpoints);
    changed.add(address);
    breakpoints = changed;
  }

  public synchronized void removeBreakpoint(long address) {
    NavigableSet<Long> changed = new TreeSet<>(breakpoints);
    changed.remove(address);
    breakpoints = changed;
  }

  public void addWatch(Watch watch) {
    watches.add(watch);
  }

  public void removeWatch(Watch watch) {
    watches.remove(watch);
  }

  /// Forgets all of them.
  public synchronized void clear() {
    breakpoints = new TreeSet<>();
    watches.clear();
  }

  public boolean isBreakpoint(long address) {
    return breakpoints.contains(address);
  }

  boolean isBreakpointWithin(long start, long end) {
    Long next = breakpoints.ceiling(start);
    return next != null && next < end;
  }

  boolean areWatching() {
    return !watches.isEmpty();
  }

  /// The first watched address of an access, or -1.
  long watched(long address, long length, Access access) {
    for (Watch watch : watches) {
      if (watch.covers(address, length, access)) {
        return Math.max(address, watch.start());
      }
    }
    return -1;
  }

  /// What is watched now, a snapshot.
  public List<Watch> watches() {
    return new ArrayList<>(watches);
  }
}
