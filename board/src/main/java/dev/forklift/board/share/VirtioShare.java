package dev.forklift.board.share;

import dev.forklift.board.BadInputException;
import dev.forklift.board.state.StateFields;
import dev.forklift.board.virtio.BrokenQueueException;
import dev.forklift.board.virtio.DescriptorChain;
import dev.forklift.board.virtio.VirtioDevice;
import dev.forklift.board.virtio.Virtqueue;
import dev.forklift.engine.host.HostCalls;
import dev.forklift.engine.host.HostError;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// A folder of the host that a guest can mount by its tag.
public final class VirtioShare implements VirtioDevice, AutoCloseable {
  private static final int TYPE = 9;
  private static final long HAS_TAG = 1;

  /// The shortest request, and the reply that has an error.
  private static final int LEAST_REPLY = Message.HEADER + Integer.BYTES;

  private final String tag;
  private final SharedFile root;
  private final Session session;
  private final Message request = new Message(Session.MOST);
  private final Message reply = new Message(Session.MOST);

  private VirtioShare(String tag, SharedFile root, Session session) {
    this.tag = tag;
    this.root = root;
    this.session = session;
  }

  /// Opens a folder.
  ///
  /// @param path as bytes of the host, one a character
  /// @param tag what the guest calls it
  /// @throws BadInputException if it cannot be shared
  public static VirtioShare open(String path, String tag, boolean readOnly)
      throws BadInputException {
    if (!HostCalls.areAvailable()) {
      throw new BadInputException(path + ": only a Linux host can share folders");
    }
    try {
      SharedFile root = SharedFile.root(path);
      return new VirtioShare(tag, root, new Session(root, readOnly, Owners.ofThisProcess()));
    } catch (HostError e) {
      throw new BadInputException(path + ": " + describe(e));
    }
  }

  private static String describe(HostError error) {
    return switch (error.number()) {
      case Errors.ENOENT -> "no such file or folder";
      case Errors.ENOTDIR -> "not a folder";
      default -> "it cannot be opened (error " + error.number() + ")";
    };
  }

  /// The files that the guest has open are the host's, and nobody could open them again.
  @Override
  public void transfer(StateFields fields) throws BadInputException {
    if (fields.isRestoring()) {
      session.reset();
    } else if (session.isInUse()) {
      throw new BadInputException("%s is mounted; unmount it first".formatted(tag));
    }
  }

  @Override
  public int type() {
    return TYPE;
  }

  @Override
  public long features() {
    return HAS_TAG;
  }

  @Override
  public byte[] config() {
    byte[] name = tag.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(Short.BYTES + name.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort((short) name.length)
        .put(name)
        .array();
  }

  @Override
  public void serve(int index, Virtqueue queue) throws BrokenQueueException {
    queue.answerAll(this::answer);
  }

  private void answer(DescriptorChain chain) throws BrokenQueueException {
    int length = chain.readable();
    if (length < Message.HEADER || length > Session.MOST || chain.writable() < LEAST_REPLY) {
      throw new BrokenQueueException("this is no request for a file");
    }
    chain.read(request.array(), 0, length);
    request.received(length);
    try {
      int written = session.answer(request, reply, chain.writable());
      chain.write(reply.array(), 0, written);
    } catch (HostError e) {
      throw new BrokenQueueException("a request without header");
    }
  }

  @Override
  public void reset() {
    session.reset();
  }

  @Override
  public void close() {
    session.reset();
    root.drop();
  }
}
