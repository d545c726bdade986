package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.arch.nios2.Nios2Linux;
import dev.forklift.kernel.fs.tmpfs.Origin;
import dev.forklift.kernel.fs.tmpfs.Tmpfs;
import dev.forklift.kernel.machine.Machine;
import dev.forklift.kernel.machine.MachineConfig;
import dev.forklift.kernel.machine.Outcome;
import dev.forklift.kernel.machine.Stdio;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Many sleeping tasks at once, and what each takes of the host: threads, mappings, memory.
///
/// `-Dforklift.soak=N` with N of 10,000 or more has so many; usually there are some hundred.
@EnabledOnOs(OS.LINUX)
class CrowdTest {
  private static final int MOST = 10_000;
  private static final int TASKS = Integer.getInteger("forklift.soak", 0) >= MOST ? MOST : 300;

  /// A host lets a process have 65,530 mappings, and a JVM that runs out of them ends.
  private static final double MAPPINGS_A_TASK = 2.5;

  private static final long RESIDENT_A_TASK = 512 << 10;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private Machine start(long memory, int tasks, String... arguments) throws IOException {
    Path crowd = Checkout.ROOT.resolve("verification/bench/guest/bin/crowd");
    Origin root = GuestRun.rootWith("crowd", crowd);
    Machine machine =
        new Machine(
            MachineConfig.of(
                    new Nios2Linux(),
                    (systems, budget) -> new Tmpfs(systems, "tmpfs", budget, root),
                    new Stdio(InputStream.nullInputStream(), out, out))
                .withLimits(memory, tasks));
    machine.start(GuestRun.program("crowd", List.of(arguments), List.of()));
    return machine;
  }

  private void awaitWord(String word) throws InterruptedException {
    for (int i = 0; i < 1200 && !said().contains(word); i++) {
      Thread.sleep(100);
    }
    assertThat(said()).contains(word);
  }

  private String said() {
    synchronized (out) {
      return out.toString(StandardCharsets.ISO_8859_1);
    }
  }

  private static long mappings() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.count();
    }
  }

  private static long resident() throws IOException {
    String[] pages = Files.readString(Path.of("/proc/self/statm")).split(" ", -1);
    return Long.parseLong(pages[1]) * 4096;
  }

  @ParameterizedTest
  @ValueSource(strings = {"processes", "threads"})
  void sleepersTakeLittle(String kind) throws Exception {
    long mappingsBefore = mappings();
    long residentBefore = resident();
    Machine machine = start(1L << 30, TASKS + 100, kind, Integer.toString(TASKS), "1500");
    awaitWord(TASKS + " " + kind);
    double mappings = (double) (mappings() - mappingsBefore) / TASKS;
    long resident = (resident() - residentBefore) / TASKS;
    Outcome outcome = machine.await();

    System.out.printf(
        "%d %s: %.1f host mappings and %d KiB of resident memory each%n",
        TASKS, kind, mappings, resident >> 10);
    assertThat(outcome.exitCode()).as(said()).isZero();
    assertThat(mappings).isLessThan(MAPPINGS_A_TASK);
    assertThat(resident).isLessThan(RESIDENT_A_TASK);
  }

  @Test
  void aForkBombIsRefused() throws Exception {
    Outcome outcome = start(1L << 30, 64, "processes", "100000").await();

    assertThat(outcome.exitCode()).as(said()).isZero();
    assertThat(said()).contains("no more than ", ": EAGAIN");
  }
}
