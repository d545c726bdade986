package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The README's examples, typed as printed, and what they print.
///
/// In a `console` block a line that begins with `$` is typed, with those after it that begin with
/// `>`. A line of three dots stands for any lines, three dots in a line for any text. A comment
/// before a block says what it needs beside the clone.
@Tag("slow")
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the examples are for a Unix shell")
class ReadmeTest {
  private static final Pattern BLOCK =
      Pattern.compile("(?:<!-- needs: ([a-z, ]+) -->\n)?```console\n(.*?)```", Pattern.DOTALL);

  /// What is said only the first time.
  private static final Pattern ONCE = Pattern.compile("forklift: (unpacking|building) .*");

  @TempDir static Path folder;

  private record Example(String command, List<String> expected) {}

  @TestFactory
  Stream<DynamicTest> examplesPrintWhatTheReadmeSays() throws IOException {
    for (String name : new String[] {"forklift", "verification", "build"}) {
      Files.createSymbolicLink(folder.resolve(name), Checkout.ROOT.resolve(name));
    }
    Matcher blocks = BLOCK.matcher(Files.readString(Checkout.ROOT.resolve("README.md")));
    List<DynamicTest> tests = new ArrayList<>();
    while (blocks.find()) {
      String needs = blocks.group(1);
      List<Example> examples = examples(blocks.group(2));
      tests.add(DynamicTest.dynamicTest(examples.getFirst().command(), () -> run(needs, examples)));
    }
    assertThat(tests).hasSizeGreaterThan(4);
    return tests.stream();
  }

  private static List<Example> examples(String block) {
    List<Example> examples = new ArrayList<>();
    for (String line : block.lines().toList()) {
      if (line.startsWith("$ ")) {
        examples.add(new Example(line.substring(2), new ArrayList<>()));
      } else {
        Example last = examples.removeLast();
        boolean continues = last.expected().isEmpty() && line.matches(">( .*)?");
        if (continues) {
          String more = line.length() > 2 ? line.substring(2) : "";
          examples.add(new Example(last.command() + "\n" + more, last.expected()));
        } else {
          last.expected().add(line);
          examples.add(last);
        }
      }
    }
    return examples;
  }

  private static void run(@Nullable String needs, List<Example> examples) throws Exception {
    String path = System.getenv("PATH");
    if (needs != null && needs.contains("root")) {
      Path image = folder.resolve("root.tar.xz");
      Path material = Checkout.material("nios2/rootfs.tar.xz");
      if (Files.notExists(image)) {
        Files.createSymbolicLink(image, material);
      }
    }
    if (needs != null && needs.contains("toolchain")) {
      path = toolchain() + ":" + path;
    }
    for (Example example : examples) {
      List<String> printed = run(example.command(), path);
      assertThat(String.join("\n", printed))
          .as(example.command())
          .matches(pattern(example.expected()));
    }
  }

  private static Path toolchain() {
    String named = System.getenv("NIOS2_TOOLCHAIN");
    for (Path bin :
        new Path[] {Path.of(named == null ? "/" : named, "bin"), Path.of("/opt/nios2/bin")}) {
      if (Files.isExecutable(bin.resolve("nios2-linux-gnu-gcc"))) {
        return bin;
      }
    }
    assumeTrue(false, "no nios2-linux-gnu-gcc");
    throw new AssertionError();
  }

  private static List<String> run(String command, String path) throws Exception {
    Path out = Files.createTempFile("readme", ".out");
    try {
      ProcessBuilder builder =
          new ProcessBuilder("bash", "-c", command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(out.toFile());
      builder
          .environment()
          .putAll(
              Map.of(
                  "FORKLIFT_JAVA_HOME",
                  System.getProperty("java.home"),
                  "PATH",
                  path,
                  "LC_ALL",
                  "C.UTF-8"));
      Process process = builder.start();
      process.getOutputStream().close();
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new AssertionError("still running: " + command);
      }
      return Files.readAllLines(out).stream()
          .filter(line -> !ONCE.matcher(line).matches())
          .map(ReadmeTest::plain)
          .toList();
    } finally {
      Files.delete(out);
    }
  }

  /// Without what columns add.
  private static String plain(String line) {
    return line.replaceAll(" {2,}", " ").stripTrailing();
  }

  private static Pattern pattern(List<String> expected) {
    String all =
        expected.stream()
            .map(ReadmeTest::plain)
            .map(line -> line.equals("...") ? "\0" : line.replace("...", "\1"))
            .collect(Collectors.joining("\n"));
    String pattern = "\\Q" + all + "\\E";
    return Pattern.compile(
        pattern
            .replace("\n\0\n", "\\E\n(?s:.*?\n)??\\Q")
            .replace("\n\0", "\\E(?s:\n.*)?\\Q")
            .replace("\1", "\\E.*\\Q"));
  }

  @Test
  void everyOptionIsInTheReadme() throws Exception {
    String help =
        String.join("\n", run("'" + Checkout.ROOT.resolve("forklift") + "' run --help", path()));
    String readme = Files.readString(Checkout.ROOT.resolve("README.md"));
    Matcher options = Pattern.compile("(?m)^ *(-\\w|--[a-z0-9-]+)[,= ]").matcher(help);
    int count = 0;
    while (options.find()) {
      count++;
      assertThat(readme).containsPattern("`" + Pattern.quote(options.group(1)) + "[` ]");
    }
    assertThat(count).isGreaterThan(10);
  }

  private static String path() {
    return System.getenv("PATH");
  }
}
