package dev.forklift.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    CommandLine command = ForkliftCommand.commandLine();
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(err));
    return command.execute(args);
  }

  @Test
  void versionNamesForkliftAndTheHost() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).startsWith("forklift ").contains("Java " + Runtime.version());
  }

  @Test
  void wrongUseIsOneLineAndStatus125() {
    assertThat(run("--no-such-option")).isEqualTo(125);
    assertThat(err.toString()).startsWith("forklift: ").hasLineCount(1);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void nothingToDoIsWrongUse() {
    assertThat(run()).isEqualTo(125);
    assertThat(err.toString()).startsWith("forklift: Say what to do").hasLineCount(1);
  }
}
