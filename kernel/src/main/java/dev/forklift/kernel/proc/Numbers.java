package dev.forklift.kernel.proc;

import dev.forklift.kernel.abi.Errno;

/// Numbers as they are written to files of /proc.
final class Numbers {
  private Numbers() {}

  /// A decimal number with white space around it.
  ///
  /// @throws Errno EINVAL if it is none, or not within the bounds
  static int parse(String text, int least, int greatest) throws Errno {
    try {
      int number = Integer.parseInt(text.strip());
      if (number >= least && number <= greatest) {
        return number;
      }
    } catch (NumberFormatException e) {
      // EINVAL as well.
    }
    throw Errno.EINVAL;
  }
}
