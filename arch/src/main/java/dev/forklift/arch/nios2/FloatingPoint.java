package dev.forklift.arch.nios2;

/// The standard floating-point custom instructions: single precision, in general registers.
///
/// Numbers and results as in the Nios II Custom Instruction User Guide, "Floating Point Hardware 2
/// Operations". Arithmetic takes subnormal numbers for zero, and gives zero instead of them.
final class FloatingPoint {
  /// A function of two floating-point numbers.
  private interface Arithmetic {
    float apply(float a, float b);
  }

  /// A condition on two floating-point numbers.
  private interface Comparison {
    boolean holds(float a, float b);
  }

  private static final int SIGN = 0x8000_0000;

  static CustomInstructions addTo(CustomInstructions set) {
    return set.with(252, arithmetic((a, b) -> a * b))
        .with(253, arithmetic((a, b) -> a + b))
        .with(254, arithmetic((a, b) -> a - b))
        .with(255, arithmetic((a, b) -> a / b));
  }

  static CustomInstructions addAllTo(CustomInstructions set) {
    return addTo(set)
        .with(224, (a, _) -> a & ~SIGN)
        .with(225, (a, _) -> a ^ SIGN)
        .with(226, comparison((a, b) -> a != b))
        .with(227, comparison((a, b) -> a == b))
        .with(228, comparison((a, b) -> a >= b))
        .with(229, comparison((a, b) -> a > b))
        .with(230, comparison((a, b) -> a <= b))
        .with(231, comparison((a, b) -> a < b))
        .with(232, (a, b) -> isLess(a, b) ? b : a)
        .with(233, (a, b) -> isLess(a, b) ? a : b)
        .with(248, (a, _) -> roundAwayFromZero(Float.intBitsToFloat(a)))
        .with(249, (a, _) -> (int) Float.intBitsToFloat(a))
        .with(250, (a, _) -> Float.floatToRawIntBits((float) a))
        .with(251, arithmetic((a, _) -> (float) Math.sqrt(a)));
  }

  private static CustomInstruction arithmetic(Arithmetic operation) {
    return (a, b) -> {
      float result = operation.apply(flushed(a), flushed(b));
      return Float.floatToRawIntBits(flushed(Float.floatToRawIntBits(result)));
    };
  }

  /// The number, or a zero of its sign if it is subnormal.
  private static float flushed(int bits) {
    boolean subnormal = (bits & 0x7f80_0000) == 0;
    return Float.intBitsToFloat(subnormal ? bits & SIGN : bits);
  }

  private static CustomInstruction comparison(Comparison condition) {
    return (a, b) -> condition.holds(Float.intBitsToFloat(a), Float.intBitsToFloat(b)) ? 1 : 0;
  }

  private static boolean isLess(int a, int b) {
    return Float.intBitsToFloat(a) < Float.intBitsToFloat(b);
  }

  private static int roundAwayFromZero(float value) {
    return (int) (value + Math.copySign(0.5, value));
  }

  private FloatingPoint() {}
}
