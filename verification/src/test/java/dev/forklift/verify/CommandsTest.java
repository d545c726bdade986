package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The commands at the top of the tree, as a person types them.
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the commands are bash scripts")
class CommandsTest {
  private static final String JDK = System.getProperty("java.home");

  /// What ./forklift needs of the host before it has found Java and Maven.
  private static final String[] TOOLS = {
    "bash",
    "cat",
    "cp",
    "find",
    "flock",
    "grep",
    "head",
    "mkdir",
    "mktemp",
    "mv",
    "readlink",
    "rm",
    "sed",
    "tail",
    "touch"
  };

  @TempDir Path temp;
  private Path folder;
  private Path tools;

  private record Result(int status, String out, String err) {}

  @BeforeEach
  void makeFolders() throws IOException {
    folder = Files.createDirectory(temp.resolve("a folder"));
    tools = Files.createDirectory(temp.resolve("tools"));
    for (String tool : TOOLS) {
      for (String bin : new String[] {"/bin", "/usr/bin"}) {
        Path path = Path.of(bin, tool);
        if (Files.isExecutable(path) && Files.notExists(tools.resolve(tool))) {
          Files.createSymbolicLink(tools.resolve(tool), path);
        }
      }
    }
  }

  private Result run(Map<String, String> environment, Object... command)
      throws IOException, InterruptedException {
    Path out = temp.resolve("out");
    Path err = temp.resolve("err");
    String[] words = new String[command.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = command[i].toString();
    }
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().keySet().removeIf(name -> name.matches(".*(JAVA|JDK|MAVEN|M2_HOME).*"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("still running: " + String.join(" ", words));
    }
    return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  /// A checkout with the scripts alone: nothing in it is built, and nothing in it can be.
  private Path emptyCheckout() throws IOException {
    Path checkout = Files.createDirectories(temp.resolve("an empty/check out"));
    Files.createDirectory(checkout.resolve("build"));
    for (String file : new String[] {"forklift", "verify", "build/find-tools.sh"}) {
      Files.copy(Checkout.ROOT.resolve(file), checkout.resolve(file));
      assertThat(checkout.resolve(file).toFile().setExecutable(true)).isTrue();
    }
    return checkout;
  }

  @Test
  @Tag("slow")
  void forkliftRunsFromAnyFolderThroughASymlink() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link to it"), Checkout.ROOT);
    Path command = Files.createSymbolicLink(folder.resolve("fork lift"), link.resolve("forklift"));
    assertThat(run(Map.of("FORKLIFT_JAVA_HOME", JDK), "./" + command.getFileName(), "--version"))
        .satisfies(result -> {
          assertThat(result.status()).as(result.err()).isZero();
          assertThat(result.out()).startsWith("forklift ");
        });
  }

  @Test
  @Tag("slow")
  void forkliftPassesArgumentsAndStatusOn() throws Exception {
    Result result =
        run(
            Map.of("FORKLIFT_JAVA_HOME", JDK),
            Checkout.ROOT.resolve("forklift"),
            "--no such  option");
    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err()).contains("--no such  option");
  }

  /// As on a host whose folders Forklift has no calls for.
  @Test
  @Tag("slow")
  void aProgramRunsWhereFoldersOfTheHostCannotBeShown() throws Exception {
    Map<String, String> elsewhere =
        Map.of("FORKLIFT_JAVA_HOME", JDK, "FORKLIFT_JAVA_OPTIONS", "-Dos.name=Elsewhere");
    Path forklift = Checkout.ROOT.resolve("forklift");
    Path hello = Checkout.ROOT.resolve("verification/guest/bin/hello");
    assertThat(run(elsewhere, forklift, "run", hello))
        .satisfies(result -> {
          assertThat(result.status()).as(result.err()).isZero();
          assertThat(result.out()).startsWith("Hello from Nios II\n");
        });
    assertThat(run(elsewhere, forklift, "run", "-v", folder + ":/x", hello))
        .satisfies(result -> {
          assertThat(result.status()).isEqualTo(125);
          assertThat(result.err())
              .isEqualTo("forklift: folders of the host need Linux on x86-64 or aarch64\n");
        });
  }

  @Test
  @Tag("slow")
  void runDrawsTheTreeOfTasksOnStandardError() throws Exception {
    Result result =
        run(
            Map.of("FORKLIFT_JAVA_HOME", JDK),
            Checkout.ROOT.resolve("forklift"),
            "run",
            "--tree",
            Checkout.ROOT.resolve("verification/guest/bin/fork-wait"));
    assertThat(result.status()).isZero();
    List<String> events =
        result.err().lines().map(line -> line.replaceAll(" *[0-9.]+ +[^a-z0-9]+ ", "")).toList();
    assertThat(events.subList(0, 3))
        .containsExactly(
            "5  init            the program",
            "5  fork-wait       executes",
            "6  fork-wait       fork by 5");
    // Not always the last one: it leaves a grandchild behind.
    assertThat(events).contains("5  fork-wait       exit 0");
    assertThat(result.err()).doesNotContain("\u001b");
  }

  @Test
  void withoutAJdkItSaysWhereItLookedAndHowToGetOne() throws Exception {
    Result result =
        run(
            Map.of("PATH", tools.toString(), "FORKLIFT_JDK_DIRS", folder.toString()),
            emptyCheckout().resolve("forklift"),
            "--version");
    assertThat(result.status()).isEqualTo(125);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .startsWith("forklift: no JDK 25 or newer")
        .contains("JAVA_HOME", "PATH", folder.toString(), "https://adoptium.net")
        .hasLineCount(1);
  }

  @Test
  void anOldJdkIsNoJdk() throws Exception {
    Path old = folder.resolve("jdk-24");
    Files.createDirectories(old.resolve("bin"));
    for (String tool : new String[] {"java", "javac"}) {
      Files.createSymbolicLink(old.resolve("bin").resolve(tool), Path.of(JDK, "bin", tool));
    }
    Files.writeString(old.resolve("release"), "JAVA_VERSION=\"24.0.2\"\n");
    Result result =
        run(
            Map.of("PATH", tools.toString(), "FORKLIFT_JDK_DIRS", folder.toString()),
            emptyCheckout().resolve("forklift"));
    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err()).startsWith("forklift: no JDK 25 or newer");
  }

  @Test
  void aWrongForkliftJavaHomeIsNamed() throws Exception {
    Result result =
        run(Map.of("FORKLIFT_JAVA_HOME", "/no/such jdk"), emptyCheckout().resolve("forklift"));
    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err()).contains("FORKLIFT_JAVA_HOME=/no/such jdk").hasLineCount(1);
  }

  @Test
  void withoutMavenItSaysHowToGetIt() throws Exception {
    Result result =
        run(
            Map.of(
                "PATH", tools.toString(),
                "FORKLIFT_JAVA_HOME", JDK,
                "FORKLIFT_MAVEN_DIRS", folder.toString()),
            emptyCheckout().resolve("forklift"));
    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err())
        .startsWith("forklift: building needs Maven")
        .contains("apt install maven")
        .hasLineCount(1);
  }

  @Test
  void verifyRefusesWhatItDoesNotKnow() throws Exception {
    Result result =
        run(Map.of("FORKLIFT_JAVA_HOME", JDK), emptyCheckout().resolve("verify"), "--fast");
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).isEqualTo("usage: ./verify [--quick]\n");
  }
}
