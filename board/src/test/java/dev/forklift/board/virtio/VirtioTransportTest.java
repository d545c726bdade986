package dev.forklift.board.virtio;

import static dev.forklift.board.virtio.VirtioDriver.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.board.state.StateFields;
import dev.forklift.board.virtio.VirtioDriver.Piece;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Registers and queues, with a device that answers each request with itself.
final class VirtioTransportTest {
  /// Says back what it is told.
  private static final class Echo implements VirtioDevice {
    @Override
    public void transfer(StateFields fields) {}

    @Override
    public int type() {
      return 42;
    }

    @Override
    public int queues() {
      return 2;
    }

    @Override
    public long features() {
      return 1 << 3;
    }

    @Override
    public byte[] config() {
      return new byte[] {1, 2, 3, 4, 5};
    }

    @Override
    public void serve(int index, Virtqueue queue) throws BrokenQueueException {
      queue.answerAll(chain -> {
        byte[] all = new byte[chain.readable()];
        chain.read(all, 0, all.length);
        chain.write(all, 0, all.length);
      });
    }
  }

  private final VirtioDriver driver = new VirtioDriver(new Echo());

  private Piece text(String text) {
    return driver.input(text.getBytes(StandardCharsets.US_ASCII));
  }

  private String text(Piece... pieces) {
    StringBuilder all = new StringBuilder();
    for (Piece piece : pieces) {
      all.append(new String(driver.bytes(piece), StandardCharsets.US_ASCII));
    }
    return all.toString();
  }

  @Nested
  class Registers {
    @Test
    void sayWhatItIs() {
      assertThat(driver.get(MAGIC)).isEqualTo(0x74726976);
      assertThat(driver.get(VERSION)).isEqualTo(2);
      assertThat(driver.get(DEVICE)).isEqualTo(42);
      assertThat(driver.offered())
          .isEqualTo(VERSION_1 | EVENT_INDEX | INDIRECT_DESCRIPTORS | (1 << 3));
      assertThat(driver.get(STATUS)).isZero();
    }

    @Test
    void configCanBeReadInPiecesAndEndsWhereItEnds() {
      assertThat(driver.get(CONFIG)).isEqualTo(0x04030201);
      assertThat(driver.device.load(CONFIG + 1, 1)).isEqualTo(2);
      assertThat(driver.device.load(CONFIG + 2, 2)).isEqualTo(0x0403);
      assertThat(driver.get(CONFIG + 4)).isEqualTo(5);
      assertThat(driver.get(CONFIG + 8)).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1 << 3, VERSION_1 | 1, VERSION_1 | (1L << 33)})
    void featuresThatCannotBeAreNotAgreedOn(long features) {
      driver.set(STATUS, 3);
      driver.accept(features);
      driver.set(STATUS, 11);
      assertThat(driver.get(STATUS)).isEqualTo(3);
    }

    @Test
    void agreedFeaturesStay() {
      driver.begin(VERSION_1, 1);
      driver.accept(VERSION_1 | EVENT_INDEX);
      // With event indices the device would write one behind its ring.
      driver.request(0, text("x"), driver.room(1));
      assertThat(driver.read16(used(0) + 4 + 8 * SIZE)).isZero();
    }

    @Test
    void queuesThatAreNotThereHaveNoRoom() {
      for (int queue : new int[] {2, 1000, -1}) {
        driver.set(QUEUE, queue);
        assertThat(driver.get(QUEUE_SIZE_MAX)).isZero();
        driver.set(QUEUE_READY, 1);
        assertThat(driver.get(QUEUE_READY)).isZero();
      }
    }

    @Test
    void aReadyQueueCannotBeMoved() {
      driver.begin(VERSION_1, 1);
      driver.set(QUEUE, 0);
      driver.setLong(DESCRIPTORS, 0);
      assertThat(driver.request(0, text("still"), driver.room(5))).isEqualTo(5);
    }

