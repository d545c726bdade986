package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Several kernels in one JVM at once, each with threads and children, never see each other.
class TwoKernelsTest {
  private static final Path GUEST = Checkout.ROOT.resolve("verification/guest");

  @Test
  void kernelsInOneJvmDoNotSeeEachOther() throws Exception {
    List<String> names = List.of("one", "second", "the-third-kernel");
    String expected = Files.readString(GUEST.resolve("island/expected.txt"));
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      List<Future<Watched>> runs = new ArrayList<>();
      for (String name : names) {
        runs.add(
            threads.submit(() ->
                Watched.of(
                    GuestRun.rootWith("island", GUEST.resolve("bin/island")),
                    GuestRun.program("island", List.of(name), List.of()),
                    60_000)));
      }
      for (Future<Watched> future : runs) {
        Watched run = future.get(150, TimeUnit.SECONDS);
        assertThat(run.failures()).isEmpty();
        assertThat(run.killed()).isFalse();
        assertThat(run.out()).isEqualTo(expected);
      }
    }
  }
}
