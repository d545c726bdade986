package dev.forklift.board.device;

import dev.forklift.board.BadInputException;
import dev.forklift.board.state.StateFields;
import dev.forklift.board.state.Stateful;

/// A queue of bytes that never grows.
final class ByteQueue implements Stateful {
  private final byte[] bytes;
  private int first;
  private int size;

  ByteQueue(int capacity) {
    bytes = new byte[capacity];
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  void add(int value) {
    if (size == bytes.length) {
      throw new IllegalStateException("the queue is full");
    }
    bytes[(first + size++) % bytes.length] = (byte) value;
  }

  /// The oldest, zero-extended.
  int remove() {
    if (size == 0) {
      throw new IllegalStateException("the queue is empty");
    }
    int value = bytes[first] & 0xff;
    first = (first + 1) % bytes.length;
    size--;
    return value;
  }

  void clear() {
    size = 0;
  }

  @Override
  public void transfer(StateFields fields) throws BadInputException {
    byte[] inside = new byte[size];
    for (int i = 0; i < size; i++) {
      inside[i] = bytes[(first + i) % bytes.length];
    }
    byte[] now = fields.bytes(inside, bytes.length);
    System.arraycopy(now, 0, bytes, 0, now.length);
    first = 0;
    size = now.length;
  }
}
