package dev.forklift.board.virtio;

import static dev.forklift.board.virtio.VirtioDriver.NOTIFY;
import static dev.forklift.board.virtio.VirtioDriver.VERSION_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.board.device.Console;
import dev.forklift.board.virtio.VirtioDriver.Piece;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/// A console without a serial port.
final class VirtioConsoleTest {
  private static final int RECEIVE = 0;
  private static final int SEND = 1;
  private static final long SECOND = 1_000_000_000;

  private final Queue<Integer> typed = new ArrayDeque<>();
  private final StringBuilder shown = new StringBuilder();
  private Runnable arrived = () -> {};

  private final VirtioConsole screen = new VirtioConsole();
  private final VirtioDriver driver =
      new VirtioDriver(
              screen,
              new Console() {
                @Override
                public int read() {
                  return typed.isEmpty() ? -1 : typed.remove();
                }

                @Override
                public void write(int value) {
                  shown.append((char) value);
                }

                @Override
                public void listen(Runnable listener) {
                  arrived = listener;
                }
              })
          .begin(VERSION_1, 2);

  private void type(String text) {
    text.chars().forEach(typed::add);
    arrived.run();
  }

  private void send(String text) {
    driver.request(SEND, driver.input(text.getBytes(StandardCharsets.US_ASCII)));
  }

  private String text(Piece piece, int length) {
    return new String(driver.bytes(piece), 0, length, StandardCharsets.US_ASCII);
  }

  private Piece offer(int length) {
    Piece room = driver.room(length);
    driver.offer(RECEIVE, driver.chain(RECEIVE, room));
    driver.set(NOTIFY, RECEIVE);
    return room;
  }

  @Test
  void whatIsSentIsShown() {
    send("hello ");
    send("there");
    assertThat(shown.toString()).isEqualTo("hello there");
  }

  @Test
  void whatIsTypedComesWhenThereIsRoom() {
    driver.pass(2 * SECOND);
    type("abcdef");
    Piece first = offer(4);
    assertThat(driver.usedCount(RECEIVE)).isEqualTo(1);
    assertThat(text(first, 4)).isEqualTo("abcd");
    Piece second = offer(4);
    assertThat(text(second, 4)).isEqualTo("ef\0\0");
    assertThat(driver.read32(VirtioDriver.used(RECEIVE) + 4 + 8 + 4)).isEqualTo(2);
    Piece third = offer(4);
    assertThat(driver.usedCount(RECEIVE)).isEqualTo(2);
    type("g");
    assertThat(text(third, 1)).isEqualTo("g");
  }

  @Test
  void theFirstInputWaitsForSilence() {
    offer(4);
    type("x");
    for (int i = 0; i < 5; i++) {
      driver.pass(SECOND / 2);
      send("booting\n");
      arrived.run();
    }
    assertThat(driver.usedCount(RECEIVE)).isZero();
    driver.pass(SECOND);
    assertThat(driver.usedCount(RECEIVE)).isEqualTo(1);
  }

  @Test
  void nobodyShowsMegabytesAtOnce() {
    driver.offer(SEND, driver.chain(SEND, driver.input(new byte[(64 << 10) + 1])));
    driver.set(NOTIFY, SEND);
    assertThat(driver.get(VirtioDriver.STATUS) & VirtioDriver.NEEDS_RESET).isNotZero();
    assertThat(shown.toString()).isEmpty();
  }

  @Test
  void theDriverLearnsTheSizeOfTheScreen() {
    assertThat(driver.get(VirtioDriver.CONFIG)).isZero();
    screen.resize(132, 43);
    assertThat(driver.get(VirtioDriver.INTERRUPTS)).isZero();
    driver.look();
    assertThat(driver.get(VirtioDriver.CONFIG)).isEqualTo((43 << 16) | 132);
    assertThat(driver.get(VirtioDriver.INTERRUPTS)).isEqualTo(2);
    assertThat(driver.raised).isTrue();
    driver.set(VirtioDriver.INTERRUPT_DONE, 2);
    driver.look();
    assertThat(driver.raised).isFalse();
  }
}
