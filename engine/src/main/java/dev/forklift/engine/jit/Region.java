package dev.forklift.engine.jit;

import dev.forklift.engine.cpu.LiftedBlock;
import java.util.List;
import java.util.SequencedMap;

/// Blocks of one page that are translated together.
///
/// @param blocks by their starts, in order
/// @param entries where it can be entered, the block that was hot first: returns of the calls in it
///   are the others
record Region(SequencedMap<Long, LiftedBlock> blocks, List<Long> entries) {
  /// First guest address translated from.
  long start() {
    return blocks.firstEntry().getKey();
  }

  /// First guest address behind it.
  long end() {
    return blocks.values().stream().mapToLong(LiftedBlock::end).max().orElseThrow();
  }

  /// Bytes of guest code in it.
  long bytes() {
    return blocks.values().stream().mapToLong(block -> block.end() - block.start()).sum();
  }

  boolean contains(long pc) {
    return blocks.containsKey(pc);
  }
}
