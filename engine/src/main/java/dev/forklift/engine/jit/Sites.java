package dev.forklift.engine.jit;

import dev.forklift.engine.cpu.Exit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The places in a region where it can stop inside of a block.
final class Sites {
  /// Where and why.
  ///
  /// @param pc the instruction
  /// @param next the address behind it
  /// @param executed instructions executed since the block began
  /// @param dirty registers to be given back there
  /// @param exit what to come back with; null for an access that the evaluator is to make
  /// @param code the number that belongs to it
  record Site(long pc, long next, int executed, BitSet dirty, @Nullable Exit exit, int code) {}

  private final List<Site> all = new ArrayList<>();

  /// The number of a new site.
  int add(Site site) {
    all.add(site);
    return all.size() - 1;
  }

  Site get(int number) {
    return all.get(number);
  }
}
