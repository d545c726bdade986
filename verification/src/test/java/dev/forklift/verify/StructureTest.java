package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StructureTest {
  @Test
  void hasClassesToLookAt() {
    assertThat(StructureTest.class.getResource("/dev/forklift/cli/Main.class")).isNotNull();
  }
}
