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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Finds the blocks that belong to a hot one: those that direct jumps reach from it on its page,
/// and what calls in them return to. Mostly that is the function, or what of it lies on the page.
/// What follows a trap is left out: the kernel comes in between.
///
/// Then the functions that it calls, and those that these call, as far as they are on the page as a
/// whole and there is room for them.
final class RegionFinder {
  private final Isa isa;
  private final AddressSpace space;
  private final CodePage page;
  private final int mostOps;
  private NavigableMap<Long, LiftedBlock> found = new TreeMap<>();
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
    var _ = addAll(entry);
    if (!found.containsKey(entry)) {
      return null;
    }
    Set<Long> own = Set.copyOf(found.keySet());
    addCallees();
    NavigableMap<Long, LiftedBlock> blocks = new TreeMap<>();
    for (long start : found.keySet()) {
      Long next = found.higherKey(start);
      blocks.put(start, Lifter.lift(isa, space, page, start, next == null ? -1 : next));
    }
    return new Region(
        blocks, entry, own, page.hasAccessesElsewhere(), jumps(blocks), returns(blocks));
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

  /// Where blocks return to from calls whose targets are among the blocks.
  private Map<Long, List<Long>> returns(NavigableMap<Long, LiftedBlock> blocks) {
    Map<Long, Set<Long>> callers = new HashMap<>();
    for (LiftedBlock block : blocks.values()) {
      if (block.terminator() instanceof Op.Jump(long target, Op.JumpKind kind)
          && kind == Op.JumpKind.CALL
          && blocks.containsKey(target)
          && blocks.containsKey(block.end())) {
        callers.computeIfAbsent(target, _ -> new LinkedHashSet<>()).add(block.end());
      }
    }
    Map<Long, List<Long>> returns = new HashMap<>();
    callers.forEach((callee, sites) -> {
      for (long start : functionOf(callee, blocks)) {
        if (block(blocks, start).terminator() instanceof Op.JumpIndirect(var _, Op.JumpKind kind)
            && kind == Op.JumpKind.RETURN) {
          returns.merge(
              start,
              List.copyOf(sites),
              (a, b) -> Stream.concat(a.stream(), b.stream()).distinct().toList());
        }
      }
    });
    return returns;
  }

  private static LiftedBlock block(Map<Long, LiftedBlock> blocks, long start) {
    LiftedBlock block = blocks.get(start);
    if (block == null) {
      throw new IllegalStateException("no block at 0x" + Long.toHexString(start));
    }
    return block;
  }

  /// The blocks that follow one without going through calls.
  private Set<Long> functionOf(long entry, Map<Long, LiftedBlock> blocks) {
    Set<Long> function = new HashSet<>();
    Deque<Long> toDo = new ArrayDeque<>(List.of(entry));
    while (!toDo.isEmpty()) {
      long start = toDo.remove();
      if (blocks.containsKey(start) && function.add(start)) {
        toDo.addAll(following(block(blocks, start)));
      }
    }
    return function;
  }

  private boolean isOnPage(long pc) {
    return pc >= page.address() && pc < page.end();
  }

  /// Adds a block, and those that follow, while there is room. Answers whether these were all.
  private boolean addAll(long entry) {
    boolean isWhole = true;
    Deque<Long> toDo = new ArrayDeque<>(List.of(entry));
    while (!toDo.isEmpty() && ops < mostOps) {
      long start = toDo.remove();
      if (found.containsKey(start)) {
        continue;
      }
      LiftedBlock block = isOnPage(start) ? Lifter.lift(isa, space, page, start, -1) : null;
      if (block == null || block.end() > page.end()) {
        isWhole = false;
        continue;
      }
      found.put(start, block);
      // What lies in a block found before is cut off from that one, and counted twice until then.
      ops += block.ops().size();
      toDo.addAll(following(block));
    }
    return isWhole && toDo.isEmpty();
  }

  private void addCallees() {
    Set<Long> asked = new HashSet<>();
    List<Long> callees = callees();
    while (!callees.isEmpty()) {
      for (long callee : callees) {
        if (asked.add(callee)) {
          NavigableMap<Long, LiftedBlock> before = new TreeMap<>(found);
          int opsBefore = ops;
          if (!addAll(callee)) {
            found = before;
            ops = opsBefore;
          }
        }
      }
      callees = callees();
      callees.removeAll(asked);
    }
  }

  /// What is called on the page and not found yet.
  private List<Long> callees() {
    List<Long> callees = new ArrayList<>();
    for (LiftedBlock block : found.values()) {
      if (block.terminator() instanceof Op.Jump(long target, Op.JumpKind kind)
          && kind == Op.JumpKind.CALL
          && isOnPage(target)
          && !found.containsKey(target)) {
        callees.add(target);
      }
    }
    return callees;
  }

  /// Where a block goes on to; behind a call, where that returns to.
  private List<Long> following(LiftedBlock block) {
    return switch (block.terminator()) {
      case Op.Branch(var _, var _, var _, long taken, long notTaken) -> List.of(notTaken, taken);
      case Op.Jump(long target, Op.JumpKind kind) ->
          List.of(kind == Op.JumpKind.JUMP ? target : block.end());
      case Op.JumpIndirect(var _, Op.JumpKind kind) ->
          switch (kind) {
            case CALL -> List.of(block.end());
            case JUMP -> Arrays.stream(page.jumpTargets(block.end()).all()).boxed().toList();
            case RETURN -> List.of();
          };
      case Op.Trap _, Op.Raise _ -> List.of();
    };
  }
}
