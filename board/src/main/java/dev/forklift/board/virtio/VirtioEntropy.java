package dev.forklift.board.virtio;

import dev.forklift.board.BadInputException;
import dev.forklift.board.state.StateFields;
import dev.forklift.board.state.Stateful;
import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/// A source of random bytes.
public final class VirtioEntropy implements VirtioDevice {
  private static final int TYPE = 4;

  /// As much as one request gets, however much it has room for.
  private static final int MOST = 4096;

  private final RandomGenerator source;
  private final Stateful state;

  private VirtioEntropy(RandomGenerator source, Stateful state) {
    this.source = source;
    this.state = state;
  }

  /// Of bytes that nobody can guess.
  public static VirtioEntropy ofHost() {
    return new VirtioEntropy(new SecureRandom(), _ -> {});
  }

  /// Of bytes that are the same in each run.
  public static VirtioEntropy repeatable() {
    RepeatableRandom source = new RepeatableRandom();
    return new VirtioEntropy(source, source);
  }

  @Override
  public void transfer(StateFields fields) throws BadInputException {
    state.transfer(fields);
  }

  @Override
  public int type() {
    return TYPE;
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
