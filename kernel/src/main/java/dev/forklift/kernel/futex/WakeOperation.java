package dev.forklift.kernel.futex;

import dev.forklift.kernel.abi.Errno;

/// What FUTEX_WAKE_OP does to its second word before it wakes, packed into one argument.
///
/// @param encoded operation, comparison and their two operands, as FUTEX_OP() packs them
record WakeOperation(int encoded) {
  private static final int SHIFT = 8;

  /// Changes the word.
  ///
  /// @return whether the old value passed the comparison
  /// @throws Errno ENOSYS for an operation that is not one (nothing is changed) or a comparison
  ///   that is not one (the word is changed all the same)
  boolean apply(FutexMemory memory, long address) throws Errno {
    int old;
    do {
      old = memory.load(address);
    } while (memory.compareExchange(address, old, changed(old)) != old);
    return passes(old);
  }

  private int changed(int old) throws Errno {
    int operand = operand();
    return switch ((encoded >>> 28) & 7) {
      case 0 -> operand;
      case 1 -> old + operand;
      case 2 -> old | operand;
      case 3 -> old & ~operand;
      case 4 -> old ^ operand;
      default -> throw Errno.ENOSYS;
    };
  }

  private int operand() {
    int operand = encoded << 8 >> 20;
    return ((encoded >>> 28) & SHIFT) == 0 ? operand : 1 << (operand & 31);
  }

  private boolean passes(int old) throws Errno {
    int comparand = encoded << 20 >> 20;
    return switch ((encoded >>> 24) & 15) {
      case 0 -> old == comparand;
      case 1 -> old != comparand;
      case 2 -> old < comparand;
      case 3 -> old <= comparand;
      case 4 -> old > comparand;
      case 5 -> old >= comparand;
      default -> throw Errno.ENOSYS;
    };
  }
}
