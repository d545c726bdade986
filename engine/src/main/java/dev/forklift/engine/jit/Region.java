package dev.forklift.engine.jit;

import dev.forklift.engine.cpu.LiftedBlock;
import dev.forklift.engine.ir.Op;
import dev.forklift.engine.memory.JumpTargets;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;

/// Blocks of one page that are translated together.
///
/// @param blocks by their starts, in order
/// @param entry where it is entered
/// @param jumps how the blocks end that end in computed jumps, by their starts
record Region(
    SequencedMap<Long, LiftedBlock> blocks, long entry, SequencedMap<Long, ComputedJump> jumps) {
  /// A computed jump.
  ///
  /// @param seen where it has gone to so far
  /// @param count how many places that were when the region was found
  /// @param targets those that are in the region
  record ComputedJump(JumpTargets seen, int count, List<Long> targets) {}

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

  /// Whether there are accesses, in code for 32 bits, that are made by calling the space: those
  /// that cannot be begun again, and what comes behind them.
  boolean hasCallsForAccess() {
    return blocks.values().stream()
        .flatMap(block -> block.ops().stream())
        .anyMatch(op -> op instanceof Op.CompareExchange || op instanceof Op.CallJava);
  }

  /// How many calls there are in it.
  int calls() {
    return (int) blocks.values().stream().filter(block -> isCall(block.terminator())).count();
  }

  private static boolean isCall(Op.Terminator op) {
    return switch (op) {
      case Op.Jump jump -> jump.kind() == Op.JumpKind.CALL;
      case Op.JumpIndirect jump -> jump.kind() == Op.JumpKind.CALL;
      case Op.Branch _, Op.Trap _, Op.Raise _ -> false;
    };
  }

  boolean contains(long pc) {
    return blocks.containsKey(pc);
  }

  /// The block that begins at an address.
  LiftedBlock block(long start) {
    LiftedBlock block = blocks.get(start);
    if (block == null) {
      throw new IllegalStateException("no block at 0x" + Long.toHexString(start));
    }
    return block;
  }

  /// The blocks of the region that a block jumps to, or goes on to, without anything in between.
  List<Long> next(LiftedBlock block) {
    return switch (block.terminator()) {
      case Op.Branch(var _, var _, var _, long taken, long notTaken) ->
          Stream.of(taken, notTaken).filter(this::contains).toList();
      case Op.Jump(long target, Op.JumpKind kind) ->
          kind == Op.JumpKind.JUMP && contains(target) ? List.of(target) : List.of();
      case Op.JumpIndirect _ -> {
        ComputedJump jump = jumps.get(block.start());
        yield jump == null ? List.of() : jump.targets();
      }
      case Op.Trap _, Op.Raise _ -> List.of();
    };
  }

  /// Whether a call of the region returns to an address.
  boolean isReturnedTo(long start) {
    return blocks.values().stream()
        .anyMatch(block -> block.end() == start && isCall(block.terminator()));
  }
}
