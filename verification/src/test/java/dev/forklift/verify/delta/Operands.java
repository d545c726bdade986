package dev.forklift.verify.delta;

import dev.forklift.engine.isa.Shape;

/// The arguments of instructions, one record for each argument set of `delta.decode`.
final class Operands {
  /// Two registers read, one written.
  record Three(int d, int a, int b) {
    static final Shape<Three> SHAPE = i -> new Three(i.get("d"), i.get("a"), i.get("b"));
  }

  /// Two registers and a number.
  record Two(int d, int a, int imm) {
    static final Shape<Two> SHAPE = i -> new Two(i.get("d"), i.get("a"), i.get("imm"));
  }

  /// A register and a number.
  record Load(int d, int imm) {
    static final Shape<Load> SHAPE = i -> new Load(i.get("d"), i.get("imm"));
  }

  /// A register compared with zero, and how far to go.
  record Near(int d, int near) {
    static final Shape<Near> SHAPE = i -> new Near(i.get("d"), i.get("near"));
  }

  /// Two registers compared, and how far to go.
  record Far(int a, int b, int far) {
    static final Shape<Far> SHAPE = i -> new Far(i.get("a"), i.get("b"), i.get("far"));
  }

  /// A register written, and the distance of a place.
  record Place(int d, int far) {
    static final Shape<Place> SHAPE = i -> new Place(i.get("d"), i.get("far"));
  }

  private Operands() {}
}
