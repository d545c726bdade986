package dev.forklift.engine.jit;

import dev.forklift.engine.cpu.LiftedBlock;
import dev.forklift.engine.ir.Op;
import dev.forklift.engine.ir.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Accesses of a block that are checked together: those through one base, close to each other, such
/// as the registers that a function saves, or the fields of a structure.
///
/// A group is a run of whole instructions. The others among them stay as they are.
final class AccessGroups {
  /// A group.
  ///
  /// @param first position of the first step
  /// @param end position behind the last step
  /// @param base the register
  /// @param lowest the displacement of the first byte
  /// @param span bytes from there on, to behind the last byte
  /// @param alignment what the lowest place must be a multiple of
  /// @param stores whether some are stores
  record Group(int first, int end, int base, long lowest, int span, int alignment, boolean stores) {
    /// Whether an access among its steps needs no check of its own.
    boolean covers(Value value, long displacement, int bytes, boolean aligned) {
      return value instanceof Value.Reg(int register)
          && register == base
          && displacement >= lowest
          && displacement + bytes <= lowest + span
          && (!aligned || (bytes <= alignment && (displacement - lowest) % bytes == 0));
    }
  }

  /// No page is shorter.
  private static final int LONGEST_SPAN = 512;

  private final LiftedBlock block;
  private final int registers;
  private final int end;
  private final Map<Integer, Run> open = new HashMap<>();
  private final List<Run> runs = new ArrayList<>();

  // The instruction in which a register was last changed.
  private final Map<Integer, Integer> changedIn = new HashMap<>();
  private int instruction;
  private boolean isRepeatable = true;

  private AccessGroups(LiftedBlock block, int registers) {
    this.block = block;
    this.registers = registers;
    this.end = endOfWholeInstructions(block);
  }

  /// The groups of a block, by the position of their first steps.
  ///
  /// @param registers how many there are; numbers from there on are temporaries
  static Map<Integer, Group> of(LiftedBlock block, int registers) {
    return new AccessGroups(block, registers).find();
  }

  /// Where the instruction begins that the terminator belongs to.
  private static int endOfWholeInstructions(LiftedBlock block) {
    int last = block.ops().size() - 1;
    if (block.terminator() instanceof Op.Jump jump && jump.target() == block.end()) {
      return last;
    }
    while (last > 0 && !(block.ops().get(last) instanceof Op.Instruction)) {
      last--;
    }
    return last;
  }

  /// Accesses through one base while it stays the same.
  private static final class Run {
    final int base;
    final int first;
    int last;
    int count;
    long lowest;
    long behind;
    int alignment = 1;
    boolean stores;

    Run(int base, int first, long displacement) {
      this.base = base;
      this.first = first;
      lowest = displacement;
      behind = displacement;
    }

    /// Takes an access in, unless it is too far away.
    boolean add(int position, long displacement, int bytes, boolean aligned, boolean store) {
      long low = Math.min(lowest, displacement);
      long high = Math.max(behind, displacement + bytes);
      int largest = aligned ? Math.max(alignment, bytes) : alignment;
      // With places aligned as they are to each other, one of them tells of all.
      if (high - low > LONGEST_SPAN || (largest > 1 && (displacement - lowest) % largest != 0)) {
        return false;
      }
      last = position;
      count++;
      lowest = low;
      behind = high;
      alignment = largest;
      stores |= store;
      return true;
    }
  }

  private Map<Integer, Group> find() {
    for (int position = 0; position < end; position++) {
      Op op = block.ops().get(position);
      switch (op) {
        case Op.Instruction _ -> {
          instruction = position;
          isRepeatable = true;
        }
        case Op.Load load when load.ordering() != Op.Ordering.ACQUIRE ->
            add(load.base(), position, load.displacement(), load.bytes(), load.aligned(), false);
        case Op.Store store when store.ordering() != Op.Ordering.RELEASE ->
            add(store.base(), position, store.displacement(), store.bytes(), store.aligned(), true);
        case Op.Load _, Op.Store _, Op.Fence _ -> open.clear();
        case Op.CompareExchange _, Op.CallJava _ -> {
          open.clear();
          isRepeatable = false;
        }
        default -> {}
      }
      if (op instanceof Op.Result result) {
        open.remove(result.destination());
        changedIn.put(result.destination(), instruction);
      }
    }
    return choose();
  }

  private void add(
      Value base, int position, long displacement, int bytes, boolean aligned, boolean store) {
    if (!(base instanceof Value.Reg(int register))
        || register >= registers
        || !isRepeatable
        || changedIn.getOrDefault(register, -1) == instruction) {
      return;
    }
    Run run = open.get(register);
    if (run == null || !run.add(position, displacement, bytes, aligned, store)) {
      Run next = new Run(register, instruction, displacement);
      var _ = next.add(position, displacement, bytes, aligned, store);
      open.put(register, next);
      runs.add(next);
    }
  }

  /// Those with the most accesses, as far as they have no steps in common.
  private Map<Integer, Group> choose() {
    runs.sort(Comparator.comparingInt(run -> -run.count));
    Map<Integer, Group> chosen = new HashMap<>();
    for (Run run : runs) {
      Group group = group(run);
      if (run.count > 1
          && chosen.values().stream()
              .allMatch(other -> group.end <= other.first || other.end <= group.first)) {
        chosen.put(group.first, group);
      }
    }
    return chosen;
  }

  private Group group(Run run) {
    int behind = run.last + 1;
    while (behind < end && !(block.ops().get(behind) instanceof Op.Instruction)) {
      behind++;
    }
    return new Group(
        run.first,
        behind,
        run.base,
        run.lowest,
        (int) (run.behind - run.lowest),
        run.alignment,
        run.stores);
  }
}
