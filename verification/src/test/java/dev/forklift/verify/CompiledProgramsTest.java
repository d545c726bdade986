package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.cpu.Engine;
import dev.forklift.engine.cpu.Evaluator;
import dev.forklift.engine.jit.RegionTranslator;
import dev.forklift.engine.jit.TranslationLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// C and C++ programs, compiled for this test with the cross compiler and linked with the real C
/// library, static and dynamic, print here what they print on the real kernel.
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "compile is a bash script")
class CompiledProgramsTest {
  /// Those whose threads may meet the translator's.
  private static final Set<String> CONCURRENT =
      Set.of("concurrency", "conditions", "exceptions", "mutexes", "threads", "unloading");

  @TempDir static Path folder;

  static List<String> programs() throws IOException {
    try (Stream<Path> files = Files.list(RealPrograms.FOLDER)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".c") || name.endsWith(".cc"))
          .map(name -> name.substring(0, name.indexOf('.')))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("programs")
  void printsWhatItPrintsOnTheRealKernel(String name) throws Exception {
    Path compiler = Toolchain.compiler();
    RealPrograms programs = new RealPrograms(folder.resolve("cache"));
    compile(compiler, name);
    for (String variant : List.of("static", "dynamic")) {
      Path program = folder.resolve(name + "-" + variant);
      if (Files.exists(program)) {
        String path = "/job/" + program.getFileName();
        assertThat(programs.run(List.of(program), path))
            .as(variant)
            .isEqualTo(RealPrograms.expected(name));
        if (CONCURRENT.contains(name)) {
          Engine engine = new Evaluator(RegionTranslator.inBackground(new TranslationLog()));
          assertThat(programs.run(engine, List.of(program), path))
              .as("%s, translated", variant)
              .isEqualTo(RealPrograms.expected(name));
        }
        Files.delete(program);
      }
    }
  }

  private static void compile(Path compiler, String name) throws Exception {
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(
                "bash",
                RealPrograms.FOLDER.resolve("compile").toString(),
                compiler.toString(),
                name,
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("the compiler does not end");
    }
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
  }
}
