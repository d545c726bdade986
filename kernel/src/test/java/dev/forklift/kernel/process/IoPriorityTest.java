package dev.forklift.kernel.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class IoPriorityTest {
  private static final int IDLE = IoPriority.IDLE << 13;
  private static final int BEST_EFFORT_3 = IoPriority.BEST_EFFORT << 13 | 3;
  private static final int REAL_TIME_7 = IoPriority.REAL_TIME << 13 | 7;

  @Test
  void realTimeIsBetterThanBestEffortIsBetterThanIdleIsBetterThanNone() {
    assertThat(IoPriority.better(BEST_EFFORT_3, REAL_TIME_7)).isEqualTo(REAL_TIME_7);
    assertThat(IoPriority.better(BEST_EFFORT_3, IDLE)).isEqualTo(BEST_EFFORT_3);
    assertThat(IoPriority.better(0, IDLE)).isEqualTo(IDLE);
    assertThat(IoPriority.better(IDLE, 0)).isEqualTo(IDLE);
  }

  @Test
  void childrenInheritWhatWasSetAndNothingElse() {
    TaskSettings settings = new TaskSettings();
    settings.setIoPriority(BEST_EFFORT_3);
    assertThat(settings.forChild(false).ioPriority()).isEqualTo(BEST_EFFORT_3);
    settings.setIoPriority(8);
    assertThat(settings.forChild(false).ioPriority()).isZero();
  }

  @Test
  void aChildWithTheSameContextAlwaysHasItsParentsPriority() {
    TaskSettings settings = new TaskSettings();
    settings.setIoPriority(REAL_TIME_7);
    TaskSettings child = settings.forChild(true);
    child.setIoPriority(BEST_EFFORT_3);
    assertThat(settings.ioPriority()).isEqualTo(BEST_EFFORT_3);
  }
}
