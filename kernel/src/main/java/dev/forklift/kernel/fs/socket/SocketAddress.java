package dev.forklift.kernel.fs.socket;

import java.nio.charset.StandardCharsets;

/// An address as a `struct sockaddr` carries it.
///
/// @param family AF_*
/// @param name the bytes behind the family, one char each. For AF_UNIX: empty for no name, a path,
///   or a zero and an abstract name.
public record SocketAddress(int family, String name) {
  /// An AF_UNIX socket without a name.
  public static final SocketAddress UNNAMED =
      new SocketAddress(dev.forklift.kernel.abi.SocketNumbers.AF_UNIX, "");

  boolean isUnnamed() {
    return name.isEmpty();
  }

  boolean isAbstract() {
    return !name.isEmpty() && name.charAt(0) == 0;
  }

  /// An AF_UNIX path, which ends at the first zero.
  String path() {
    int end = name.indexOf('\0');
    return end < 0 ? name : name.substring(0, end);
  }

  /// The bytes behind the family as getsockname(2) gives them: a path ends with a zero.
  public byte[] bytes() {
    String text = isUnnamed() || isAbstract() ? name : path() + "\0";
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
