package dev.forklift.arch.nios2;

/// What a supervisor's instruction asks the CPU to do, as the number of a trap or an exception:
/// above those that there are.
enum SystemOperation {
  /// Return from an exception.
  ERET,
  /// Return from a break.
  BRET,
  /// Write a control register.
  WRCTL,
  /// Read a register of the previous set, and add a number.
  RDPRS,
  /// Write a register of the previous set.
  WRPRS,
  /// `break`, with its number.
  BREAK,
  /// What the tools' library executes to tell a simulator that the program has ended.
  HALT;

  private static final SystemOperation[] ALL = values();

  // From the bottom: a number (16 bits, signed), target and source register (5 bits each),
  // operation plus one.
  private static final int NUMBER_MASK = 0xffff;
  private static final int TARGET_SHIFT = 16;
  private static final int SOURCE_SHIFT = 21;
  private static final int OPERATION_SHIFT = 26;
  private static final int REGISTER_MASK = 31;

  /// The number of the trap.
  int code(int number, int target, int source) {
    return ((ordinal() + 1) << OPERATION_SHIFT)
        | (source << SOURCE_SHIFT)
        | (target << TARGET_SHIFT)
        | (number & NUMBER_MASK);
  }

  /// The number of the trap for what has no operands.
  int code() {
    return code(0, 0, 0);
  }

  /// Whether a trap's number is one of these.
  static boolean is(int code) {
    return code >>> OPERATION_SHIFT != 0;
  }

  static SystemOperation of(int code) {
    return ALL[(code >>> OPERATION_SHIFT) - 1];
  }

  static int number(int code) {
    return (short) code;
  }

  static int target(int code) {
    return (code >>> TARGET_SHIFT) & REGISTER_MASK;
  }

  static int source(int code) {
    return (code >>> SOURCE_SHIFT) & REGISTER_MASK;
  }
}
