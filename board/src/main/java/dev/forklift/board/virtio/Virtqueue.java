package dev.forklift.board.virtio;

import dev.forklift.board.BadInputException;
import dev.forklift.board.state.StateFields;
import dev.forklift.board.state.Stateful;
import dev.forklift.board.virtio.DescriptorChain.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A queue of requests between a driver and a device ("split virtqueue"): a table of descriptors, a
/// ring of what the driver has made available, a ring of what the device has used.
public final class Virtqueue implements Stateful {
  /// The most requests that can wait in one.
  static final int MOST_REQUESTS = 256;

  /// The most pieces of memory in one request, and bytes. Drivers that keep to the size of the
  /// queue, and to what the devices say about themselves, stay far below.
  private static final int MOST_BUFFERS = 1024;

  private static final int MOST_BYTES = 8 << 20;

  // Of a descriptor.
  private static final int DESCRIPTOR = 16;
  private static final int NEXT = 1;
  private static final int WRITE = 1 << 1;
  private static final int INDIRECT = 1 << 2;

  // Of the rings: flags and index, the entries, then the other side's event.
  private static final int HEADER = 4;
  private static final int INDEX = 2;
  private static final int AVAILABLE_ENTRY = 2;
  private static final int USED_ENTRY = 8;
  private static final int NO_INTERRUPT = 1;

  private final GuestMemory memory;
  private final Runnable interrupt;
  private final byte[] descriptor = new byte[DESCRIPTOR];
  private final ByteBuffer fields = ByteBuffer.wrap(descriptor).order(ByteOrder.LITTLE_ENDIAN);

  // As the driver sets it up, while it is not ready.
  int size;
  long descriptors;
  long available;
  long used;

  private boolean ready;
  private boolean indirect;
  private boolean eventIndex;
  private int nextAvailable;
  private int nextUsed;

  /// @param interrupt tells the driver that something was used
  Virtqueue(GuestMemory memory, Runnable interrupt) {
    this.memory = memory;
    this.interrupt = interrupt;
    reset();
  }

  /// As before a driver has touched it.
  void reset() {
    size = MOST_REQUESTS;
    descriptors = 0;
    available = 0;
    used = 0;
    ready = false;
    nextAvailable = 0;
    nextUsed = 0;
  }

  @Override
  public void transfer(StateFields fields) throws BadInputException {
    size = fields.cell(size);
    descriptors = fields.number(descriptors);
    available = fields.number(available);
    used = fields.number(used);
    nextAvailable = fields.cell(nextAvailable, 0, 0xffff);
    nextUsed = fields.cell(nextUsed, 0, 0xffff);
    indirect = fields.flag(indirect);
    eventIndex = fields.flag(eventIndex);
    ready = fields.flag(ready);
    if (ready) {
      try {
        begin(indirect, eventIndex);
      } catch (BrokenQueueException e) {
        throw StateFields.impossible();
      }
    }
  }

  boolean isReady() {
    return ready;
  }

  /// The driver has set it up.
  ///
  /// @param withIndirect whether it may use tables of descriptors outside of the queue
  /// @param withEvents whether either side says at which index it wants to be told
  void begin(boolean withIndirect, boolean withEvents) throws BrokenQueueException {
    boolean fits =
        size > 0
            && size <= MOST_REQUESTS
            && Integer.bitCount(size) == 1
            && isPlace(descriptors, DESCRIPTOR, (long) DESCRIPTOR * size)
            && isPlace(available, 2, HEADER + (long) AVAILABLE_ENTRY * size + 2)
            && isPlace(used, 4, HEADER + (long) USED_ENTRY * size + 2);
    if (!fits) {
      throw new BrokenQueueException("a queue cannot be there");
    }
    indirect = withIndirect;
    eventIndex = withEvents;
    ready = true;
  }

  private boolean isPlace(long address, int alignment, long length) {
    return address % alignment == 0 && memory.holds(address, length);
  }

  /// How a device answers a request.
  public interface Answer {
    void to(DescriptorChain chain) throws BrokenQueueException;
  }

