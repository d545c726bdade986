package dev.forklift.kernel.gdb;

import dev.forklift.kernel.abi.Signal;

/// GDB's numbers for signals, which are the same for every system.
final class GdbSignals {
  private static final int UNKNOWN = 143;

  /// By Linux's number, from 0.
  private static final int[] NUMBERS = {
    0, 1, 2, 3, 4, 5, 6, 10, 8, 9, 30, 11, 31, 13, 14, 15, UNKNOWN, 20, 19, 17, 18, 21, 22, 16, 24,
    25, 26, 27, 28, 23, 32, 12
  };

  private static final int REALTIME_32 = 77;
  private static final int REALTIME_33 = 45;
  private static final int REALTIME_64 = 78;

  private GdbSignals() {}

  /// GDB's number for one of Linux's.
  static int of(int signal) {
    if (signal < NUMBERS.length) {
      return NUMBERS[signal];
    }
    return switch (signal) {
      case 32 -> REALTIME_32;
      case 64 -> REALTIME_64;
      default -> REALTIME_33 + signal - 33;
    };
  }

  /// Linux's number for one of GDB's, or 0 if there is none.
  static int toLinux(int number) {
    for (int signal = 1; signal <= Signal.SIGRTMAX; signal++) {
      if (of(signal) == number && number != UNKNOWN) {
        return signal;
      }
    }
    return 0;
  }
}
