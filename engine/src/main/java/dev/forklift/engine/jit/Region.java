package dev.forklift.engine.jit;

import dev.forklift.engine.cpu.LiftedBlock;
import dev.forklift.engine.ir.Op;
import dev.forklift.engine.memory.JumpTargets;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// Blocks of one page that are translated together: a function, or what of it is on the page, and
/// functions that it calls.
///
/// @param blocks by their starts, in order
/// @param entry where it is entered
/// @param own starts of the blocks that are not there just because they are called
/// @param hasAccessesElsewhere whether its accesses often go elsewhere than through a window
/// @param jumps how the blocks end that end in computed jumps, by their starts
/// @param returns where blocks return to that end in returns from calls inside of the region, by
///   their starts
record Region(
    SequencedMap<Long, LiftedBlock> blocks,
    long entry,
    Set<Long> own,
    boolean hasAccessesElsewhere,
    SequencedMap<Long, ComputedJump> jumps,
    Map<Long, List<Long>> returns) {
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

  /// Where its code stands: starts and ends in turn, ascending.
  long[] ranges() {
    LongStream.Builder ranges = LongStream.builder();
    long start = start();
    long end = start;
    for (LiftedBlock block : blocks.values()) {
      if (block.start() > end) {
        ranges.add(start).add(end);
        start = block.start();
      }
      end = Math.max(end, block.end());
    }
    return ranges.add(start).add(end).build().toArray();
  }

  /// Bytes of guest code in it.
  long bytes() {
    return blocks.values().stream().mapToLong(block -> block.end() - block.start()).sum();
  }

  /// Whether there are accesses, in code for 32 bits, that are made by calling the space: those
  /// that cannot be begun again, and what comes behind them; those of eight bytes.
  boolean hasCallsForAccess() {
    return blocks.values().stream()
        .flatMap(block -> block.ops().stream())
        .anyMatch(op ->
            switch (op) {
              case Op.CompareExchange _, Op.CallJava _ -> true;
              case Op.Load load -> load.bytes() == Long.BYTES;
              case Op.Store store -> store.bytes() == Long.BYTES;
              default -> false;
            });
  }

  /// How many calls lead out of it.
  int calls() {
    return (int) blocks.values().stream().filter(this::callsOut).count();
  }

  /// Whether a block ends in a call of something else.
  private boolean callsOut(LiftedBlock block) {
    return isCall(block.terminator()) && !callsInside(block);
  }

  /// Whether a block ends in a call of a block of the region: a jump, but for the registers.
  boolean callsInside(LiftedBlock block) {
    return block.terminator() instanceof Op.Jump(long target, Op.JumpKind kind)
        && kind == Op.JumpKind.CALL
        && contains(target);
  }

  static boolean isCall(Op.Terminator op) {
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
      case Op.Jump(long target, var _) -> contains(target) ? List.of(target) : List.of();
      case Op.JumpIndirect(var _, Op.JumpKind kind) -> {
        if (kind == Op.JumpKind.RETURN) {
          yield returns.getOrDefault(block.start(), List.of());
        }
        ComputedJump jump = jumps.get(block.start());
        yield jump == null ? List.of() : jump.targets();
      }
      case Op.Trap _, Op.Raise _ -> List.of();
    };
  }

  /// Whether a call that leads out of the region returns to an address.
  boolean isReturnedTo(long start) {
    return blocks.values().stream().anyMatch(block -> block.end() == start && callsOut(block));
  }
}
