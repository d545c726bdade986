package dev.forklift.kernel.loader;

import dev.forklift.kernel.abi.Errno;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The first line of a script: `#!`, an interpreter, and at most one argument, which is the rest of
/// the line.
///
/// @param argument null if there is none
record ScriptLine(String interpreter, @Nullable String argument) {
  static boolean isScript(byte[] head) {
    return head[0] == '#' && head[1] == '!';
  }

  /// Takes the line apart.
  ///
  /// @param head the first bytes of the file, zeros behind its end
  /// @throws Errno ENOEXEC if there is no interpreter, or its name may go on behind `head`
  static ScriptLine parse(byte[] head) throws Errno {
    int last = head.length - 1;
    int end = indexOfNewline(head);
    if (end < 0) {
      int name = skipBlanks(head, 2, last);
      if (name > last || findTerminator(head, name, last) > last) {
        throw Errno.ENOEXEC;
      }
      end = last;
    }
    while (isBlank(head[end - 1])) {
      end--;
    }
    int name = skipBlanks(head, 2, end);
    if (name >= end) {
      throw Errno.ENOEXEC;
    }
    int nameEnd = Math.min(findTerminator(head, name, end), end);
    String argument = null;
    if (nameEnd < end && head[nameEnd] != 0) {
      argument = string(head, skipBlanks(head, nameEnd, end), end);
    }
    return new ScriptLine(string(head, name, nameEnd), argument);
  }

  private static int indexOfNewline(byte[] head) {
    for (int i = 0; i < head.length && head[i] != 0; i++) {
      if (head[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }

  /// The first byte in `[from, last]` that is no blank, or `last + 1`.
  private static int skipBlanks(byte[] head, int from, int last) {
    int at = from;
    while (at <= last && isBlank(head[at])) {
      at++;
    }
    return at;
  }

  /// The first blank or zero byte in `[from, last]`, or `last + 1`.
  private static int findTerminator(byte[] head, int from, int last) {
    int at = from;
    while (at <= last && !isBlank(head[at]) && head[at] != 0) {
      at++;
    }
    return at;
  }

  private static String string(byte[] head, int from, int end) {
    int length = 0;
    while (from + length < end && head[from + length] != 0) {
      length++;
    }
    return new String(head, from, length, StandardCharsets.ISO_8859_1);
  }
}
