package dev.forklift.engine.memory;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import jdk.jfr.FlightRecorder;

/// What has been dropped of the translations of all guests of one kernel: sums, and an event of
/// Java Flight Recorder for each page.
public final class CodeDrops {
  private static final int REASONS = DropReason.values().length;

  private final AtomicLongArray pages = new AtomicLongArray(REASONS);
  private final AtomicLongArray regions = new AtomicLongArray(REASONS);
  private final AtomicLongArray blocks = new AtomicLongArray(REASONS);

  private final AtomicLong allRegions = new AtomicLong();

  CodeDrops() {}

  /// How much hot code was dropped, for whatever reason.
  long regions() {
    return allRegions.get();
  }

  /// How often something of a page was dropped.
  public long pages(DropReason reason) {
    return pages.get(reason.ordinal());
  }

  /// How much hot code was dropped.
  public long regions(DropReason reason) {
    return regions.get(reason.ordinal());
  }

  /// How much cold code was dropped.
  public long blocks(DropReason reason) {
    return blocks.get(reason.ordinal());
  }

  /// Something of a page has been dropped, unless both are zero. The frame's monitor is held.
  void add(long page, int droppedRegions, int droppedBlocks, DropReason reason) {
    if (droppedRegions + droppedBlocks == 0) {
      return;
    }
    pages.incrementAndGet(reason.ordinal());
    allRegions.addAndGet(droppedRegions);
    regions.addAndGet(reason.ordinal(), droppedRegions);
    blocks.addAndGet(reason.ordinal(), droppedBlocks);
    if (!FlightRecorder.isInitialized()) {
      return;
    }
    CodeDroppedEvent event = new CodeDroppedEvent();
    if (event.shouldCommit()) {
      event.page = page;
      event.regions = droppedRegions;
      event.blocks = droppedBlocks;
      event.reason = reason.name();
      event.commit();
    }
  }
}
