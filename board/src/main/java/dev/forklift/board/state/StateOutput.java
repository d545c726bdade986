package dev.forklift.board.state;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/// Takes fields down.
final class StateOutput extends StateFields {
  private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
  private final ByteBuffer room = ByteBuffer.allocate(Long.BYTES);

  byte[] taken() {
    return taken.toByteArray();
  }

  @Override
  public boolean isRestoring() {
    return false;
  }

  @Override
  public int cell(int value) {
    taken.write(room.putInt(0, value).array(), 0, Integer.BYTES);
    return value;
  }

  @Override
  public long number(long value) {
    taken.write(room.putLong(0, value).array(), 0, Long.BYTES);
    return value;
  }

  @Override
  public byte[] bytes(byte[] value, int most) {
    var _ = cell(value.length);
    taken.writeBytes(value);
    return value;
  }
}
