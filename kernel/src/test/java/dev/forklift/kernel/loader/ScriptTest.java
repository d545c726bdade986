package dev.forklift.kernel.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.mm.TestAbi;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Scripts. The expected results have been seen on Linux 6.12 on nios2.
class ScriptTest {
  private final LoaderWorld world = new LoaderWorld(TestAbi.small());

  @BeforeEach
  void makeInterpreter() throws Errno {
    world.program("/echo", ElfBuilder.small().entry(0x2000).load(5, 0, 0x2000, 52, 52).build());
  }

  @AfterEach
  void end() {
    world.close();
  }

  private List<String> run(String path, String... arguments) throws Errno {
    LoadedProgram program = world.load(path, arguments);
    List<String> argv = LoaderWorld.argv(program);
    program.mm().release();
    return argv;
  }

  @Test
  void theInterpreterGetsTheRestOfTheLineAsOneArgument() throws Errno {
    world.script("/s", "#! \t /echo  a b  \t\nfoo\n");
    assertThat(run("/s", "argv0", "x", "y")).containsExactly("/echo", "a b", "/s", "x", "y");
  }

  @Test
  void theLineMayEndWithTheFile() throws Errno {
    world.script("/s", "#!/echo");
    assertThat(run("/s", "argv0")).containsExactly("/echo", "/s");
  }

  @Test
  void theNameEndsAtAZeroByte() throws Errno {
    world.script("/s", "#!/echo\0foo\n");
    assertThat(run("/s", "argv0")).containsExactly("/echo", "/s");
  }

  @Test
  void scriptsRunScriptsFiveDeep() throws Errno {
    world.script("/s0", "#!/echo 0\n");
    for (int i = 1; i <= 6; i++) {
      world.script("/s" + i, "#!/s" + (i - 1) + " " + i + "\n");
    }
    assertThat(run("/s4", "argv0", "q"))
        .containsExactly("/echo", "0", "/s0", "1", "/s1", "2", "/s2", "3", "/s3", "4", "/s4", "q");
    assertThatThrownBy(() -> run("/s5", "argv0")).isSameAs(Errno.ELOOP);
    assertThatThrownBy(() -> run("/s6", "argv0")).isSameAs(Errno.ELOOP);
  }

  @Test
  void theProgramThatRunsIsTheInterpreterUnderTheScriptsName() throws Errno {
    world.script("/script-with-a-long-name", "#!/echo\n");
    LoadedProgram program = world.load("/script-with-a-long-name", "argv0");
    assertThat(program.executable().dentry().name()).isEqualTo("echo");
    assertThat(program.name()).isEqualTo("script-with-a-l");
    program.mm().release();
  }

  @Test
  void aMissingArgumentListGetsTheScriptAllTheSame() throws Errno {
    world.script("/s", "#!/echo\n");
    assertThat(run("/s")).containsExactly("/echo", "/s");
  }

  @Test
  void interpretersThatCannotRunAreRefused() throws Errno {
    world.script("/s", "#!/nonexistent\n");
    assertThatThrownBy(() -> run("/s", "a")).isSameAs(Errno.ENOENT);
    world.world.mkdir("/d");
    world.script("/s", "#!/d\n");
    assertThatThrownBy(() -> run("/s", "a")).isSameAs(Errno.EACCES);
    world.world.write("/plain", "x");
    world.script("/s", "#!/plain\n");
    assertThatThrownBy(() -> run("/s", "a")).isSameAs(Errno.EACCES);
    world.script("/text", "echo hello\n");
    world.script("/s", "#!/text\n");
    assertThatThrownBy(() -> run("/s", "a")).isSameAs(Errno.ENOEXEC);
  }

  @Test
  void anEmptyNameIsTheCurrentFolder() throws Errno {
    for (String line : List.of("#!", "#! ", "#!\0x\n", "#! \0x\n")) {
      world.script("/s", line);
      assertThatThrownBy(() -> run("/s", "a")).as(line).isSameAs(Errno.EACCES);
    }
  }

  @Test
  void whatIsNeitherScriptNorProgramIsRefused() throws Errno {
    for (String text : List.of("", "x", "#", "\u007fEL", "\u007fELF", "#!\n", "#! \t\n")) {
      world.script("/s", text);
      assertThatThrownBy(() -> run("/s", "a")).as(text).isSameAs(Errno.ENOEXEC);
    }
  }

  @Test
  void aScriptWhoseNameVanishesIsNotFound() throws Errno {
    world.script("/s", "#!/echo\n");
    ExecRequest request =
        new ExecRequest(null, "/s", 0, "/dev/fd/3", true, List.of("a"), List.of());
    assertThatThrownBy(() -> world.load(request)).isSameAs(Errno.ENOENT);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      quoteCharacter = '"',
      value = {
        "\"#!a\n\",            a,    none",
        "\"#! a\t\n\",         a,    none",
        "\"#!a b\n\",          a,    b",
        "\"#!a \t b \t c\n\",  a,    \"b \t c\"",
        "\"#!a b\",            a,    b",
        "\"#!\n\",             none, none",
        "\"#! \t \n\",         none, none",
        "\"#!a \0b\n\",         a,    \"\"",
        "\"#!a\r\n\",          \"a\r\", none",
      })
  void linesAreTakenApart(String line, String interpreter, String argument) {
    byte[] head = Arrays.copyOf(line.getBytes(StandardCharsets.ISO_8859_1), 256);
    if (interpreter == null) {
      assertThatThrownBy(() -> ScriptLine.parse(head)).isSameAs(Errno.ENOEXEC);
    } else {
      ScriptLine parsed = parse(head);
      assertThat(parsed.interpreter()).isEqualTo(interpreter);
      assertThat(parsed.argument()).isEqualTo(argument);
    }
  }

  private static ScriptLine parse(byte[] head) {
    try {
      return ScriptLine.parse(head);
    } catch (Errno e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aLineMayBeCutInItsArgumentButNotInItsInterpreter() throws Errno {
    assertThatThrownBy(() -> ScriptLine.parse(full("#!" + "a".repeat(300))))
        .isSameAs(Errno.ENOEXEC);
    assertThatThrownBy(() -> ScriptLine.parse(full("#!" + " ".repeat(300))))
        .isSameAs(Errno.ENOEXEC);
    ScriptLine cut = ScriptLine.parse(full("#!abc " + "d".repeat(300)));
    assertThat(cut.interpreter()).isEqualTo("abc");
    assertThat(cut.argument()).isEqualTo("d".repeat(249));
    assertThat(ScriptLine.parse(full("#!" + "a".repeat(252) + " " + "b".repeat(99))).interpreter())
        .hasSize(252);
  }

  private static byte[] full(String text) {
    return Arrays.copyOf(text.getBytes(StandardCharsets.ISO_8859_1), 256);
  }
}