    @Test
    void aResetForgetsEverything() {
      driver.begin(VERSION_1, 2);
      driver.request(0, text("x"), driver.room(1));
      assertThat(driver.raised).isTrue();
      driver.set(STATUS, 0);
      assertThat(driver.raised).isFalse();
      assertThat(driver.get(INTERRUPTS)).isZero();
      driver.set(QUEUE, 0);
      assertThat(driver.get(QUEUE_READY)).isZero();
    }
  }

  @Nested
  class Requests {
    @Test
    void areAnsweredAndInterrupt() {
      driver.begin(VERSION_1, 2);
      Piece answer = driver.room(8);
      assertThat(driver.request(1, text("echo"), answer)).isEqualTo(4);
      assertThat(text(answer)).isEqualTo("echo\0\0\0\0");
      assertThat(driver.raised).isTrue();
      assertThat(driver.get(INTERRUPTS)).isEqualTo(1);
      driver.set(INTERRUPT_DONE, 1);
      assertThat(driver.raised).isFalse();
    }

    @Test
    void mayBeInPiecesOfAnyLengthAndCrossPages() {
      driver.begin(VERSION_1, 1);
      Piece far = new Piece(MEMORY + 0x2_0000 - 2, 5, true);
      Piece near = driver.room(3);
      Piece none = new Piece(MEMORY, 0, true);
      int length = driver.request(0, text("ab"), text(""), text("cdefgh"), near, none, far);
      assertThat(length).isEqualTo(8);
      assertThat(text(near, far)).isEqualTo("abcdefgh");
    }

    @Test
    void goRoundTheRingsManyTimes() {
      driver.begin(VERSION_1, 1);
      Piece input = text("around");
      Piece output = driver.room(6);
      for (int i = 0; i < 70_000; i++) {
        assertThat(driver.request(0, input, output)).isEqualTo(6);
      }
      assertThat(driver.usedCount(0)).isEqualTo(70_000 & 0xffff);
    }

    @Test
    void waitUntilTheDriverIsReady() {
      driver.set(STATUS, 3);
      driver.accept(VERSION_1);
      driver.set(STATUS, 11);
      driver.setUp(0);
      driver.offer(0, driver.chain(0, text("early"), driver.room(5)));
      driver.set(NOTIFY, 0);
      assertThat(driver.usedCount(0)).isZero();
      driver.set(STATUS, RUNNING);
      assertThat(driver.usedCount(0)).isEqualTo(1);
    }

    @Test
    void mayStandInATableOfTheirOwn() {
      driver.begin(VERSION_1 | INDIRECT_DESCRIPTORS, 1);
      Piece input = text("indirect");
      Piece output = driver.room(8);
      long table = driver.allocate(32);
      driver.descriptor(table, 0, input.address(), 8, NEXT, 1);
      driver.descriptor(table, 1, output.address(), 8, WRITE, 0);
      driver.descriptor(table(0), 3, table, 32, INDIRECT, 0);
      driver.offer(0, 3);
      driver.set(NOTIFY, 0);
      assertThat(driver.usedCount(0)).isEqualTo(1);
      assertThat(text(output)).isEqualTo("indirect");
    }

    @Test
    void doNotInterruptAgainstTheDriversWish() {
      driver.begin(VERSION_1, 1);
      driver.write16(available(0), 1);
      driver.request(0, text("x"), driver.room(1));
      assertThat(driver.raised).isFalse();
    }

    @Test
    void interruptAtTheIndexThatTheDriverNames() {
      driver.begin(VERSION_1 | EVENT_INDEX, 1);
      driver.write16(available(0) + 4 + 2 * SIZE, 2);
      for (int i = 0; i < 4; i++) {
        driver.request(0, text("x"), driver.room(1));
        assertThat(driver.raised).isEqualTo(i >= 2);
        assertThat(driver.read16(used(0) + 4 + 8 * SIZE)).as("notify from").isEqualTo(i + 1);
      }
    }
  }

  @Nested
  class Nonsense {
    private void broken() {
      assertThat(driver.get(STATUS) & NEEDS_RESET).isEqualTo(NEEDS_RESET);
      assertThat(driver.get(INTERRUPTS) & 2).isEqualTo(2);
      assertThat(driver.raised).isTrue();
      int before = driver.usedCount(0);
      driver.set(NOTIFY, 0);
      assertThat(driver.usedCount(0)).as("does nothing more").isEqualTo(before);
      driver.set(STATUS, RUNNING);
      assertThat(driver.get(STATUS)).isEqualTo(RUNNING | NEEDS_RESET);
      clear();
      driver.set(STATUS, 0);
      assertThat(driver.get(STATUS)).as("a reset helps").isZero();
    }

    private void clear() {
      driver.memory.write(MEMORY, new byte[0x10000], 0, 0x10000);
    }

    @ParameterizedTest
    @CsvSource({
      "0x0,                0x10", // no memory there
      "0x07fffff0,         0x20", // begins too early
      "0x083ffff0,         0x20", // ends too late
      "0x08000000,         0xffffffff", // too long
      "0x08000000,         0x00900000",
      "0xffffffffffffffff, 1", // beyond all
      "0x7fffffffffffffff, 0x7fffffff", // whose end is negative
      "0x8000000000000000, 0x10",
    })
    void buffersOutsideOfMemory(String address, String length) {
      driver.begin(VERSION_1, 1);
      driver.descriptor(
          table(0),
          0,
          Long.parseUnsignedLong(address.substring(2), 16),
          length.startsWith("0x")
              ? Integer.parseUnsignedInt(length.substring(2), 16)
              : Integer.parseInt(length),
          WRITE,
          0);
      driver.offer(0, 0);
      driver.set(NOTIFY, 0);
      broken();
    }

    @Test
    void aChainThatComesBackToItself() {
      driver.begin(VERSION_1, 1);
      driver.descriptor(table(0), 0, MEMORY, 1, NEXT, 1);
      driver.descriptor(table(0), 1, MEMORY, 1, NEXT, 0);
      driver.offer(0, 0);
      driver.set(NOTIFY, 0);
      broken();
    }

    @Test
    void aTableThatIsItsOwnEntry() {
      driver.begin(VERSION_1 | INDIRECT_DESCRIPTORS, 1);
      driver.descriptor(table(0), 0, table(0), 16, INDIRECT, 0);
      driver.offer(0, 0);
      driver.set(NOTIFY, 0);
      broken();
    }

    @Test
    void aTableThatWasNotAgreedOn() {
      driver.begin(VERSION_1, 1);
      driver.descriptor(table(0), 0, MEMORY + 0x8000, 16, INDIRECT, 0);
      driver.offer(0, 0);
      driver.set(NOTIFY, 0);
      broken();
    }

    @ParameterizedTest
    @ValueSource(ints = {SIZE, 1000, 0xffff})
    void descriptorsThatAreNotThere(int head) {
      driver.begin(VERSION_1, 1);
      driver.offer(0, head);
      driver.set(NOTIFY, 0);
      broken();
    }

    @Test
    void moreRequestsThanThereIsRoomFor() {
      driver.begin(VERSION_1, 1);
      driver.write16(available(0) + 2, SIZE + 1);
      driver.set(NOTIFY, 0);
      broken();
    }

    @Test
    void somethingToReadBehindRoomForTheAnswer() {
      driver.begin(VERSION_1, 1);
      driver.offer(0, driver.chain(0, driver.room(4), text("late")));
      driver.set(NOTIFY, 0);
      broken();
    }

    @ParameterizedTest
    @CsvSource({"3, 0, 0, 0", "0, 0, 0, 0", "16, 8, 0, 0", "16, 0, 1, 0", "16, 0, 0, 2"})
    void queuesThatCannotBeThere(int size, int descriptors, int available, int used) {
      driver.begin(VERSION_1, 0);
      driver.set(QUEUE, 0);
      driver.set(QUEUE_SIZE, size);
      driver.setLong(DESCRIPTORS, table(0) + descriptors);
      driver.setLong(AVAILABLE, available(0) + available);
      driver.setLong(USED, used(0) + used);
      driver.set(QUEUE_READY, 1);
      assertThat(driver.get(QUEUE_READY)).isZero();
      broken();
    }

    /// Each answer moves the ring's own index on.
    @Test
    void aUsedRingThatIsTheAvailableRingComesToAnEnd() {
      driver.begin(VERSION_1, 0);
      driver.set(QUEUE, 0);
      driver.set(QUEUE_SIZE, SIZE);
      driver.setLong(DESCRIPTORS, table(0));
      driver.setLong(AVAILABLE, available(0));
      driver.setLong(USED, available(0));
      driver.set(QUEUE_READY, 1);
      driver.offer(0, driver.chain(0, driver.room(1)));
      driver.set(NOTIFY, 0);
      assertThat(driver.read16(available(0) + 2)).isEqualTo(1);
    }
  }
}
