package dev.forklift.engine.isa;

/// Another way to write an instruction whose arguments have certain values, preferred where they
/// have: `nop`, or `mov` for an addition of zero.
///
/// @param mask the bits that must be as in `match`
record Alias(String name, Pattern pattern, int mask, int match, Syntax syntax) {
  boolean fits(int word) {
    return (word & mask) == match;
  }
}
