package dev.forklift.kernel.fs.host;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;

/// Names as the guest has them, one char a byte, and as paths of the host.
///
/// Neither way loses a byte, whatever the host's locale: a path's text does, but not its URI.
public final class HostNames {
  private static final String ALWAYS_PLAIN = "/-_.~";

  private HostNames() {}

  /// The path's name in the guest; absolute.
  public static String inGuest(Path path) {
    String text = path.toString();
    if (isAscii(text)) {
      return path.toAbsolutePath().toString();
    }
    String raw = path.toUri().getRawPath();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < raw.length(); i++) {
      if (raw.charAt(i) == '%') {
        bytes.write(HexFormat.fromHexDigits(raw, i + 1, i + 3));
        i += 2;
      } else {
        bytes.write(raw.charAt(i));
      }
    }
    // The URI of a folder ends with a slash.
    String name = bytes.toString(StandardCharsets.ISO_8859_1);
    return name.length() > 1 && name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
  }

  /// The last name of a path.
  public static String lastInGuest(Path path) {
    String whole = inGuest(path);
    return whole.substring(whole.lastIndexOf('/') + 1);
  }

  /// The path of the host that has this name.
  ///
  /// @param name one char a byte
  /// @param base what a relative one starts from; absolute
  public static Path onHost(String name, Path base) {
    if (isAscii(name)) {
      return base.resolve(name);
    }
    String absolute = name.startsWith("/") ? name : inGuest(base) + "/" + name;
    StringBuilder uri = new StringBuilder("file://");
    for (int i = 0; i < absolute.length(); i++) {
      char c = absolute.charAt(i);
      if (c < 0x80 && (Character.isLetterOrDigit(c) || ALWAYS_PLAIN.indexOf(c) >= 0)) {
        uri.append(c);
      } else {
        uri.append('%').append(HexFormat.of().toHexDigits((byte) c));
      }
    }
    return Path.of(URI.create(uri.toString()));
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c > 0 && c < 0x80);
  }
}
