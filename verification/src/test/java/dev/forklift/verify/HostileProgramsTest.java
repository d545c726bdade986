package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.fs.tmpfs.MemoryOrigin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever is executed, the kernel answers: with an errno, or with a process that runs and ends.
///
/// `-Dforklift.soak=N` runs N seeds more.
class HostileProgramsTest {
  private static final Path PROGRAMS = Checkout.ROOT.resolve("verification/guest/bin");
  private static final int FILES = 500;
  private static final int USUAL = 4;
  private static final int SOAK = Integer.getInteger("forklift.soak", 0);
  private static final Pattern ANSWER =
      Pattern.compile("(\\d+) refused, (\\d+) ended, (\\d+) killed");

  static LongStream seeds() {
    return LongStream.range(0, USUAL + SOAK);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void filesOfAllKindsAreExecutedOrRefused(long seed) throws Exception {
    Mutants mutants = new Mutants(PROGRAMS, seed);
    MemoryOrigin job = MemoryOrigin.folder(0755);
    for (int i = 0; i < FILES; i++) {
      job.with(Integer.toString(i), MemoryOrigin.file(0755, mutants.next()));
    }
    job.with("run-all", MemoryOrigin.file(0755, Files.readAllBytes(PROGRAMS.resolve("run-all"))));
    MemoryOrigin root =
        MemoryOrigin.folder(0755)
            .with("dev", MemoryOrigin.folder(0755))
            .with("proc", MemoryOrigin.folder(0555))
            .with("tmp", MemoryOrigin.folder(01777))
            .with("job", job);

    Watched run =
        Watched.of(
            root,
            GuestRun.program("run-all", List.of("/job", Integer.toString(FILES)), List.of()),
            120_000);

    assertThat(run.failures()).as("seed %d", seed).isEmpty();
    assertThat(run.killed()).as("seed %d does not end", seed).isFalse();
    MatchResult counts =
        ANSWER.matcher(run.out()).results().findFirst().orElseThrow(() -> lost(seed, run));
    // The files reach every stage.
    for (int group = 1; group <= 3; group++) {
      assertThat(Integer.parseInt(counts.group(group))).as(run.out()).isGreaterThan(FILES / 20);
    }
  }

  private static AssertionError lost(long seed, Watched run) {
    return new AssertionError("seed " + seed + ": the runner is gone: " + run);
  }
}
