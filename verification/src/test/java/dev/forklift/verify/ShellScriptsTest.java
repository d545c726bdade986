package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Shell scripts, with the tools of a real root file system and real programs, print here what they
/// print on the real kernel.
class ShellScriptsTest {
  private static final List<String> PROGRAMS =
      List.of("lua", "sqlite3", "bzip2", "minigzip", "dash", "strace");

  @TempDir static Path cache;

  static List<String> scripts() throws IOException {
    try (Stream<Path> files = Files.list(RealPrograms.FOLDER.resolve("shell"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".sh"))
          .map(name -> name.substring(0, name.length() - 3))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void printsWhatItPrintsOnTheRealKernel(String name) throws Exception {
    RealPrograms programs = new RealPrograms(cache);
    List<Path> job = new ArrayList<>();
    job.add(RealPrograms.FOLDER.resolve("shell").resolve(name + ".sh"));
    for (String program : PROGRAMS) {
      job.add(Checkout.material("nios2/programs/" + program));
    }
    assertThat(programs.run(job, "/bin/busybox", "sh", "/job/" + name + ".sh"))
        .isEqualTo(RealPrograms.expected("shell/" + name));
  }
}
