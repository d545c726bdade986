package dev.forklift.board.virtio;

import static dev.forklift.board.virtio.VirtioDriver.VERSION_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.board.virtio.VirtioDriver.Piece;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Random bytes for whoever asks.
final class VirtioEntropyTest {
  private final VirtioDriver driver =
      new VirtioDriver(new VirtioEntropy(new Random(1))).begin(VERSION_1, 1);

  @Test
  void fillsWhatItIsGiven() {
    Piece room = driver.room(16);
    byte[] expected = new byte[16];
    new Random(1).nextBytes(expected);
    assertThat(driver.request(0, room)).isEqualTo(16);
    assertThat(driver.bytes(room)).isEqualTo(expected);
  }

  @Test
  void givesNoMoreThanAPageAtOnce() {
    assertThat(driver.request(0, driver.room(1 << 20))).isEqualTo(4096);
  }
}
