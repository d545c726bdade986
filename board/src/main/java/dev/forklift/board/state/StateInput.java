package dev.forklift.board.state;

import dev.forklift.board.BadInputException;
import java.nio.ByteBuffer;

/// Gives fields back.
final class StateInput extends StateFields {
  private final ByteBuffer taken;

  StateInput(byte[] taken) {
    this.taken = ByteBuffer.wrap(taken);
  }

  /// There must not be more.
  void end() throws BadInputException {
    if (taken.hasRemaining()) {
      throw new BadInputException("it has more than there should be");
    }
  }

  private void require(int count) throws BadInputException {
    if (taken.remaining() < count) {
      throw new BadInputException("it has less than there should be");
    }
  }

  @Override
  public boolean isRestoring() {
    return true;
  }

  @Override
  public int cell(int value) throws BadInputException {
    require(Integer.BYTES);
    return taken.getInt();
  }

  @Override
  public long number(long value) throws BadInputException {
    require(Long.BYTES);
    return taken.getLong();
  }

  @Override
  public byte[] bytes(byte[] value, int most) throws BadInputException {
    int length = cell(0, 0, most);
    require(length);
    byte[] bytes = new byte[length];
    taken.get(bytes);
    return bytes;
  }
}
