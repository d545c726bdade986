package dev.forklift.board.virtio;

import java.util.List;

/// A request of a driver: bytes for the device to read, then room for its answer, both in pieces.
///
/// All pieces were memory when the request was taken, and still are.
public final class DescriptorChain {
  /// A piece of guest memory.
  record Buffer(long address, int length) {}

  /// A place in a row of pieces.
  private static final class Cursor {
    private final List<Buffer> buffers;
    private final int total;
    private int done;
    private int index;
    private int within;

    Cursor(List<Buffer> buffers) {
      this.buffers = buffers;
      int sum = 0;
      for (Buffer buffer : buffers) {
        sum += buffer.length;
      }
      total = sum;
    }

    int left() {
      return total - done;
    }

    /// So much of `most` as the current piece has; moves on to the next if it has nothing.
    int available(int most) {
      while (within == buffers.get(index).length) {
        index++;
        within = 0;
      }
      return Math.min(most, buffers.get(index).length - within);
    }

    long address() {
      return buffers.get(index).address + within;
    }

    void moved(int count) {
      within += count;
      done += count;
    }
  }

  private final GuestMemory memory;
  private final int head;
  private final Cursor input;
  private final Cursor output;

  DescriptorChain(GuestMemory memory, int head, List<Buffer> readable, List<Buffer> writable) {
    this.memory = memory;
    this.head = head;
    input = new Cursor(readable);
    output = new Cursor(writable);
  }

  int head() {
    return head;
  }

  /// How many bytes of the request have not been read.
  public int readable() {
    return input.left();
  }

  /// How much room is left for the answer.
  public int writable() {
    return output.left();
  }

  /// How many bytes of the answer have been written.
  public int written() {
    return output.done;
  }

  /// Reads on; answers how many bytes there were, at most `length`.
  public int read(byte[] into, int offset, int length) throws BrokenQueueException {
    int most = Math.min(length, input.left());
    for (int done = 0; done < most; ) {
      int part = input.available(most - done);
      memory.read(input.address(), into, offset + done, part);
      input.moved(part);
      done += part;
    }
    return most;
  }

  /// Writes on; answers for how many bytes there was room.
  public int write(byte[] from, int offset, int length) throws BrokenQueueException {
    int most = Math.min(length, output.left());
    for (int done = 0; done < most; ) {
      int part = output.available(most - done);
      memory.write(output.address(), from, offset + done, part);
      output.moved(part);
      done += part;
    }
    return most;
  }

  /// Leaves out so much of the room for the answer, which stays as it was.
  void skip(int length) {
    int most = Math.min(length, output.left());
    for (int done = 0; done < most; ) {
      int part = output.available(most - done);
      output.moved(part);
      done += part;
    }
  }
}
