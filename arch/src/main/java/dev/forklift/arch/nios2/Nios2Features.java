package dev.forklift.arch.nios2;

import dev.forklift.engine.isa.Meaning;

/// Which instructions a CPU has that not all have.
///
/// @param multiplies mul and muli
/// @param multipliesWide mulxss, mulxsu and mulxuu
/// @param divides div and divu
/// @param hasShadowSets rdprs and wrprs
/// @param simpleStatus the bits of status that can be written, if PIE alone can change without
///   anything else than interrupts following from it; 0 otherwise
record Nios2Features(
    boolean multiplies,
    boolean multipliesWide,
    boolean divides,
    boolean hasShadowSets,
    int simpleStatus) {
  /// What user code of Linux may expect.
  static final Nios2Features USUAL = new Nios2Features(true, true, true, false, 0);

  /// Whether what writing status and estatus means can be said in steps.
  boolean hasSimpleStatus() {
    return simpleStatus != 0;
  }

  /// The meaning if there is the instruction: otherwise software may do what it stands for.
  static <A> Meaning<A> ifThere(boolean there, Meaning<A> meaning) {
    return there ? meaning : (ir, _) -> ir.raise(Nios2.UNIMPLEMENTED_INSTRUCTION);
  }
}
