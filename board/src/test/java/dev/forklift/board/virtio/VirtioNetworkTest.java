package dev.forklift.board.virtio;

import static dev.forklift.board.virtio.VirtioDriver.CONFIG;
import static dev.forklift.board.virtio.VirtioDriver.NOTIFY;
import static dev.forklift.board.virtio.VirtioDriver.VERSION_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.board.device.Placement;
import dev.forklift.board.virtio.VirtioDriver.Piece;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Frames on their way to a cable and back.
final class VirtioNetworkTest {
  private static final int RECEIVE = 0;
  private static final int SEND = 1;

  private final List<byte[]> sent = new ArrayList<>();
  private final Queue<byte[]> coming = new ArrayDeque<>();
  private Runnable arrived = () -> {};

  private final NetworkLink link =
      new NetworkLink() {
        @Override
        public boolean isUp() {
          return true;
        }

        @Override
        public void send(byte[] frame) {
          sent.add(frame);
        }

        @Override
        public byte @Nullable [] receive() {
          return coming.poll();
        }

        @Override
        public void attach(Placement place, Runnable listener) {
          arrived = listener;
        }

        @Override
        public void reset() {}
      };

  private final VirtioDriver driver = new VirtioDriver(new VirtioNetwork(link)).begin(VERSION_1, 2);

  @Test
  void theLinkIsUpOrDown() {
    assertThat(driver.device.load(CONFIG + 6, 2)).isEqualTo(1);
    VirtioDriver other = new VirtioDriver(new VirtioNetwork(NetworkLink.UNPLUGGED));
    assertThat(other.device.load(CONFIG + 6, 2)).isZero();
    assertThat(other.offered() & (1 << 16)).isNotZero();
  }

  @Test
  void framesAreSentWithoutTheirHeader() {
    driver.request(SEND, driver.input(new byte[12]), driver.input(new byte[] {1, 2, 3}));
    assertThat(sent).containsExactly(new byte[] {1, 2, 3});
  }

  @Test
  void framesThatAreTooLongAreLost() {
    driver.request(SEND, driver.input(new byte[12 + 1515]));
    driver.request(SEND, driver.input(new byte[12 + 1514]));
    assertThat(sent).hasSize(1);
  }

  @Test
  void aFrameWithoutHeaderIsNone() {
    driver.offer(SEND, driver.chain(SEND, driver.input(new byte[11])));
    driver.set(NOTIFY, SEND);
    assertThat(driver.get(VirtioDriver.STATUS) & VirtioDriver.NEEDS_RESET).isNotZero();
  }

  @Test
  void whatComesWaitsForRoom() {
    coming.add(new byte[] {7, 8, 9});
    arrived.run();
    Piece room = driver.room(100);
    driver.offer(RECEIVE, driver.chain(RECEIVE, room));
    driver.set(NOTIFY, RECEIVE);
    assertThat(driver.usedCount(RECEIVE)).isEqualTo(1);
    byte[] bytes = driver.bytes(room);
    assertThat(bytes[10]).as("one request").isEqualTo((byte) 1);
    assertThat(Arrays.copyOfRange(bytes, 12, 15)).isEqualTo(new byte[] {7, 8, 9});
  }
}
