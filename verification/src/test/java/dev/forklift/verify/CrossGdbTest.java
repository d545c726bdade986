package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.forklift.arch.nios2.Nios2Linux;
import dev.forklift.kernel.fs.tmpfs.Tmpfs;
import dev.forklift.kernel.gdb.GdbServer;
import dev.forklift.kernel.machine.Machine;
import dev.forklift.kernel.machine.MachineConfig;
import dev.forklift.kernel.machine.Stdio;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.XZInputStream;

/// A real GDB at our core files and our server.
@Tag("slow")
class CrossGdbTest {
  private static final Path PROGRAM = Checkout.ROOT.resolve("verification/guest/bin/debuggee");

  @TempDir Path temp;
  private Path gdb;

  @BeforeEach
  void unpackGdb() throws Exception {
    gdb = temp.resolve("gdb");
    try (InputStream in =
        new XZInputStream(
            Files.newInputStream(Checkout.material("nios2/nios2-linux-gnu-gdb.xz")))) {
      Files.copy(in, gdb);
    }
    assertThat(gdb.toFile().setExecutable(true)).isTrue();
    assumeTrue(runs(), "the cross gdb does not run on this host");
  }

  private boolean runs() throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(gdb.toString(), "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private String gdb(List<String> files, String... commands) throws Exception {
    List<String> line = new ArrayList<>(List.of(gdb.toString(), "-nx", "-batch"));
    for (String command : commands) {
      line.addAll(List.of("-ex", command));
    }
    line.addAll(files);
    Path out = temp.resolve("gdb.out");
    Process process =
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .directory(temp.toFile())
            .start();
    process.getOutputStream().close();
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("gdb hangs:\n" + Files.readString(out));
    }
    return Files.readString(out, StandardCharsets.ISO_8859_1);
  }

  @Test
  void gdbReadsACoreFile() throws Exception {
    Path core = CoreFileTest.coreOf(temp, "crash-threads", 11 | 0x80);

    String said =
        gdb(
            List.of(PROGRAM.toString(), core.toString()),
            "bt",
            "info threads",
            "print (int) counter",
            "print $_siginfo.si_signo",
            "info auxv");

    assertThat(said)
        .contains("Program terminated with signal SIGSEGV")
        .containsSubsequence("in innermost ()", "in middle ()", "in outer ()", "in guest_main ()")
        .containsPattern("\\* 1 +LWP")
        .containsPattern("  3 +LWP")
        .contains("$1 = 41", "$2 = 11", "AT_EXECFN");
  }

  @Test
  void gdbDebugsARunningProgram() throws Exception {
    try (GdbServer server = new GdbServer(0)) {
      var root = GuestRun.rootWith("debuggee", PROGRAM);
      Machine machine =
          new Machine(
              MachineConfig.of(
                  new Nios2Linux(),
                  (systems, budget) -> new Tmpfs(systems, "tmpfs", budget, root),
                  new Stdio(
                      new ByteArrayInputStream(new byte[0]),
                      OutputStream.nullOutputStream(),
                      OutputStream.nullOutputStream())));
      machine.traceProgram(server.start(machine.kernel(), line -> {}));
      machine.start(GuestRun.program("debuggee", List.of("threads"), List.of()));

      String said =
          gdb(
              List.of(PROGRAM.toString()),
              "target remote 127.0.0.1:" + server.port(),
              "break innermost",
              "continue",
              "bt",
              "info threads",
              "stepi",
              "print (int) counter",
              "delete",
              "watch *(int *) &counter",
              "continue",
              "delete",
              "continue");

      assertThat(said)
          .contains("Breakpoint 1, ")
          .containsSubsequence("in innermost ()", "in middle ()", "in outer ()", "in guest_main ()")
          .containsPattern("\\* 1 +Thread")
          .containsPattern("  3 +Thread")
          .contains("$1 = 41")
          .containsSubsequence("Hardware watchpoint 2", "Old value = 41", "New value = 2")
          .contains("exited normally");
      assertThat(machine.await().exitCode()).isZero();
    }
  }
}
