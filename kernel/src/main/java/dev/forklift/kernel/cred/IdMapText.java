package dev.forklift.kernel.cred;

import dev.forklift.kernel.abi.Errno;
import java.util.ArrayList;
import java.util.List;

/// The text of an id map, as /proc/PID/uid_map takes it: lines of three numbers.
///
/// White space, what follows a NUL, and numbers too large for their type are treated as Linux's
/// parser treats them.
final class IdMapText {
  private final String text;
  private int at;

  private IdMapText(String text) {
    this.text = text;
  }

  /// The extents, in the order in which they are written.
  ///
  /// @throws Errno EINVAL if it is no map: no line, a line that is not three numbers, an id of -1,
  ///   an empty or a wrapping range, ranges that overlap, too many of them
  static List<IdMap.Extent> parse(String written) throws Errno {
    int end = written.indexOf('\0');
    String text = end < 0 ? written : written.substring(0, end);
    String[] lines =
        (text.endsWith("\n") ? text.substring(0, text.length() - 1) : text).split("\n", -1);
    if (lines.length > IdMap.MAX_EXTENTS) {
      throw Errno.EINVAL;
    }
    List<IdMap.Extent> extents = new ArrayList<>(lines.length);
    for (String line : lines) {
      IdMap.Extent extent = new IdMapText(line).extent();
      for (IdMap.Extent other : extents) {
        if (extent.overlaps(other)) {
          throw Errno.EINVAL;
        }
      }
      extents.add(extent);
    }
    return extents;
  }

  private IdMap.Extent extent() throws Errno {
    int inside = number();
    requireSpace();
    int outside = number();
    requireSpace();
    int count = number();
    boolean ended = at == text.length() || isSpace(text.charAt(at));
    skipSpace();
    boolean valid =
        ended
            && at == text.length()
            && inside != IdMap.NONE
            && outside != IdMap.NONE
            && Integer.compareUnsigned(inside + count, inside) > 0
            && Integer.compareUnsigned(outside + count, outside) > 0;
    if (!valid) {
      throw Errno.EINVAL;
    }
    return new IdMap.Extent(inside, outside, count);
  }

  /// The digits that come next, cut down to 32 bits; 0 if there are none.
  private int number() {
    skipSpace();
    int value = 0;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      value = 10 * value + (text.charAt(at++) - '0');
    }
    return value;
  }

  private void requireSpace() throws Errno {
    if (at == text.length() || !isSpace(text.charAt(at))) {
      throw Errno.EINVAL;
    }
  }

  private void skipSpace() {
    while (at < text.length() && isSpace(text.charAt(at))) {
      at++;
    }
  }

  /// White space of Linux's `ctype.h`, which knows Latin-1's space that does not break.
  static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0;
  }
}
