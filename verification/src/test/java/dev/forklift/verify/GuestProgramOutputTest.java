package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.cpu.Engine;
import dev.forklift.engine.cpu.Evaluator;
import dev.forklift.engine.jit.RegionTranslator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every guest program prints here what it printed on the real kernel.
class GuestProgramOutputTest {
  private static final Path GUEST = Checkout.ROOT.resolve("verification/guest");

  static List<String> programs() throws IOException {
    try (Stream<Path> folders = Files.list(GUEST)) {
      return folders
          .filter(folder -> Files.exists(folder.resolve("expected.txt")))
          .map(folder -> folder.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("programs")
  void printsWhatItPrintsOnTheRealKernel(String name) throws Exception {
    check(name, new Evaluator());
  }

  /// Translates whatever runs twice.
  @ParameterizedTest
  @MethodSource("programs")
  void printsTheSameWhenTranslated(String name) throws Exception {
    check(name, new Evaluator(new RegionTranslator(Runnable::run, 1)));
  }

  private static void check(String name, Engine engine) throws Exception {
    GuestRun run =
        GuestRun.of(
            GuestRun.rootWith(name, GUEST.resolve("bin").resolve(name)),
            GuestRun.program(name, lines(name, "arguments"), lines(name, "environment")),
            "",
            config -> config.withEngine(engine));
    assertThat(run.notStarted()).isNull();
    assertThat(run.out())
        .isEqualTo(
            Files.readString(
                GUEST.resolve(name).resolve("expected.txt"), StandardCharsets.ISO_8859_1));
    assertThat(run.outcome().exitCode()).isZero();
  }

  private static List<String> lines(String name, String file) throws IOException {
    Path path = GUEST.resolve(name).resolve(file);
    return Files.exists(path) ? Files.readAllLines(path) : List.of();
  }
}
