package dev.forklift.engine.cpu;

import dev.forklift.engine.ir.Op;
import java.util.List;

/// A run of guest instructions with one entry, as steps of the IR.
///
/// @param start address of the first instruction
/// @param end first address behind the last one, its delay slot included
/// @param instructions guest instructions, those in delay slots included
/// @param ops the steps, the last one a terminator
public record LiftedBlock(long start, long end, int instructions, List<Op> ops) {
  public LiftedBlock {
    ops = List.copyOf(ops);
  }

  /// How the block ends.
  public Op.Terminator terminator() {
    return (Op.Terminator) ops.getLast();
  }
}
