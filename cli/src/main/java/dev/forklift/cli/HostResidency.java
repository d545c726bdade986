package dev.forklift.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// How much of the host's memory this JVM has.
final class HostResidency {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String HIGH_WATER = "VmHWM:";

  private HostResidency() {}

  /// The most that was resident so far, or null where the host does not tell.
  static @Nullable Long atMostKib() {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(HIGH_WATER)) {
          return Long.valueOf(line.substring(HIGH_WATER.length()).replace("kB", "").strip());
        }
      }
    } catch (IOException | NumberFormatException e) {
      // Not Linux, or not shown.
    }
    return null;
  }
}
