package dev.forklift.cli;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Names as the guest has them, one char a byte, and as the host's Java has them.
final class HostNames {
  private static final Charset HOST =
      Charset.forName(System.getProperty("sun.jnu.encoding"), StandardCharsets.UTF_8);

  private HostNames() {}

  /// Text of the command line or the environment as the guest gets it.
  static String toGuest(String text) {
    return new String(text.getBytes(HOST), StandardCharsets.ISO_8859_1);
  }

  /// A folder or file of the host under the name that it has there.
  static String toGuest(Path path) {
    return toGuest(path.toString());
  }

  /// The reverse of [#toGuest(String)].
  static String toHost(String text) {
    return new String(text.getBytes(StandardCharsets.ISO_8859_1), HOST);
  }
}