  /// Takes, answers and gives back what waits now. What the answers may write into the queue itself
  /// makes it no longer.
  public void answerAll(Answer answer) throws BrokenQueueException {
    for (int left = waiting(); left > 0; left--) {
      DescriptorChain chain = take();
      if (chain != null) {
        answer.to(chain);
        give(chain);
      }
    }
  }

  /// How many requests wait.
  public int waiting() throws BrokenQueueException {
    if (!ready) {
      return 0;
    }
    int count = (memory.read16(available + INDEX) - nextAvailable) & 0xffff;
    if (count > size) {
      throw new BrokenQueueException("more requests than the queue has room for");
    }
    if (eventIndex && count == 0) {
      memory.write16(used + HEADER + (long) USED_ENTRY * size, nextAvailable);
    }
    return count;
  }

  /// Takes the next request, which has to be [given back][#give] some time, or answers null if none
  /// waits.
  public @Nullable DescriptorChain take() throws BrokenQueueException {
    if (waiting() == 0) {
      return null;
    }
    int slot = nextAvailable & (size - 1);
    DescriptorChain chain =
        chain(memory.read16(available + HEADER + (long) AVAILABLE_ENTRY * slot));
    nextAvailable = (nextAvailable + 1) & 0xffff;
    if (eventIndex) {
      memory.write16(used + HEADER + (long) USED_ENTRY * size, nextAvailable);
    }
    return chain;
  }

  private DescriptorChain chain(int head) throws BrokenQueueException {
    List<Buffer> readable = new ArrayList<>();
    List<Buffer> writable = new ArrayList<>();
    long table = descriptors;
    long entries = size;
    boolean isIndirect = false;
    long bytes = 0;
    int index = head;
    for (int count = 0; count < MOST_BUFFERS; count++) {
      if (index >= entries) {
        throw new BrokenQueueException("no such descriptor: " + index);
      }
      memory.read(table + (long) DESCRIPTOR * index, descriptor, 0, DESCRIPTOR);
      long address = fields.getLong(0);
      long length = Integer.toUnsignedLong(fields.getInt(8));
      int flags = fields.getShort(12);
      if ((flags & INDIRECT) != 0) {
        boolean allowed = indirect && !isIndirect && (flags & NEXT) == 0;
        if (!allowed || length % DESCRIPTOR != 0) {
          throw new BrokenQueueException("a table of descriptors where there must be none");
        }
        isIndirect = true;
        table = address;
        entries = length / DESCRIPTOR;
        index = 0;
        continue;
      }
      bytes += length;
      if (bytes > MOST_BYTES || !memory.holds(address, length)) {
        throw new BrokenQueueException("0x%x bytes at 0x%x".formatted(length, address));
      }
      if ((flags & WRITE) == 0 && !writable.isEmpty()) {
        throw new BrokenQueueException("something to read behind room for the answer");
      }
      ((flags & WRITE) == 0 ? readable : writable).add(new Buffer(address, (int) length));
      if ((flags & NEXT) == 0) {
        return new DescriptorChain(memory, head, readable, writable);
      }
      index = Short.toUnsignedInt(fields.getShort(14));
    }
    throw new BrokenQueueException("a request without end");
  }

  /// Gives a request back, answered.
  public void give(DescriptorChain chain) throws BrokenQueueException {
    long entry = used + HEADER + (long) USED_ENTRY * (nextUsed & (size - 1));
    fields.putInt(0, chain.head()).putInt(4, chain.written());
    memory.write(entry, descriptor, 0, USED_ENTRY);
    nextUsed = (nextUsed + 1) & 0xffff;
    memory.write16(used + INDEX, nextUsed);
    if (wantsInterrupt()) {
      interrupt.run();
    }
  }

  private boolean wantsInterrupt() throws BrokenQueueException {
    if (eventIndex) {
      int event = memory.read16(available + HEADER + (long) AVAILABLE_ENTRY * size);
      return event == ((nextUsed - 1) & 0xffff);
    }
    return (memory.read16(available) & NO_INTERRUPT) == 0;
  }
}
