package dev.forklift.engine.cpu;

import dev.forklift.engine.ir.Ir;
import dev.forklift.engine.ir.Width;
import dev.forklift.engine.isa.Fusion;
import dev.forklift.engine.isa.Instruction;
import dev.forklift.engine.isa.InstructionSet;
import dev.forklift.engine.isa.Isa;
import dev.forklift.engine.isa.Registers;
import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.CodePage;
import org.jspecify.annotations.Nullable;

/// Makes blocks of guest code.
///
/// A block ends at a jump, a trap, the end of its page, or after [#MAXIMAL_INSTRUCTIONS]. An
/// instruction (with its delay slot) that lies on two pages becomes a block of its own, which is
/// never kept, because either page may change alone.
public final class Lifter {
  static final int MAXIMAL_INSTRUCTIONS = 64;

  private final Isa isa;
  private final Ir.Rules rules;
  private final InstructionSet instructions;
  private final AddressSpace space;
  private final CodePage page;
  private final long pageEnd;
  private long fetched;

  private Lifter(Isa isa, AddressSpace space, CodePage page) {
    this.isa = isa;
    this.instructions = isa.instructions();
    this.space = space;
    this.page = page;
    Registers registers = isa.registers();
    this.rules =
        new Ir.Rules(
            registers.is32Bit() ? Width.W32 : Width.W64,
            registers.zero(),
            registers.count(),
            (1 << isa.instructionAlignmentShift()) - 1,
            isa.illegalInstruction(),
            isa.misalignedJump());
    this.pageEnd = page.address() + (1L << space.pageShift());
  }

  /// A block of at most `limit` instructions from `pc` on, which lies on `page`. Throws GuestFault
  /// only for an instruction that begins the block and goes on to a page that cannot be executed.
  static Block lift(Isa isa, AddressSpace space, CodePage page, long pc, int limit) {
    LiftedBlock lifted = new Lifter(isa, space, page).lift(pc, limit, -1);
    return Encoder.encode(lifted, isa.registers().is32Bit());
  }

  /// The block from `pc` on as steps. It goes on at `bound`, the start of another block, where it
  /// comes to that address.
  public static LiftedBlock lift(Isa isa, AddressSpace space, CodePage page, long pc, long bound) {
    return new Lifter(isa, space, page).lift(pc, MAXIMAL_INSTRUCTIONS, bound);
  }

  private LiftedBlock lift(long start, int limit, long bound) {
    Ir ir = new Ir(rules);
    Fusion fusion = limit > 1 ? fusionAt(start) : null;
    if (fusion != null) {
      int bytes = fusion.words().size() * Integer.BYTES;
      ir.begin(start, bytes);
      fusion.meaning().accept(ir);
      var _ = ir.end();
      return new LiftedBlock(start, start + bytes, 1, ir.ops());
    }
    long pc = start;
    int count = 0;
    Ir.Next next = Ir.Next.INSTRUCTION;
    while (next != Ir.Next.NOTHING) {
      boolean slot = next == Ir.Next.DELAY_SLOT;
      if (!slot && (count >= limit || pc == pageEnd || (pc == bound && count > 0))) {
        ir.goOnAt(pc);
        break;
      }
      if (count > 0 && !slot && reachesNextPage(pc)) {
        ir.goOnAt(pc);
        break;
      }
      next = liftOne(ir, pc);
      count++;
      pc = fetched;
    }
    return new LiftedBlock(start, pc, count, ir.ops());
  }

  private @Nullable Fusion fusionAt(long start) {
    for (Fusion fusion : isa.fusions()) {
      if (pageEnd - start >= (long) fusion.words().size() * Integer.BYTES
          && matches(fusion, start)) {
        return fusion;
      }
    }
    return null;
  }

  private boolean matches(Fusion fusion, long start) {
    long pc = start;
    for (int word : fusion.words()) {
      if (page.fetch32(pc) != word) {
        return false;
      }
      pc += Integer.BYTES;
    }
    return true;
  }

  private Ir.Next liftOne(Ir ir, long pc) {
    Instruction instruction = fetch(pc);
    ir.begin(pc, (int) (fetched - pc));
    if (instruction == null) {
      ir.raise(isa.illegalInstruction());
    } else {
      instruction.emit(ir);
    }
    return ir.end();
  }

  /// Says whether the instruction at `pc`, with its delay slot, needs the next page.
  private boolean reachesNextPage(long pc) {
    if (pageEnd - pc > MAXIMAL_UNIT) {
      return false;
    }
    if (pc + instructions.unit() > pageEnd) {
      return true;
    }
    if (length(pc) > pageEnd - pc) {
      return true;
    }
    Instruction instruction = fetch(pc);
    if (instruction == null) {
      return false;
    }
    Ir trial = new Ir(rules);
    trial.begin(pc, (int) (fetched - pc));
    instruction.emit(trial);
    return trial.end() == Ir.Next.DELAY_SLOT
        && (fetched == pageEnd || length(fetched) > pageEnd - fetched);
  }

  /// The longest instruction with its delay slot.
  private static final int MAXIMAL_UNIT = 8;

  private int length(long pc) {
    return instructions.unit() == Integer.BYTES
        ? Integer.BYTES
        : instructions.length(pageAt(pc).fetch16(pc));
  }

  /// The instruction at `pc`, or null if it is none; `fetched` becomes what follows it.
  private @Nullable Instruction fetch(long pc) {
    int length = length(pc);
    fetched = pc + length;
    int word;
    if (instructions.unit() == Integer.BYTES) {
      word = pageAt(pc).fetch32(pc);
    } else {
      word = pageAt(pc).fetch16(pc);
      if (length == Integer.BYTES) {
        long behind = pc + Short.BYTES;
        word = instructions.join(word, pageAt(behind).fetch16(behind));
      }
    }
    return instructions.decode(word, length);
  }

  private CodePage pageAt(long pc) {
    return pc - page.address() < pageEnd - page.address() && pc >= page.address()
        ? page
        : space.codePage(pc);
  }
}
