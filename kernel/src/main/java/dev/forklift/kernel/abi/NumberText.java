package dev.forklift.kernel.abi;

import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Numbers as they are written to the kernel's files: decimal, octal after `0`, hexadecimal after
/// `0x`, with a line's end behind them if need be.
public final class NumberText {
  private static final Pattern NUMBER =
      Pattern.compile("([+-]?)(?:0[xX]([0-9a-fA-F]+)|0([0-7]*)|([1-9][0-9]*))\n?");

  private NumberText() {}

  /// An `int`.
  ///
  /// @throws Errno EINVAL if it is no number; ERANGE if it is too large a one
  public static int parseInt(String text) throws Errno {
    return (int) parse(text, Integer.SIZE);
  }

  /// A `long long`.
  ///
  /// @throws Errno EINVAL if it is no number; ERANGE if it is too large a one
  public static long parseLong(String text) throws Errno {
    return parse(text, Long.SIZE);
  }

  private static long parse(String text, int bits) throws Errno {
    Matcher parts = NUMBER.matcher(text);
    if (!parts.matches()) {
      throw Errno.EINVAL;
    }
    BigInteger magnitude;
    if (parts.group(2) != null) {
      magnitude = new BigInteger(parts.group(2), 16);
    } else if (parts.group(3) != null) {
      magnitude = new BigInteger("0" + parts.group(3), 8);
    } else {
      magnitude = new BigInteger(parts.group(4));
    }
    BigInteger number = parts.group(1).equals("-") ? magnitude.negate() : magnitude;
    if (number.bitLength() >= bits) {
      throw Errno.ERANGE;
    }
    return number.longValue();
  }
}
