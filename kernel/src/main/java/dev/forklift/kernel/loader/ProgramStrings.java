package dev.forklift.kernel.loader;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.ResourceLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The strings that go onto a new program's stack, and how many there may be.
final class ProgramStrings {
  /// The longest string, in pages (MAX_ARG_STRLEN).
  static final int MAX_STRING_PAGES = 32;

  /// What may be used whatever the stack's limit is (ARG_MAX).
  private static final long ALWAYS = 128 * 1024;

  /// What may be used at most: three quarters of the usual stack.
  private static final long AT_MOST = 6 * 1024 * 1024;

  private final String fileName;
  private final List<String> arguments;
  private final List<String> environment;
  private final int maxString;
  private final long room;

  /// @throws Errno E2BIG if they are more than the stack's limit allows
  ProgramStrings(ExecRequest request, ResourceLimits limits, int pageShift, int wordBytes)
      throws Errno {
    fileName = request.fileName();
    arguments = new ArrayList<>(request.arguments().read());
    environment = request.environment().read();
    maxString = MAX_STRING_PAGES << pageShift;
    long stack = limits.soft(ResourceLimits.RLIMIT_STACK);
    long limit = Math.max(ALWAYS, Math.min(AT_MOST, stack >>> 2));
    long pointers = (long) wordBytes * (Math.max(arguments.size(), 1) + environment.size());
    room = limit - pointers;
    if (room <= 0) {
      throw Errno.E2BIG;
    }
    if (arguments.isEmpty()) {
      // Programs rely on having a name.
      arguments.add("");
    }
    check();
  }

  /// A script runs: its interpreter's name and argument and its own name take the place of the
  /// first argument.
  void putBefore(List<String> first) throws Errno {
    arguments.remove(0);
    arguments.addAll(0, first);
    check();
  }

  private void check() throws Errno {
    long bytes = size(fileName);
    for (String string : arguments) {
      bytes += size(string);
    }
    for (String string : environment) {
      bytes += size(string);
    }
    if (bytes > room) {
      throw Errno.E2BIG;
    }
  }

  private long size(String string) throws Errno {
    if (string.length() + 1 > maxString) {
      throw Errno.E2BIG;
    }
    return string.length() + 1L;
  }

  String fileName() {
    return fileName;
  }

  List<String> arguments() {
    return arguments;
  }

  List<String> environment() {
    return environment;
  }

  /// All strings as they lie in memory: arguments, environment, file name, each with its zero byte.
  byte[] image() {
    int size = bytes(arguments) + bytes(environment) + fileName.length() + 1;
    byte[] image = new byte[size];
    int at = 0;
    for (List<String> part : List.of(arguments, environment, List.of(fileName))) {
      for (String string : part) {
        byte[] bytes = string.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, image, at, bytes.length);
        at += bytes.length + 1;
      }
    }
    return image;
  }

  static int bytes(List<String> strings) {
    int bytes = 0;
    for (String string : strings) {
      bytes += string.length() + 1;
    }
    return bytes;
  }
}
