package dev.forklift.engine.isa;

import java.util.List;

/// How the operands of an instruction are written in assembly: text with arguments between.
///
/// @param parts from left to right
record Syntax(List<Part> parts) {
  static final Syntax NONE = new Syntax(List.of());

  sealed interface Part {}

  /// Text that stands there as it is.
  record Text(String text) implements Part {}

  /// The value of an argument.
  record Operand(String argument, Kind kind) implements Part {}

  /// What the number of an argument stands for.
  sealed interface Kind {}

  /// Itself.
  record Number() implements Kind {}

  /// A register; the list names them.
  record Register(List<String> names) implements Kind {}

  /// A place, as its distance from the instruction plus `bias`.
  record Relative(int bias) implements Kind {}

  /// A place in the segment of `1 << bits` bytes that the instruction lies in.
  record Segment(int bits) implements Kind {}

  Syntax {
    parts = List.copyOf(parts);
  }
}
