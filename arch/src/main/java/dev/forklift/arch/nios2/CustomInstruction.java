package dev.forklift.arch.nios2;

/// An instruction that the designer of a system has added to the CPU.
@FunctionalInterface
public interface CustomInstruction {
  /// Computes the result.
  ///
  /// Where the program names a general register, its value is passed, and where it names a register
  /// of the instruction's own (`c0` to `c31`), that one's; the result goes to either kind, too.
  /// Guest threads may call it at the same time, and what it throws ends them as a host bug.
  ///
  /// @param dataA the value of register A
  /// @param dataB the value of register B
  int execute(int dataA, int dataB);
}
