package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StructureTest {
  @Test
  void placeholder() {
    assertThat(1).isEqualTo(1);
  }
}
