package dev.forklift.board.virtio;

import static dev.forklift.board.virtio.VirtioDriver.VERSION_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.board.virtio.VirtioDriver.Piece;
import org.junit.jupiter.api.Test;

/// Random bytes for whoever asks.
final class VirtioEntropyTest {
  private final VirtioDriver driver =
      new VirtioDriver(VirtioEntropy.repeatable()).begin(VERSION_1, 1);

  @Test
  void fillsWhatItIsGiven() {
    Piece room = driver.room(16);
    Piece more = driver.room(16);
    assertThat(driver.request(0, room)).isEqualTo(16);
    assertThat(driver.request(0, more)).isEqualTo(16);
    assertThat(driver.bytes(room)).isNotEqualTo(new byte[16]).isNotEqualTo(driver.bytes(more));
  }

  @Test
  void givesNoMoreThanAPageAtOnce() {
    assertThat(driver.request(0, driver.room(1 << 20))).isEqualTo(4096);
  }
}
