package dev.forklift.cli;

import dev.forklift.kernel.fs.host.HostNames;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The words of the command line and of the environment as the host gave them: one char a byte, as
/// the guest has all names. Java's own view of them depends on the locale and loses bytes.
final class CommandLineBytes {
  private static final Charset HOST =
      Charset.forName(System.getProperty("sun.jnu.encoding"), StandardCharsets.UTF_8);

  private CommandLineBytes() {}

  /// The command line's words.
  ///
  /// @param decoded the same as Java has them, for hosts that do not tell the bytes
  static String[] arguments(String[] decoded) {
    List<String> words = entries("cmdline");
    int first = words.size() - decoded.length;
    return first < 1
        ? Arrays.stream(decoded).map(CommandLineBytes::bytes).toArray(String[]::new)
        : words.subList(first, words.size()).toArray(String[]::new);
  }

  /// The value of an environment variable, or null.
  static @Nullable String environment(String name) {
    String decoded = System.getenv(name);
    if (decoded == null || decoded.chars().allMatch(c -> c < 0x80)) {
      return decoded;
    }
    String start = name + "=";
    for (String entry : entries("environ")) {
      if (entry.startsWith(start)) {
        return entry.substring(start.length());
      }
    }
    return bytes(decoded);
  }

  /// The folder that the command was started in.
  static Path currentFolder() {
    Path named = Path.of("").toAbsolutePath();
    try {
      Path exact = Files.readSymbolicLink(Path.of("/proc/self/cwd"));
      return Files.isDirectory(exact) ? exact : named;
    } catch (IOException e) {
      return named;
    }
  }

  /// A file of the host, from the current folder.
  static Path path(String name) {
    return HostNames.onHost(name, currentFolder());
  }

  private static List<String> entries(String file) {
    try {
      byte[] bytes = Files.readAllBytes(Path.of("/proc/self", file));
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      // Each entry ends with a zero.
      return text.isEmpty()
          ? List.of()
          : List.of(text.substring(0, text.length() - 1).split("\0", -1));
    } catch (IOException e) {
      return List.of();
    }
  }

  private static String bytes(String text) {
    return new String(text.getBytes(HOST), StandardCharsets.ISO_8859_1);
  }
}
