package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.cpu.Evaluator;
import dev.forklift.engine.jit.RegionTranslator;
import dev.forklift.engine.jit.TranslationLog;
import dev.forklift.engine.jit.TranslationLog.Outcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Programs that change code, take memory away and race with each other print what they print on
/// the real kernel while two threads translate beside them what has run some times.
class BackgroundTranslationTest {
  private static final Path GUEST = Checkout.ROOT.resolve("verification/guest");
  private static final int TRANSLATORS = 2;
  private static final int HOT_AFTER = 20;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "endless-loops",
        "fork-wait",
        "futex",
        "litmus",
        "mapping-races",
        "nios2-generated-code",
        "nios2-loop-faults",
        "nios2-much-code",
        "nios2-shared-code",
        "page-copies",
        "signals-restart",
        "threads",
        "vfork-exec"
      })
  void printsWhatItPrintsOnTheRealKernel(String name) throws Exception {
    TranslationLog log = new TranslationLog();
    try (ExecutorService translators =
        Executors.newFixedThreadPool(TRANSLATORS, Thread.ofPlatform().daemon().factory())) {
      GuestRun run =
          GuestRun.of(
              GuestRun.rootWith(name, GUEST.resolve("bin").resolve(name)),
              GuestRun.program(name, List.of(), List.of()),
              "",
              config ->
                  config.withEngine(
                      new Evaluator(new RegionTranslator(translators, HOT_AFTER, log))));
      translators.shutdownNow();
      assertThat(run.out())
          .isEqualTo(
              Files.readString(
                  GUEST.resolve(name).resolve("expected.txt"), StandardCharsets.ISO_8859_1));
      assertThat(run.outcome().exitCode()).isZero();
    }
    assertThat(log.count(Outcome.FAILED)).isZero();
    assertThat(log.count(Outcome.INSTALLED)).isPositive();
  }
}
