package dev.forklift.board.virtio;

import dev.forklift.board.device.Placement;
import dev.forklift.board.state.StateFields;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// A network device.
public final class VirtioNetwork implements VirtioDevice {
  private static final int TYPE = 1;
  private static final int RECEIVE = 0;
  private static final int SEND = 1;

  private static final long HAS_ADDRESS = 1L << 5;
  private static final long HAS_STATUS = 1L << 16;
  private static final int LINK_UP = 1;

  /// What stands in front of each frame: nothing that is asked for here, and how many requests it
  /// takes, which is one.
  private static final int HEADER = 12;

  private static final int ONE_REQUEST = 10;

  /// The longest frame.
  private static final int FRAME = 1514;

  /// An address of those that anybody may use.
  private static final byte[] ADDRESS = {0x52, 0x54, 0, 0x12, 0x34, 0x56};

  private final NetworkLink link;

  public VirtioNetwork(NetworkLink link) {
    this.link = link;
  }

  @Override
  public int type() {
    return TYPE;
  }

  @Override
  public int queues() {
    return 2;
  }

  @Override
  public long features() {
    return HAS_ADDRESS | HAS_STATUS;
  }

  @Override
  public byte[] config() {
    return ByteBuffer.allocate(ADDRESS.length + Short.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(ADDRESS)
        .putShort((short) (link.isUp() ? LINK_UP : 0))
        .array();
  }

  @Override
  public void attach(Placement place, Transport transport) {
    link.attach(place, () -> transport.serve(RECEIVE));
  }

  @Override
  public void serve(int index, Virtqueue queue) throws BrokenQueueException {
    if (index == SEND) {
      queue.answerAll(this::send);
    } else {
      receive(queue);
    }
  }

  private void send(DescriptorChain chain) throws BrokenQueueException {
    byte[] header = new byte[HEADER];
    int length = chain.readable() - HEADER;
    if (length < 0) {
      throw new BrokenQueueException("a frame without header");
    }
    chain.read(header, 0, HEADER);
    if (length <= FRAME) {
      byte[] frame = new byte[length];
      chain.read(frame, 0, length);
      link.send(frame);
    }
  }

  /// Gives what has come to the requests that wait for it; what is longer than one of them is lost.
  private void receive(Virtqueue queue) throws BrokenQueueException {
    for (int left = queue.waiting(); left > 0; left--) {
      byte[] frame = link.receive();
      if (frame == null) {
        return;
      }
      DescriptorChain chain = queue.take();
      if (chain == null) {
        return;
      }
      if (HEADER + frame.length <= chain.writable()) {
        byte[] header = new byte[HEADER];
        header[ONE_REQUEST] = 1;
        chain.write(header, 0, HEADER);
        chain.write(frame, 0, frame.length);
      }
      queue.give(chain);
    }
  }

  /// Connections end, and what was under way is lost, as networks do.
  @Override
  public void transfer(StateFields fields) {
    if (fields.isRestoring()) {
      link.reset();
    }
  }

  @Override
  public void reset() {
    link.reset();
  }
}
