package dev.forklift.kernel.proc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.abi.ResourceLimits;
import org.junit.jupiter.api.Test;

class LimitsTextTest {
  private final ResourceLimits limits = ResourceLimits.initial(907);

  @Test
  void showsEachLimitInColumns() {
    assertThat(LimitsText.of(limits))
        .startsWith(
            """
            Limit                     Soft Limit           Hard Limit           Units    \s
            Max cpu time              unlimited            unlimited            seconds  \s
            """)
        .contains(
            "\nMax open files            1024                 4096                 files     \n")
        .hasLineCount(1 + ResourceLimits.COUNT);
  }

  @Test
  void padsNothingBehindALimitWithoutUnit() {
    assertThat(LimitsText.of(limits))
        .contains("\nMax nice priority         0                    0                    \n");
  }

  @Test
  void showsWhatWasSet() {
    limits.set(ResourceLimits.RLIMIT_CORE, 12, ResourceLimits.INFINITY);
    assertThat(LimitsText.of(limits))
        .contains(
            "\nMax core file size        12                   unlimited            bytes     \n");
  }
}
