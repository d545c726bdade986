package dev.forklift.verify;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Where the project stands, and what stands beside it.
final class Checkout {
  /// The top of the tree. Maven runs the tests in their module's folder.
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private Checkout() {}

  /// A file of the test material, which is not part of the project. Skips the test without it.
  static Path material(String name) {
    Path folder =
        Optional.ofNullable(System.getenv("FORKLIFT_MATERIAL"))
            .map(Path::of)
            .orElseGet(() -> ROOT.resolveSibling("shared"));
    Path file = folder.resolve(name);
    assumeTrue(Files.exists(file), () -> name + " is not in FORKLIFT_MATERIAL");
    return file;
  }
}
