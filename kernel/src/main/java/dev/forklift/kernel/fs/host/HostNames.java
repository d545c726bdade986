package dev.forklift.kernel.fs.host;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/// Names as the guest has them, one char a byte, from names as Java has them on this host.
public final class HostNames {
  private static final Charset HOST =
      Charset.forName(System.getProperty("sun.jnu.encoding"), StandardCharsets.UTF_8);

  private HostNames() {}

  public static String inGuest(String text) {
    return new String(text.getBytes(HOST), StandardCharsets.ISO_8859_1);
  }
}
