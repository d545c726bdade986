package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.debug.CrashReport;
import dev.forklift.kernel.fs.tmpfs.MemoryOrigin;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TaskEvents;
import dev.forklift.kernel.signal.SigInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What is said of programs that crash.
class CrashReportTest {
  private static final Path PROGRAM = Checkout.ROOT.resolve("verification/guest/bin/debuggee");

  private static List<String> report(byte[] program, String how, int signal) throws Exception {
    List<String> lines = new ArrayList<>();
    TaskEvents watcher =
        new TaskEvents() {
          @Override
          public void killed(Task task, SigInfo info) {
            lines.addAll(CrashReport.of(task, info));
          }
        };
    MemoryOrigin root =
        MemoryOrigin.folder(0755)
            .with("dev", MemoryOrigin.folder(0755))
            .with("proc", MemoryOrigin.folder(0555))
            .with("tmp", MemoryOrigin.folder(01777))
            .with(
                "job",
                MemoryOrigin.folder(0755).with("debuggee", MemoryOrigin.file(0755, program)));
    GuestRun run =
        GuestRun.of(
            root,
            GuestRun.program("debuggee", List.of(how), List.of()),
            "",
            config -> config.withEvents(watcher));
    if (signal >= 0) {
      assertThat(run.outcome().signal()).as(String.join("\n", lines)).isEqualTo(signal);
    }
    return lines;
  }

  private static List<String> report(String how, int signal) throws Exception {
    return report(Files.readAllBytes(PROGRAM), how, signal);
  }

  /// The functions of the backtrace, without offsets.
  private static List<String> functions(List<String> report) {
    return report.stream()
        .filter(line -> line.matches(" +#\\d+ .*"))
        .map(line -> line.replaceFirst(" +#\\d+ +0x\\w+ +", "").replaceFirst("\\+0x.*", ""))
        .toList();
  }

  @Test
  void aSegmentationFaultIsReportedWithItsAddressAndCallers() throws Exception {
    List<String> lines = report("crash", 11);

    assertThat(lines.getFirst())
        .matches(
            "debuggee\\[\\d+]: killed by SIGSEGV \\(Segmentation fault\\): "
                + "address not mapped \\(SEGV_MAPERR\\)");
    assertThat(lines)
        .anyMatch(line -> line.matches(" +pc +0x0000\\w{4}  innermost\\+0x\\w+ in /job/debuggee"));
    assertThat(lines).anyMatch(line -> line.matches(" +code +stw .*"));
    assertThat(lines)
        .anyMatch(line ->
            line.matches(" +address +0x00000010  write not mapped, 0xff0 before \\[vdso].*"));
    assertThat(lines).anyMatch(line -> line.matches(".* sp 7ffe\\w{4}.*"));
    assertThat(functions(lines))
        .startsWith("innermost", "middle", "outer", "guest_main", "guest_start");
  }

  @Test
  void aBacktraceGoesThroughASignalHandler() throws Exception {
    List<String> lines = report("handler", 11);

    assertThat(functions(lines))
        .containsSubsequence(
            "innermost", "middle", "outer", "on_signal", "[vdso]", "send_self", "guest_main");
    assertThat(lines).anyMatch(line -> line.endsWith("<- interrupted by a signal"));
  }

  @Test
  void aJumpToNowhereIsTracedBackToItsCaller() throws Exception {
    List<String> lines = report("nowhere", 11);

    assertThat(lines).anyMatch(line -> line.matches(" +address +0x00000000  execute not mapped.*"));
    assertThat(functions(lines)).startsWith("not mapped", "call", "guest_main");
  }

  @Test
  void anAbortIsSaidToBeTheProgramsOwn() throws Exception {
    assertThat(report("abort", 6).getFirst())
        .endsWith("killed by SIGABRT (Aborted): sent by the program itself (SI_USER)");
  }

  @Test
  void theOtherThreadsOfACrashAreCounted() throws Exception {
    assertThat(report("crash-threads", 11)).anyMatch(line -> line.contains("(3 threads)"));
  }

  /// Whatever the tables of the file say: there is a report, and the kernel lives.
  @Test
  void hostileSymbolTablesOnlySpoilNames() throws Exception {
    byte[] program = Files.readAllBytes(PROGRAM);
    long seed = 20261122;
    Random random = new Random(seed);
    int loaded = word(program, 52 + 32 + 4) + word(program, 52 + 32 + 16);
    for (int round = 0; round < 60; round++) {
      byte[] hostile = program.clone();
      for (int changes = 1 + random.nextInt(200); changes > 0; changes--) {
        // Code and program headers stay, so that it still crashes in the same place.
        hostile[loaded + random.nextInt(hostile.length - loaded)] = (byte) random.nextInt(256);
      }
      if (round % 3 == 0) {
        int[] fields = {32, 33, 34, 35, 46, 47, 48, 49, 50, 51};
        hostile[fields[random.nextInt(fields.length)]] = (byte) random.nextInt(256);
      }
      assertThat(report(hostile, "crash", 11))
          .as("seed %d, round %d", seed, round)
          .hasSizeGreaterThan(8);
    }
  }

  private static int word(byte[] bytes, int at) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
  }
}
