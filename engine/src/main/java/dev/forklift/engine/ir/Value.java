package dev.forklift.engine.ir;

/// An operand.
public sealed interface Value {
  /// The number zero.
  Value ZERO = new Const(0);

  /// A number known when the code is lifted.
  record Const(long value) implements Value {}

  /// A guest register, or (from [Ir#firstTemporary] up) a temporary of the block.
  record Reg(int index) implements Value {}
}
