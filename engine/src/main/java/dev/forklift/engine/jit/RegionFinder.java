package dev.forklift.engine.jit;

import dev.forklift.engine.cpu.LiftedBlock;
import dev.forklift.engine.cpu.Lifter;
import dev.forklift.engine.ir.Op;
import dev.forklift.engine.isa.Isa;
import dev.forklift.engine.jit.Region.ComputedJump;
import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.CodePage;
import dev.forklift.engine.memory.JumpTargets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.NavigableMap;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Finds the blocks that belong to a hot one: those that direct jumps reach from it on its page,
/// and what calls in them return to. Mostly that is the function, or what of it lies on the page.
/// What follows a trap is left out: the kernel comes in between.
final class RegionFinder {
  private final Isa isa;
  private final AddressSpace space;
  private final CodePage page;
  private final NavigableMap<Long, LiftedBlock> found = new TreeMap<>();
  private final Deque<Long> toDo = new ArrayDeque<>();
  private final int mostOps;
  private int ops;

  private RegionFinder(Isa isa, AddressSpace space, CodePage page, int mostOps) {
    this.isa = isa;
    this.space = space;
    this.page = page;
    this.mostOps = mostOps;
  }

  /// The region around `entry`, or null if its first block does not lie on the page.
  ///
  /// @param mostOps after so many steps no block is added any more
  static @Nullable Region find(
      Isa isa, AddressSpace space, CodePage page, long entry, int mostOps) {
    return new RegionFinder(isa, space, page, mostOps).find(entry);
  }

  private @Nullable Region find(long entry) {
    toDo.add(entry);
    while (!toDo.isEmpty() && ops < mostOps) {
      long start = toDo.remove();
      if (isOnPage(start) && !found.containsKey(start)) {
        discover(start);
      }
    }
    if (!found.containsKey(entry)) {
      return null;
    }
    NavigableMap<Long, LiftedBlock> blocks = new TreeMap<>();
    for (long start : found.keySet()) {
      Long next = found.higherKey(start);
      blocks.put(start, Lifter.lift(isa, space, page, start, next == null ? -1 : next));
    }
    return new Region(blocks, entry, jumps(blocks));
  }

  private SequencedMap<Long, ComputedJump> jumps(NavigableMap<Long, LiftedBlock> blocks) {
    SequencedMap<Long, ComputedJump> jumps = new LinkedHashMap<>();
    for (LiftedBlock block : blocks.values()) {
      if (block.terminator() instanceof Op.JumpIndirect jump && jump.kind() == Op.JumpKind.JUMP) {
        JumpTargets seen = page.jumpTargets(block.end());
        long[] all = seen.all();
        List<Long> inside =
            Arrays.stream(all).filter(blocks::containsKey).sorted().boxed().toList();
        jumps.put(block.start(), new ComputedJump(seen, all.length, inside));
      }
    }
    return jumps;
  }

  private boolean isOnPage(long pc) {
    return pc >= page.address() && pc < page.end();
  }

  private void discover(long start) {
    LiftedBlock block = Lifter.lift(isa, space, page, start, -1);
    if (block.end() > page.end()) {
      return;
    }
    found.put(start, block);
    // What lies in a block found before is cut off from that one, and counted twice until then.
    ops += block.ops().size();
    switch (block.terminator()) {
      case Op.Branch(var _, var _, var _, long taken, long notTaken) -> {
        toDo.add(notTaken);
        toDo.add(taken);
      }
      case Op.Jump(long target, Op.JumpKind kind) -> {
        if (kind == Op.JumpKind.JUMP) {
          toDo.add(target);
        } else {
          addReturn(block, kind);
        }
      }
      case Op.JumpIndirect(var _, Op.JumpKind kind) -> {
        addReturn(block, kind);
        if (kind == Op.JumpKind.JUMP) {
          for (long target : page.jumpTargets(block.end()).all()) {
            toDo.add(target);
          }
        }
      }
      case Op.Trap _, Op.Raise _ -> {}
    }
  }

  private void addReturn(LiftedBlock block, Op.JumpKind kind) {
    if (kind == Op.JumpKind.CALL) {
      toDo.add(block.end());
    }
  }
}
