package dev.forklift.engine.jit;

import dev.forklift.engine.cpu.LiftedBlock;
import dev.forklift.engine.ir.Op;
import dev.forklift.engine.ir.OpText;
import dev.forklift.engine.isa.Disassembler;
import dev.forklift.engine.isa.Isa;
import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.CodePage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the translator makes of a piece of guest code, for people.
///
/// @param classBytes the size of the class file
/// @param codeBytes the size of its longest method
/// @param isCompilable whether HotSpot compiles it; otherwise the code stays with the evaluator
/// @param before the bytecode in front of the blocks: how the region is entered
/// @param behind the bytecode behind them: how it is left
public record RegionListing(
    int classBytes,
    int codeBytes,
    boolean isCompilable,
    List<Block> blocks,
    List<String> before,
    List<String> behind) {
  /// One block, in the order of addresses.
  public record Block(long start, List<Instruction> instructions, List<String> bytecode) {}

  /// A guest instruction.
  ///
  /// @param code its bytes as a number
  /// @param text as an assembler has it
  /// @param steps of the intermediate representation
  public record Instruction(long pc, int bytes, int code, String text, List<String> steps) {}

  /// What becomes of the code at an address if it is hot. Null if it has an instruction that lies
  /// on two pages.
  ///
  /// @throws dev.forklift.engine.memory.GuestFault if there is no code
  public static @Nullable RegionListing of(Isa isa, AddressSpace space, long pc) {
    CodePage page = space.codePage(pc);
    RegionClass written = RegionTranslator.write(isa, space, page, pc, true);
    if (written == null) {
      return null;
    }
    Bytecode bytecode = Bytecode.of(written.bytes());
    List<Block> blocks = new ArrayList<>();
    for (LiftedBlock block : written.region().blocks().values()) {
      // Lines are counted from one; what comes before the first has none.
      List<String> lines = bytecode.lines(blocks.size() + 1);
      blocks.add(new Block(block.start(), instructions(isa, page, block), lines));
    }
    return new RegionListing(
        written.bytes().length,
        written.codeLength(),
        written.isCompilable(),
        blocks,
        bytecode.lines(0),
        bytecode.lines(blocks.size() + 1));
  }

  private static List<Instruction> instructions(Isa isa, CodePage page, LiftedBlock block) {
    List<String> registers = isa.registers().names();
    List<Instruction> result = new ArrayList<>();
    List<String> steps = new ArrayList<>();
    for (Op op : block.ops()) {
      if (op instanceof Op.Instruction(long pc, int length)) {
        steps = new ArrayList<>();
        addCode(isa, page, pc, length, steps, result);
      } else {
        steps.add(OpText.of(op, registers));
      }
    }
    return result;
  }

  /// Adds the instructions of a unit that is lifted together: one with its delay slot, or a run of
  /// instructions that means something as a whole. Its steps stand with the last of them.
  private static void addCode(
      Isa isa, CodePage page, long start, int length, List<String> steps, List<Instruction> to) {
    Disassembler disassembler = isa.instructions().disassembler();
    long pc = start;
    while (pc < start + length) {
      int bytes =
          isa.instructions().unit() == Integer.BYTES
              ? Integer.BYTES
              : isa.instructions().length(page.fetch16(pc));
      int code = bytes == Integer.BYTES ? page.fetch32(pc) : page.fetch16(pc);
      String text = disassembler.disassemble(pc, code, bytes).replace('\t', ' ');
      boolean isLast = pc + bytes >= start + length;
      to.add(new Instruction(pc, bytes, code, text, isLast ? steps : List.of()));
      pc += bytes;
    }
  }
}
