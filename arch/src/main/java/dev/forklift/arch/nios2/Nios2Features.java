package dev.forklift.arch.nios2;

import dev.forklift.engine.isa.Meaning;

/// Which instructions a CPU has that not all have.
///
/// @param multiplies mul and muli
/// @param multipliesWide mulxss, mulxsu and mulxuu
/// @param divides div and divu
/// @param hasShadowSets rdprs and wrprs
record Nios2Features(
    boolean multiplies, boolean multipliesWide, boolean divides, boolean hasShadowSets) {
  /// What user code of Linux may expect.
  static final Nios2Features USUAL = new Nios2Features(true, true, true, false);

  /// The meaning if there is the instruction: otherwise software may do what it stands for.
  static <A> Meaning<A> ifThere(boolean there, Meaning<A> meaning) {
    return there ? meaning : (ir, _) -> ir.raise(Nios2.UNIMPLEMENTED_INSTRUCTION);
  }
}
