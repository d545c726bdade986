package dev.forklift.engine.jit;

import dev.forklift.engine.cpu.LiftedBlock;
import dev.forklift.engine.ir.Op;
import dev.forklift.engine.ir.Value;
import dev.forklift.engine.jit.Loops.Loop;
import dev.forklift.engine.memory.TableAccess;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The pages that a region's accesses went to last: one for each register that many of them have as
/// their base, or any in a loop, kept in Java local variables.
///
/// A frame on the stack, a structure, an array that a loop goes through: mostly the next access
/// with the same base goes to the same page. Then one comparison stands for the look-up in the
/// table, the check of alignment and the check that the access does not cross pages.
final class PageCaches {
  private static final ClassDesc TABLE = TableAccess.class.describeConstable().orElseThrow();
  private static final ClassDesc WORDS = long[].class.describeConstable().orElseThrow();

  /// One page.
  ///
  /// @param words local of the page's words, which are never null
  /// @param loads local of its address if it may be loaded from, a `long`; or [TableAccess#NO_PAGE]
  /// @param stores the same if it may be stored to
  record Cache(int words, int loads, int stores) {
    int page(boolean store) {
      return store ? stores : loads;
    }
  }

  /// With so many accesses through one base in a block it has a page; in loops with one.
  private static final int FEW = 3;

  private final CodeBuilder code;
  private final TreeMap<Integer, Cache> caches = new TreeMap<>();
  private final Map<Long, BitSet> bases = new HashMap<>();
  private BitSet current = new BitSet();

  /// Caches for the accesses of a region with `registers` registers.
  PageCaches(CodeBuilder code, Region region, Loops loops, int registers) {
    this.code = code;
    for (LiftedBlock block : region.blocks().values()) {
      BitSet chosen = bases(block, loops.of(block.start()) == null ? FEW : 1, registers);
      bases.put(block.start(), chosen);
      chosen.stream().forEach(base -> caches.computeIfAbsent(base, _ -> cache()));
    }
  }

  /// The bases with at least so many accesses.
  private static BitSet bases(LiftedBlock block, int least, int registers) {
    int[] accesses = new int[registers];
    BitSet chosen = new BitSet();
    for (Op op : block.ops()) {
      Value base =
          switch (op) {
            case Op.Load load -> load.base();
            case Op.Store store -> store.base();
            default -> null;
          };
      if (base instanceof Value.Reg(int index) && index < registers && ++accesses[index] >= least) {
        chosen.set(index);
      }
    }
    return chosen;
  }

  /// From here on, accesses are those of this block.
  void begin(LiftedBlock block) {
    current = bases.getOrDefault(block.start(), current);
  }

  private Cache cache() {
    return new Cache(
        code.allocateLocal(TypeKind.REFERENCE),
        code.allocateLocal(TypeKind.LONG),
        code.allocateLocal(TypeKind.LONG));
  }

  /// The cache for accesses with this base, or null if there is none.
  @Nullable Cache of(Value base) {
    return base instanceof Value.Reg(int index) && current.get(index) ? caches.get(index) : null;
  }

  /// Where the region is entered.
  void enter() {
    caches.values().forEach(this::empty);
  }

  /// Where a loop is left: what it does not touch was not kept through it.
  void leave(Loop loop) {
    caches.forEach((base, cache) -> {
      boolean loads = loop.loadBases().get(base);
      boolean stores = loop.storeBases().get(base);
      if (!loads && !stores) {
        empty(cache);
      } else if (!loads) {
        code.loadConstant(TableAccess.NO_PAGE).lstore(cache.loads);
      } else if (!stores) {
        code.loadConstant(TableAccess.NO_PAGE).lstore(cache.stores);
      }
    });
  }

  private void empty(Cache cache) {
    code.getstatic(TABLE, "NO_WORDS", WORDS).astore(cache.words);
    drop(cache);
  }

  /// Behind a fence, and wherever pages may have been replaced.
  void drop() {
    caches.values().forEach(this::drop);
  }

  private void drop(Cache cache) {
    code.loadConstant(TableAccess.NO_PAGE).dup2().lstore(cache.loads).lstore(cache.stores);
  }

  /// A page has been found, with its words in a local; its address is on the stack, a `long`.
  ///
  /// @param store whether it may be stored to (then it may be loaded from, too)
  void found(Cache cache, boolean store, int words) {
    code.aload(words).astore(cache.words);
    code.lstore(cache.loads);
    if (store) {
      code.lload(cache.loads);
    } else {
      code.loadConstant(TableAccess.NO_PAGE);
    }
    code.lstore(cache.stores);
  }
}
