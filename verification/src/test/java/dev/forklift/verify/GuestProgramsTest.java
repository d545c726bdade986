package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The guest programs as they are kept: sources, compiled files, and what a real kernel prints.
class GuestProgramsTest {
  private static final Path GUEST = Checkout.ROOT.resolve("verification/guest");

  /// What the scripts answer when the host lacks a tool.
  private static final int CANNOT = 2;

  @TempDir Path temp;

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).collect(Collectors.toSet());
    }
  }

  /// Runs a script of the guest folder, and skips the test where the host cannot.
  private void run(String... command) throws IOException, InterruptedException {
    Path output = temp.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(Stream.concat(Stream.of("bash"), Stream.of(command)).toList())
            .directory(GUEST.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    Process process = builder.start();
    process.getOutputStream().close();
    if (!process.waitFor(10, TimeUnit.MINUTES)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new AssertionError("still running: " + List.of(command));
    }
    String text = Files.readString(output);
    assumeTrue(process.exitValue() != CANNOT, text);
    assertThat(process.exitValue()).as(text).isZero();
  }

  @Test
  void everyProgramHasItsSourceItsFileAndItsExpectedOutput() throws IOException {
    Set<String> programs = names(GUEST.resolve("bin"));
    assertThat(programs)
        .contains("hello", "demo")
        .allSatisfy(name -> {
          Set<String> files = names(GUEST.resolve(name));
          assertThat(files)
              .contains(name + ".c")
              .isSubsetOf(name + ".c", "expected.txt", "only-here", "arguments", "environment");
          assertThat(files.contains("expected.txt"))
              .as("either asked of the real kernel, or it is said why not")
              .isNotEqualTo(files.contains("only-here"));
        });
    Set<String> folders = names(GUEST);
    folders.removeIf(name -> !Files.exists(GUEST.resolve(name).resolve(name + ".c")));
    assertThat(folders).isEqualTo(programs);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "build is a bash script")
  void theProgramsAreWhatTheirSourcesGive() throws Exception {
    run("build", "--check");
  }

  @Test
  @Tag("slow")
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "check-real-kernel is a bash script")
  void aRealKernelPrintsWhatIsExpected() throws Exception {
    Checkout.material("tools/real-kernel");
    run("check-real-kernel");
  }
}
