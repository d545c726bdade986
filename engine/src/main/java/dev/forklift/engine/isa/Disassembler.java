package dev.forklift.engine.isa;

/// Writes instructions as assembly text, as `objdump` does: a mnemonic, a tab, operands.
///
/// What it writes, the [Assembler] reads back to the same bits. A word that is no instruction, or
/// has bits that the processor ignores otherwise than an assembler leaves them, is written as a
/// number.
public final class Disassembler {
  private final InstructionSet set;

  Disassembler(InstructionSet set) {
    this.set = set;
  }

  /// The text of the instruction of `bytes` bytes (see [InstructionSet#length]) at `pc`.
  public String disassemble(long pc, int word, int bytes) {
    Pattern pattern = set.find(word, bytes);
    if (pattern == null || (word & pattern.reserved()) != pattern.reservedMatch()) {
      return hex(bytes == Short.BYTES ? word & 0xffff : word & 0xffff_ffffL);
    }
    for (Alias alias : set.aliases()) {
      if (alias.pattern() == pattern && alias.fits(word)) {
        return write(alias.name(), alias.syntax(), pattern, pc, word);
      }
    }
    return write(pattern.name(), pattern.syntax(), pattern, pc, word);
  }

  private String write(String name, Syntax syntax, Pattern pattern, long pc, int word) {
    if (syntax.parts().isEmpty()) {
      return name;
    }
    StringBuilder text = new StringBuilder(name).append('\t');
    for (Syntax.Part part : syntax.parts()) {
      switch (part) {
        case Syntax.Text(String constant) -> text.append(constant);
        case Syntax.Operand(String argument, Syntax.Kind kind) ->
            text.append(operand(kind, pc, pattern.argument(argument, word)));
      }
    }
    return text.toString();
  }

  private String operand(Syntax.Kind kind, long pc, int value) {
    return switch (kind) {
      case Syntax.Number() -> Integer.toString(value);
      case Syntax.Register(var names) -> names.get(value);
      case Syntax.Relative(int bias) -> address(pc + bias + value);
      case Syntax.Segment(int bits) -> address((pc & -1L << bits) | value);
    };
  }

  private String address(long value) {
    return hex(set.registers().is32Bit() ? value & 0xffff_ffffL : value);
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
