package dev.forklift.engine.jit;

import dev.forklift.engine.cpu.LiftedBlock;
import dev.forklift.engine.ir.Op;
import dev.forklift.engine.ir.Value;
import dev.forklift.engine.jit.Loops.Loop;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which registers stand in local variables at the beginning of each block of a region.
///
/// *Dirty* is a register that the register file may not know: some way here has changed it since
/// the region was entered or came back from a call. Only such are given back where the region is
/// left. *Live* is one that may be read on from here before it is changed, or given back: only such
/// are fetched at the entry and after calls, where the register file holds everything.
///
/// In a loop of [Loops] only the registers that it touches stand in local variables; the others are
/// given back on the way in, and fetched on the way out.
final class RegisterFlow {
  /// What one block does.
  private static final class Facts {
    final BitSet changed = new BitSet();
    final BitSet readFirst = new BitSet();
    final BitSet dirty = new BitSet();
    final BitSet live = new BitSet();
    final long start;
    final List<Long> next;

    Facts(long start, List<Long> next) {
      this.start = start;
      this.next = next;
    }
  }

  private final int registers;
  private final Region region;
  private final Loops loops;
  private final Map<Long, Facts> facts = new HashMap<>();

  /// @param registers how many there are; numbers from there on are temporaries
  RegisterFlow(Region region, Loops loops, int registers) {
    this.registers = registers;
    this.region = region;
    this.loops = loops;
    region.blocks().forEach((start, block) -> facts.put(start, of(block)));
    spreadDirty();
    // Whatever is dirty may have to be given back anywhere in the block.
    facts.values().forEach(of -> of.readFirst.or(of.dirty));
    spreadLive();
  }

  private Facts of(LiftedBlock block) {
    Facts of = new Facts(block.start(), region.next(block));
    for (Op op : block.ops()) {
      Operands.forEach(
          op,
          value -> {
            if (value instanceof Value.Reg(int index)
                && index < registers
                && !of.changed.get(index)) {
              of.readFirst.set(index);
            }
          });
      if (op instanceof Op.Result result
          && result.destination() >= 0
          && result.destination() < registers) {
        of.changed.set(result.destination());
      }
    }
    return of;
  }

  /// What stands in local variables in a block, if not everything.
  private @Nullable BitSet kept(long start) {
    Loop loop = loops.of(start);
    return loop == null ? null : loop.registers();
  }

  /// Of the registers that are dirty behind a block, those to be given back on the way to another.
  BitSet givenBackBetween(long from, long to, BitSet dirty) {
    BitSet kept = kept(to);
    BitSet which = new BitSet();
    if (kept != null && loops.of(from) != loops.of(to)) {
      which.or(dirty);
      which.andNot(kept);
    }
    return which;
  }

  /// The registers to be fetched on the way from a block to another.
  BitSet fetchedBetween(long from, long to) {
    BitSet kept = kept(from);
    BitSet which = new BitSet();
    if (kept != null && loops.of(from) != loops.of(to)) {
      which.or(fact(to).live);
      which.andNot(kept);
    }
    return which;
  }

  private void spreadDirty() {
    boolean again = true;
    while (again) {
      again = false;
      for (Facts of : facts.values()) {
        BitSet behind = (BitSet) of.dirty.clone();
        behind.or(of.changed);
        for (long next : of.next) {
          BitSet there = (BitSet) behind.clone();
          there.andNot(givenBackBetween(of.start, next, behind));
          again |= add(there, fact(next).dirty);
        }
      }
    }
  }

  private void spreadLive() {
    boolean again = true;
    while (again) {
      again = false;
      for (Facts of : facts.values()) {
        BitSet live = new BitSet();
        for (long next : of.next) {
          BitSet there = (BitSet) fact(next).live.clone();
          there.andNot(fetchedBetween(of.start, next));
          live.or(there);
        }
        live.andNot(of.changed);
        live.or(of.readFirst);
        again |= add(live, of.live);
      }
    }
  }

  private static boolean add(BitSet more, BitSet to) {
    int before = to.cardinality();
    to.or(more);
    return to.cardinality() != before;
  }

  private Facts fact(long start) {
    Facts of = facts.get(start);
    if (of == null) {
      throw new IllegalStateException("no block at 0x" + Long.toHexString(start));
    }
    return of;
  }

  /// Dirty registers where a block begins.
  BitSet dirtyAt(long start) {
    return (BitSet) fact(start).dirty.clone();
  }

  /// Live registers where a block begins.
  BitSet liveAt(long start) {
    return fact(start).live;
  }

  /// All that the region changes.
  BitSet changed() {
    BitSet all = new BitSet();
    facts.values().forEach(of -> all.or(of.changed));
    return all;
  }

  /// All that the region touches.
  BitSet touched() {
    BitSet all = new BitSet();
    for (Facts of : facts.values()) {
      all.or(of.changed);
      all.or(of.readFirst);
    }
    return all;
  }
}
