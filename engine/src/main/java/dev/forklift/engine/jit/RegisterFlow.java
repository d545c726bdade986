package dev.forklift.engine.jit;

import dev.forklift.engine.cpu.LiftedBlock;
import dev.forklift.engine.ir.Op;
import dev.forklift.engine.ir.Value;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which registers stand in local variables at the beginning of each block of a region.
///
/// *Dirty* is a register that the register file may not know: some way here has changed it since
/// the region was entered or came back from a call. Only such are given back where the region is
/// left. *Live* is one that may be read on from here before it is changed, or given back: only such
/// are fetched at the entry and after calls, where the register file holds everything.
final class RegisterFlow {
  /// What one block does.
  private static final class Facts {
    final BitSet changed = new BitSet();
    final BitSet readFirst = new BitSet();
    final BitSet dirty = new BitSet();
    final BitSet live = new BitSet();
    final List<Long> next = new ArrayList<>();
  }

  private final int registers;
  private final Region region;
  private final Map<Long, Facts> facts = new HashMap<>();

  /// @param registers how many there are; numbers from there on are temporaries
  RegisterFlow(Region region, int registers) {
    this.registers = registers;
    this.region = region;
    region.blocks().forEach((start, block) -> facts.put(start, of(block)));
    spreadDirty();
    // Whatever is dirty may have to be given back anywhere in the block.
    facts.values().forEach(of -> of.readFirst.or(of.dirty));
    spreadLive();
  }

  private Facts of(LiftedBlock block) {
    Facts of = new Facts();
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
    switch (block.terminator()) {
      case Op.Branch(var _, var _, var _, long taken, long notTaken) -> {
        addNext(of, taken);
        addNext(of, notTaken);
      }
      case Op.Jump(long target, Op.JumpKind kind) -> {
        if (kind == Op.JumpKind.JUMP) {
          addNext(of, target);
        }
      }
      case Op.JumpIndirect _, Op.Trap _, Op.Raise _ -> {}
    }
    return of;
  }

  private void addNext(Facts of, long target) {
    if (region.contains(target)) {
      of.next.add(target);
    }
  }

  private void spreadDirty() {
    boolean again = true;
    while (again) {
      again = false;
      for (Facts of : facts.values()) {
        BitSet behind = (BitSet) of.dirty.clone();
        behind.or(of.changed);
        for (long next : of.next) {
          again |= add(behind, fact(next).dirty);
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
          live.or(fact(next).live);
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
