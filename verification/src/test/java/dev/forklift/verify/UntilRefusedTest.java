package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A guest that takes until it is refused is refused, and a JVM with a small heap lives.
class UntilRefusedTest {
  private static final String NO_SPACE = "-28";

  /// What there is to be taken, and how that ends.
  private static final Map<String, String> ENDS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("private-memory", "killed by SIGKILL"),
              Map.entry("shared-memory", "killed by SIGKILL"),
              Map.entry("stack", "killed by SIGSEGV"),
              Map.entry("mappings", "ENOMEM"),
              Map.entry("fork-bomb", "EAGAIN"),
              Map.entry("threads", "EAGAIN"),
              Map.entry("pipes", "ENOMEM"),
              Map.entry("contents", NO_SPACE),
              Map.entry("deep-folders", "-34"),
              Map.entry("bound-mounts", NO_SPACE),
              Map.entry("signals", "EAGAIN"),
              Map.entry("timers", "EAGAIN"),
              Map.entry("arguments", "E2BIG")));

  @TempDir Path temp;

  @Test
  void aSmallHeapOutlivesAGuestThatTakesAllItGets() throws Exception {
    String program = Checkout.ROOT.resolve("verification/guest/bin/until-refused").toString();
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.forklift.cli.Main",
                "run",
                "--memory",
                "96",
                program));
    command.addAll(ENDS.keySet());
    Path out = temp.resolve("out");
    Path err = temp.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .directory(temp.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    process.getOutputStream().close();
    boolean ended = process.waitFor(5, TimeUnit.MINUTES);
    process.destroyForcibly();
    String said = Files.readString(out);
    String problems = Files.readString(err);

    assertThat(ended).as("still running after: %s %s", said, problems).isTrue();
    List<String> expected = new ArrayList<>();
    ENDS.forEach((name, end) -> expected.add(name + ": " + end));
    expected.add("everything works");
    assertThat(Arrays.asList(said.split("\n"))).as(problems).isEqualTo(expected);
    assertThat(process.exitValue()).isZero();
    assertThat(problems).doesNotContain("internal error", "Exception", "OutOfMemoryError");
  }
}
