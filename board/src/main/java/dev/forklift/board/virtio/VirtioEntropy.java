package dev.forklift.board.virtio;

import java.util.random.RandomGenerator;

/// A source of random bytes.
public final class VirtioEntropy implements VirtioDevice {
  private static final int TYPE = 4;

  /// As much as one request gets, however much it has room for.
  private static final int MOST = 4096;

  private final RandomGenerator source;

  public VirtioEntropy(RandomGenerator source) {
    this.source = source;
  }

  @Override
  public int type() {
    return TYPE;
  }

  @Override
  public int queues() {
    return 1;
  }

  @Override
  public void serve(int index, Virtqueue queue) throws BrokenQueueException {
    queue.answerAll(chain -> {
      byte[] bytes = new byte[Math.min(MOST, chain.writable())];
      source.nextBytes(bytes);
      chain.write(bytes, 0, bytes.length);
    });
  }
}
