package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Programs that call the kernel with random numbers and arguments are always answered.
///
/// `-Dforklift.soak=N` runs N seeds more, with longer batches.
class RandomCallsTest {
  private static final Path PROGRAM = Checkout.ROOT.resolve("verification/guest/bin/random-calls");

  /// The first seeds every time, others on demand.
  private static final int USUAL = 4;

  private static final int SOAK = Integer.getInteger("forklift.soak", 0);

  static LongStream seeds() {
    return LongStream.range(0, USUAL + SOAK);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everyCallOfAProcessIsAnswered(long seed) throws Exception {
    run(seed, List.of(Long.toString(seed), seed < USUAL ? "20" : "100", "150"));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everyCallOfThreadsIsAnswered(long seed) throws Exception {
    run(seed, List.of(Long.toString(seed), seed < USUAL ? "10" : "100", "100", "threads"));
  }

  private static void run(long seed, List<String> arguments) throws Exception {
    Watched run =
        Watched.of(
            GuestRun.rootWith("random-calls", PROGRAM),
            GuestRun.program("random-calls", arguments, List.of()),
            60_000);
    assertThat(run.failures()).as("seed %d", seed).isEmpty();
    assertThat(run.killed()).as("seed %d does not end", seed).isFalse();
    assertThat(run.out()).contains("batches have ended");
  }
}
