package dev.forklift.engine.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The regions of one address space, in order: where they are split and merged.
///
/// Not thread-safe: the space's lock guards it. Knows nothing of pages.
final class RegionMap {
  private final NavigableMap<Long, Region> byStart = new TreeMap<>();

  /// The region at `address`, or null.
  @Nullable Region at(long address) {
    Map.Entry<Long, Region> entry = byStart.floorEntry(address);
    return entry != null && address < entry.getValue().end() ? entry.getValue() : null;
  }

  /// The lowest region whose end lies above `address`, or null.
  @Nullable Region atOrAbove(long address) {
    Region here = at(address);
    if (here != null) {
      return here;
    }
    Map.Entry<Long, Region> entry = byStart.ceilingEntry(address);
    return entry == null ? null : entry.getValue();
  }

  List<Region> all() {
    return List.copyOf(byStart.values());
  }

  /// What is mapped in the range, cut to it, in order.
  List<Region> within(long start, long end) {
    List<Region> found = new ArrayList<>();
    for (Region r = atOrAbove(start); r != null && r.start() < end; r = atOrAbove(r.end())) {
      found.add(r.part(Math.max(start, r.start()), Math.min(end, r.end())));
    }
    return found;
  }

  /// Puts a region where nothing is mapped, and merges it with its neighbours.
  void add(Region region) {
    byStart.put(region.start(), region);
    mergeAt(region.end());
    mergeAt(region.start());
  }

  /// Takes everything in the range out, and answers it, cut to the range.
  List<Region> remove(long start, long end) {
    if (start == end) {
      return List.of();
    }
    splitAt(start);
    splitAt(end);
    NavigableMap<Long, Region> range = byStart.subMap(start, true, end, false);
    List<Region> removed = List.copyOf(range.values());
    range.clear();
    return removed;
  }

  /// Replaces everything in the range by what `change` makes of it; the change must keep places.
  void change(long start, long end, UnaryOperator<Region> change) {
    for (Region region : remove(start, end)) {
      add(change.apply(region));
    }
  }

  private void splitAt(long address) {
    Region region = at(address);
    if (region != null && region.start() < address) {
      byStart.put(region.start(), region.part(region.start(), address));
      byStart.put(address, region.part(address, region.end()));
    }
  }

  private void mergeAt(long address) {
    Region high = byStart.get(address);
    Map.Entry<Long, Region> below = byStart.lowerEntry(address);
    if (high != null && below != null && below.getValue().continuesIn(high)) {
      byStart.remove(address);
      byStart.put(below.getKey(), below.getValue().with(high));
    }
  }
}
