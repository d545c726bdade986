package dev.forklift.engine.ir;

/// Operations of two operands. Shift counts are taken modulo the width. Division by zero and the
/// overflowing signed division give what Java's operators cannot: the lifted code checks before it
/// divides, the operation itself answers zero and the dividend.
public enum BinaryOp {
  ADD,
  SUB,
  MUL,
  /// The upper half of the product of two signed numbers.
  MULH_SIGNED,
  /// The upper half of the product of two unsigned numbers.
  MULH_UNSIGNED,
  /// The upper half of the product of a signed first and an unsigned second number.
  MULH_SIGNED_UNSIGNED,
  DIV_SIGNED,
  DIV_UNSIGNED,
  REM_SIGNED,
  REM_UNSIGNED,
  AND,
  OR,
  XOR,
  SHIFT_LEFT,
  SHIFT_RIGHT_LOGICAL,
  SHIFT_RIGHT_ARITHMETIC,
  ROTATE_LEFT,
  EQUAL,
  NOT_EQUAL,
  LESS_SIGNED,
  LESS_UNSIGNED,
  GREATER_EQUAL_SIGNED,
  GREATER_EQUAL_UNSIGNED;

  /// Says whether the result is 1 or 0, and may decide a branch.
  public boolean isComparison() {
    return compareTo(EQUAL) >= 0;
  }

  /// Says whether the operands may change places.
  public boolean isCommutative() {
    return switch (this) {
      case ADD, MUL, MULH_SIGNED, MULH_UNSIGNED, AND, OR, XOR, EQUAL, NOT_EQUAL -> true;
      default -> false;
    };
  }
}
