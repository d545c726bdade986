package dev.forklift.arch.nios2;

/// What a supervisor's instruction asks the CPU to do, as the number of a trap: above those that
/// the `trap` instruction itself can have.
enum SystemOperation {
  /// Return from an exception.
  ERET,
  /// Return from a break.
  BRET,
  /// Read a control register that changes by itself.
  RDCTL,
  /// Write a control register.
  WRCTL,
  /// `break`, with its number.
  BREAK,
  /// What the tools' library executes to tell a simulator that the program has ended.
  HALT;

  private static final SystemOperation[] ALL = values();

  // From the bottom: control register (5 bits), general register (5 bits), operation plus one.
  private static final int REGISTER_SHIFT = 5;
  private static final int OPERATION_SHIFT = 10;
  private static final int FIELD = 31;

  /// The number of the trap.
  int code(int control, int register) {
    return ((ordinal() + 1) << OPERATION_SHIFT) | (register << REGISTER_SHIFT) | control;
  }

  /// Whether a trap's number is one of these.
  static boolean is(int code) {
    return code >>> OPERATION_SHIFT != 0;
  }

  static SystemOperation of(int code) {
    return ALL[(code >>> OPERATION_SHIFT) - 1];
  }

  static int control(int code) {
    return code & FIELD;
  }

  static int register(int code) {
    return (code >>> REGISTER_SHIFT) & FIELD;
  }
}
