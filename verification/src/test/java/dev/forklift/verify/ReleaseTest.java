package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.machine.MachineConfig.Release;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What differs by the release that is shown.
class ReleaseTest {
  /// As the unmodified 6.12 does, which answered every line before the first success so.
  @Test
  void clone3AnswersEnosysBeforeItReadsAnythingWhereTheReleaseLacksIt() throws Exception {
    String name = "clone3-arguments";
    GuestRun run =
        GuestRun.of(
            GuestRun.rootWith(name, Checkout.ROOT.resolve("verification/guest/bin").resolve(name)),
            GuestRun.program(name, List.of(), List.of()),
            "",
            config -> config.withRelease(Release.V6_12));
    List<String> answers =
        run.out()
            .lines()
            .filter(line -> !line.startsWith("--"))
            .takeWhile(line -> !line.startsWith("cannot go on"))
            .toList();
    assertThat(answers)
        .hasSizeGreaterThan(30)
        .contains("a null pointer: ENOSYS", "size 4097: ENOSYS")
        .allMatch(line -> line.endsWith(": ENOSYS"));
  }
}
