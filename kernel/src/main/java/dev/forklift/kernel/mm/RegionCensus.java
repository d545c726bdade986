package dev.forklift.kernel.mm;

import dev.forklift.engine.memory.Region;
import dev.forklift.kernel.vfs.CountsRegions;
import java.util.HashMap;
import java.util.Map;

/// How many regions show files that count them, before and after a change. Hardly ever any do, and
/// then nothing is made.
final class RegionCensus {
  private record Tally(int regions, long bytes) {
    Tally plus(Tally other) {
      return new Tally(regions + other.regions, bytes + other.bytes);
    }
  }

  private Map<CountsRegions, Tally> tallies = Map.of();

  /// A region stands there now (`sign` 1), or stood there before (-1).
  void count(Region region, int sign) {
    if (VmaMap.vma(region).file() instanceof CountsRegions file) {
      if (tallies.isEmpty()) {
        tallies = new HashMap<>();
      }
      tallies.merge(file, new Tally(sign, sign * region.length()), Tally::plus);
    }
  }

  /// Tells the files.
  void tell() {
    tallies.forEach((file, tally) -> {
      if (tally.regions != 0 || tally.bytes != 0) {
        file.regionsChanged(tally.regions, tally.bytes < 0);
      }
    });
  }
}
