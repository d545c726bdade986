package dev.forklift.kernel.fs.anon;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.PollEvents;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.VfsPath;
import dev.forklift.kernel.wait.WaitQueue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.List;

/// A counter that can be waited for (eventfd(2)). Its numbers are in the guest's byte order.
final class EventFile extends OpenFile {
  private final WaitQueue changed = new WaitQueue();
  private final boolean semaphore;
  private final ByteOrder order;
  private final BitSet ids;
  private final int id;
  private long count;

  /// @param ids the numbers that such files have, by which /proc tells them apart
  EventFile(VfsPath path, int flags, long initial, boolean semaphore, ByteOrder order, BitSet ids)
      throws Errno {
    super(path, OpenFlags.O_RDWR | (flags & OpenFlags.O_NONBLOCK));
    this.count = initial;
    this.semaphore = semaphore;
    this.order = order;
    this.ids = ids;
    this.id = ids.nextClearBit(0);
    ids.set(id);
  }

  @Override
  protected void onClose() {
    ids.clear(id);
  }

  @Override
  protected boolean isSeekable() {
    return false;
  }

  @Override
  protected long seekWithoutPosition() {
    return 0;
  }

  @Override
  protected long readAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
    if (buffer.remaining() < Long.BYTES) {
      throw Errno.EINVAL;
    }
    if (count == 0) {
      if (isNonblocking()) {
        throw Errno.EAGAIN;
      }
      caller.sleeper().await(changed, () -> count != 0);
    }
    long taken = semaphore ? 1 : count;
    count -= taken;
    changed.wakeAll();
    byte[] bytes = ByteBuffer.allocate(Long.BYTES).order(order).putLong(taken).array();
    int given = buffer.put(bytes, 0, bytes.length);
    if (given < bytes.length) {
      throw Errno.EFAULT;
    }
    return given;
  }

  @Override
  protected long writeAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
    if (buffer.remaining() < Long.BYTES) {
      throw Errno.EINVAL;
    }
    byte[] bytes = new byte[Long.BYTES];
    if (buffer.get(bytes, 0, bytes.length) < bytes.length) {
      throw Errno.EFAULT;
    }
    long added = ByteBuffer.wrap(bytes).order(order).getLong();
    if (added == -1) {
      throw Errno.EINVAL;
    }
    if (!fits(added)) {
      if (isNonblocking()) {
        throw Errno.EAGAIN;
      }
      caller.sleeper().await(changed, () -> fits(added));
    }
    count += added;
    changed.wakeAll();
    return Long.BYTES;
  }

  /// The counter is unsigned, and its largest value stands for an overflow that cannot happen here.
  private boolean fits(long added) {
    return Long.compareUnsigned(-2 - count, added) >= 0;
  }

  @Override
  public int poll() {
    int events = 0;
    if (count != 0) {
      events |= PollEvents.POLLIN;
    }
    if (fits(1)) {
      events |= PollEvents.POLLOUT;
    }
    return events;
  }

  @Override
  public List<WaitQueue> pollQueues(int events) {
    return List.of(changed);
  }

  @Override
  public String fdInfo() {
    return "eventfd-count: %16x\neventfd-id: %d\neventfd-semaphore: %d\n"
        .formatted(count, id, semaphore ? 1 : 0);
  }
}
