package dev.forklift.engine.ir;

import org.jspecify.annotations.Nullable;

/// An operand.
public sealed interface Value {
  /// The number zero.
  Value ZERO = new Const(0);

  // A record's own equals and hashCode are made when first used, which is at each start. Hence
  // these.

  /// A number known when the code is lifted.
  record Const(long value) implements Value {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Const that && value == that.value;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(value);
    }
  }

  /// A guest register, or (from [Ir#firstTemporary] up) a temporary of the block.
  record Reg(int index) implements Value {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Reg that && index == that.index;
    }

    @Override
    public int hashCode() {
      return index;
    }
  }
}
