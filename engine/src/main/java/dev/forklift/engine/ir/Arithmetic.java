package dev.forklift.engine.ir;

/// What the operations of the IR compute, said in plain Java: constants are folded with it, and
/// tests hold the back ends to it.
public final class Arithmetic {
  private Arithmetic() {}

  /// The result of `a op b`; sign-extended to 64 bits if the width is 32.
  public static long apply(BinaryOp op, Width width, long a, long b) {
    return width == Width.W32 ? apply32(op, (int) a, (int) b) : apply64(op, a, b);
  }

  /// Says whether `a op b` holds; `op` is one of the comparisons.
  public static boolean holds(BinaryOp op, long a, long b) {
    return apply64(op, a, b) != 0;
  }

  private static int apply32(BinaryOp op, int a, int b) {
    return switch (op) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case MULH_SIGNED -> (int) (((long) a * b) >> 32);
      case MULH_UNSIGNED -> (int) ((Integer.toUnsignedLong(a) * Integer.toUnsignedLong(b)) >>> 32);
      case MULH_SIGNED_UNSIGNED -> (int) ((a * Integer.toUnsignedLong(b)) >> 32);
      case DIV_SIGNED -> divide(a, b);
      case DIV_UNSIGNED -> divideUnsigned(a, b);
      case REM_SIGNED -> remainder(a, b);
      case REM_UNSIGNED -> remainderUnsigned(a, b);
      case AND -> a & b;
      case OR -> a | b;
      case XOR -> a ^ b;
      case SHIFT_LEFT -> a << b;
      case SHIFT_RIGHT_LOGICAL -> a >>> b;
      case SHIFT_RIGHT_ARITHMETIC -> a >> b;
      case ROTATE_LEFT -> Integer.rotateLeft(a, b);
      case EQUAL -> a == b ? 1 : 0;
      case NOT_EQUAL -> a != b ? 1 : 0;
      case LESS_SIGNED -> a < b ? 1 : 0;
      case LESS_UNSIGNED -> Integer.compareUnsigned(a, b) < 0 ? 1 : 0;
      case GREATER_EQUAL_SIGNED -> a >= b ? 1 : 0;
      case GREATER_EQUAL_UNSIGNED -> Integer.compareUnsigned(a, b) >= 0 ? 1 : 0;
    };
  }

  private static long apply64(BinaryOp op, long a, long b) {
    return switch (op) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case MULH_SIGNED -> Math.multiplyHigh(a, b);
      case MULH_UNSIGNED -> Math.unsignedMultiplyHigh(a, b);
      case MULH_SIGNED_UNSIGNED -> multiplyHighSignedUnsigned(a, b);
      case DIV_SIGNED -> divide(a, b);
      case DIV_UNSIGNED -> divideUnsigned(a, b);
      case REM_SIGNED -> remainder(a, b);
      case REM_UNSIGNED -> remainderUnsigned(a, b);
      case AND -> a & b;
      case OR -> a | b;
      case XOR -> a ^ b;
      case SHIFT_LEFT -> a << b;
      case SHIFT_RIGHT_LOGICAL -> a >>> b;
      case SHIFT_RIGHT_ARITHMETIC -> a >> b;
      case ROTATE_LEFT -> Long.rotateLeft(a, (int) b);
      case EQUAL -> a == b ? 1 : 0;
      case NOT_EQUAL -> a != b ? 1 : 0;
      case LESS_SIGNED -> a < b ? 1 : 0;
      case LESS_UNSIGNED -> Long.compareUnsigned(a, b) < 0 ? 1 : 0;
      case GREATER_EQUAL_SIGNED -> a >= b ? 1 : 0;
      case GREATER_EQUAL_UNSIGNED -> Long.compareUnsigned(a, b) >= 0 ? 1 : 0;
    };
  }

  // Divisions that do not throw: by zero they give zero and the dividend.

  public static int divide(int a, int b) {
    return b == 0 ? 0 : a / b;
  }

  public static int divideUnsigned(int a, int b) {
    return b == 0 ? 0 : Integer.divideUnsigned(a, b);
  }

  public static int remainder(int a, int b) {
    return b == 0 ? a : a % b;
  }

  public static int remainderUnsigned(int a, int b) {
    return b == 0 ? a : Integer.remainderUnsigned(a, b);
  }

  public static long divide(long a, long b) {
    return b == 0 ? 0 : a / b;
  }

  public static long divideUnsigned(long a, long b) {
    return b == 0 ? 0 : Long.divideUnsigned(a, b);
  }

  public static long remainder(long a, long b) {
    return b == 0 ? a : a % b;
  }

  public static long remainderUnsigned(long a, long b) {
    return b == 0 ? a : Long.remainderUnsigned(a, b);
  }

  /// The upper half of the product of a signed and an unsigned number.
  public static long multiplyHighSignedUnsigned(long a, long b) {
    // b as unsigned is b + 2^64 where b is negative, which adds a to the upper half.
    return Math.multiplyHigh(a, b) + (b >> 63 & a);
  }

  /// Sign- or zero-extends the low `bits` of `a`.
  public static long extend(long a, int bits, boolean signed) {
    int shift = Long.SIZE - bits;
    return signed ? a << shift >> shift : a << shift >>> shift;
  }

  /// The bytes of `a` in the other order.
  public static long swapBytes(Width width, long a) {
    return width == Width.W32 ? Integer.reverseBytes((int) a) : Long.reverseBytes(a);
  }
}
