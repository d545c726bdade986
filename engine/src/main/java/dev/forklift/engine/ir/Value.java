package dev.forklift.engine.ir;

/// An operand.
public sealed interface Value {
  /// A number known when the code is lifted.
  record Const(long value) implements Value {}

  /// A guest register, or (from [Ir#firstTemporary] up) a temporary of the block.
  record Reg(int index) implements Value {}
}
