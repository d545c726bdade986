package dev.forklift.junit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Programs of Linux in tests.
@GuestProgram("../verification/guest/bin/hello")
class GuestProgramTest {
  @Test
  void aProgramIsRun(ProgramRun run) {
    assertThat(run.out()).startsWith("Hello");
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
  }

  @Test
  @GuestProgram(
      value = "../verification/guest/bin/args-env-auxv",
      arguments = {"one", "two"},
      environment = "NAME=value")
  void argumentsAndEnvironmentAreGiven(ProgramRun run) {
    assertThat(run.out()).contains("one").contains("two").contains("NAME=value");
  }
}
