package dev.forklift.verify;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// The cross compiler, which is not part of the project.
final class Toolchain {
  private static final String COMPILER = "nios2-linux-gnu-gcc";

  private Toolchain() {}

  /// The compiler for C, found as `verification/guest/build` finds it. Skips the test without it.
  static Path compiler() {
    Stream<Path> named =
        Optional.ofNullable(System.getenv("NIOS2_TOOLCHAIN")).stream()
            .map(home -> Path.of(home, "bin", COMPILER));
    Stream<Path> onPath =
        Optional.ofNullable(System.getenv("PATH")).stream()
            .flatMap(path -> Stream.of(path.split(File.pathSeparator)))
            .map(folder -> Path.of(folder, COMPILER));
    Stream<Path> usual = Stream.of(Path.of("/opt/nios2/bin", COMPILER));
    Optional<Path> found =
        Stream.of(named, onPath, usual)
            .flatMap(places -> places)
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(found.isPresent(), "no " + COMPILER + ", neither by NIOS2_TOOLCHAIN nor on PATH");
    return found.orElseThrow();
  }
}
