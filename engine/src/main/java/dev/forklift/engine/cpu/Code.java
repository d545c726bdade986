package dev.forklift.engine.cpu;

/// The words that the [Evaluator] executes.
///
/// A word is, from the top, an operation (8 bits), a destination slot (8), two operand slots a and
/// b (8 each), and a signed number (32). Slots are those of [Cpu]; where an operand may be a
/// number, it is the sum of slot b and the number, one of them being zero. Places in guest code are
/// distances from the start of the block.
final class Code {
  /// `d = b + number`.
  static final int MOVE = 0;

  /// `d = the next word`.
  static final int WIDE = 1;

  /// `d = a op (b + number)` of 64 bits, for each [BinaryOp] in its order: 2 to 24.
  static final int BINARY_64 = 2;

  /// The same of 32 bits, for those before [BinaryOp#EQUAL] that differ: 25 to 41.
  static final int BINARY_32 = BINARY_64 + 23;

  /// `d = a`'s low bits, extended.
  static final int SIGNED_8 = 42;

  static final int SIGNED_16 = 43;
  static final int SIGNED_32 = 44;
  static final int UNSIGNED_8 = 45;
  static final int UNSIGNED_16 = 46;
  static final int UNSIGNED_32 = 47;

  static final int SWAP_32 = 48;
  static final int SWAP_64 = 49;

  /// `d = a != 0 ? b : slot number`.
  static final int SELECT = 50;

  /// `d = memory at a + number`.
  static final int LOAD_SIGNED_8 = 51;

  static final int LOAD_SIGNED_16 = 52;
  static final int LOAD_SIGNED_32 = 53;
  static final int LOAD_UNSIGNED_8 = 54;
  static final int LOAD_UNSIGNED_16 = 55;
  static final int LOAD_UNSIGNED_32 = 56;
  static final int LOAD_64 = 57;

  /// `memory at a + number = b`.
  static final int STORE_8 = 58;

  static final int STORE_16 = 59;
  static final int STORE_32 = 60;
  static final int STORE_64 = 61;

  /// Faults unless `a + number` is a multiple of `1 << d`; b is 1 before a store.
  static final int ALIGNED = 62;

  /// `d = memory at a; if it was b, memory = slot number`.
  static final int EXCHANGE_32 = 63;

  static final int EXCHANGE_64 = 64;
  static final int FENCE = 65;
  static final int FENCE_ACQUIRE = 66;
  static final int FENCE_RELEASE = 67;

  /// Raises exception `number` if a has a bit of d (sign-extended).
  static final int RAISE_IF = 68;

  /// `d = function number (d slots from a on)`: b is how many arguments there are.
  static final int CALL = 69;

  /// `if (a op b) pc = start + number, else pc = end`; d is 1 if the jump is a safe point.
  static final int BRANCH_EQUAL = 70;

  static final int BRANCH_NOT_EQUAL = 71;
  static final int BRANCH_LESS_SIGNED = 72;
  static final int BRANCH_LESS_UNSIGNED = 73;
  static final int BRANCH_GREATER_EQUAL_SIGNED = 74;
  static final int BRANCH_GREATER_EQUAL_UNSIGNED = 75;

  /// `pc = start + number`; d is 1 at a safe point.
  static final int JUMP = 76;

  /// `pc = a`; d is 1 at a safe point.
  static final int JUMP_INDIRECT = 77;

  /// Leaves for the kernel with code `number`; it may go on at the end of the block.
  static final int TRAP = 78;

  /// Leaves with exception `number`.
  static final int RAISE = 79;

  /// The same at a computed jump, whose targets are kept.
  static final int JUMP_COMPUTED = 80;

  private Code() {}

  static long word(int op, int d, int a, int b, int number) {
    return (long) op << 56
        | (long) d << 48
        | (long) a << 40
        | (long) b << 32
        | (number & 0xffff_ffffL);
  }

  static int op(long word) {
    return (int) (word >>> 56);
  }
}
