package dev.forklift.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.board.device.Pins;
import org.junit.jupiter.api.Test;

@Board(firmware = "blink.elf")
class BlinkTest {
  @Test
  void theLightGoesOnAndOffUnlessAButtonIsPressed(RunningBoard board) {
    Pins light = board.pins("gpio@180014d0");
    board.runMillis(300);
    assertThat(light.output()).isEqualTo(1);
    board.runMillis(250);
    assertThat(light.output()).isZero();
    board.pins("gpio@180014c0").drive(0b110);
    board.runMillis(500);
    assertThat(light.output()).isEqualTo(1);
  }
}
