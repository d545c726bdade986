package dev.forklift.engine.jit;

import dev.forklift.engine.cpu.LiftedBlock;
import dev.forklift.engine.ir.Op;
import dev.forklift.engine.ir.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The innermost loops of a region, as far as no guest call is part of them.
///
/// While such a loop runs, only what it touches stands in local variables of the method. HotSpot
/// gives host registers to what a loop uses as long as few values are kept through it; beyond some
/// dozen it keeps all of them in memory, also those that the loop changes each time.
final class Loops {
  /// A loop.
  ///
  /// @param blocks starts of its blocks
  /// @param registers those that it touches
  record Loop(Set<Long> blocks, BitSet registers) {}

  private final Region region;
  private final int registers;
  private final Map<Long, List<Long>> next = new HashMap<>();
  private final Map<Long, Set<Long>> previous = new HashMap<>();
  private final Map<Long, Loop> loops = new HashMap<>();

  /// @param registers how many there are; numbers from there on are temporaries
  Loops(Region region, int registers) {
    this.region = region;
    this.registers = registers;
    for (LiftedBlock block : region.blocks().values()) {
      List<Long> targets = region.next(block);
      next.put(block.start(), targets);
      for (long target : targets) {
        previous.computeIfAbsent(target, _ -> new HashSet<>()).add(block.start());
      }
    }
    findIn(region.blocks().keySet(), Set.of());
  }

  /// The loop that a block is in, or null.
  @Nullable Loop of(long start) {
    return loops.get(start);
  }

  /// Finds the innermost loops in a part of the region, not counting jumps to `cut`. Answers false
  /// if there are none.
  private boolean findIn(Set<Long> part, Set<Long> cut) {
    boolean found = false;
    for (Set<Long> component : new Components(part, cut).found) {
      long any = component.iterator().next();
      if (component.size() > 1 || (goesTo(any, any) && !cut.contains(any))) {
        found = true;
        Set<Long> entries = entries(component, cut);
        // Without an entry it is not reached, and nothing to cut it at.
        if (entries.isEmpty() || !findIn(component, entries)) {
          Loop loop = loop(component);
          component.forEach(start -> loops.put(start, loop));
        }
      }
    }
    return found;
  }

  private boolean goesTo(long from, long to) {
    return next.getOrDefault(from, List.of()).contains(to);
  }

  /// Where a component is entered from elsewhere, and where it was cut already.
  private Set<Long> entries(Set<Long> component, Set<Long> cut) {
    Set<Long> entries = new HashSet<>();
    for (long start : component) {
      if (start == region.entry()
          || region.isReturnedTo(start)
          || cut.contains(start)
          || !component.containsAll(previous.getOrDefault(start, Set.of()))) {
        entries.add(start);
      }
    }
    return entries;
  }

  private Loop loop(Set<Long> blocks) {
    Loop loop = new Loop(blocks, new BitSet());
    for (long start : blocks) {
      for (Op op : region.block(start).ops()) {
        Operands.forEach(op, value -> add(value, loop.registers));
        if (op instanceof Op.Result result) {
          add(new Value.Reg(result.destination()), loop.registers);
        }
      }
    }
    return loop;
  }

  private void add(Value value, BitSet to) {
    if (value instanceof Value.Reg(int index) && index >= 0 && index < registers) {
      to.set(index);
    }
  }

  /// The strongly connected components of a part of the region (Tarjan's algorithm).
  private final class Components {
    final List<Set<Long>> found = new ArrayList<>();
    private final Set<Long> part;
    private final Set<Long> cut;
    private final Map<Long, Integer> number = new HashMap<>();
    private final Deque<Long> stack = new ArrayDeque<>();
    private final Set<Long> onStack = new HashSet<>();

    Components(Set<Long> part, Set<Long> cut) {
      this.part = part;
      this.cut = cut;
      for (long start : part) {
        if (!number.containsKey(start)) {
          visit(start);
        }
      }
    }

    private int visit(long start) {
      int mine = number.size();
      int low = mine;
      number.put(start, mine);
      stack.push(start);
      onStack.add(start);
      for (long target : next.getOrDefault(start, List.of())) {
        if (part.contains(target) && !cut.contains(target)) {
          Integer known = number.get(target);
          if (known == null) {
            low = Math.min(low, visit(target));
          } else if (onStack.contains(target)) {
            low = Math.min(low, known);
          }
        }
      }
      if (low == mine) {
        Set<Long> component = new HashSet<>();
        long member;
        do {
          member = stack.pop();
          onStack.remove(member);
          component.add(member);
        } while (member != start);
        found.add(component);
      }
      return low;
    }
  }
}
