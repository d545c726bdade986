package dev.forklift.kernel.fs.pipe;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.wait.WaitQueue;
import java.util.ArrayDeque;
import java.util.Deque;

/// Bytes between those who write and those who read, in buffers of up to a page.
///
/// As in Linux it is full when all buffers are in use, however few bytes they hold, and a write is
/// added to the last buffer only if what it has beyond whole pages fits there.
final class Pipe {
  /// Writes up to this long are not mixed with others.
  static final int ATOMIC = PipeBuffer.PAGE;

  private static final int DEFAULT_BUFFERS = 16;
  private static final int MAX_CAPACITY = 1 << 20;

  private final Deque<PipeBuffer> buffers = new ArrayDeque<>(1);
  private int slots = DEFAULT_BUFFERS;

  private final WaitQueue readable = new WaitQueue();
  private final WaitQueue writable = new WaitQueue();
  private final WaitQueue opened = new WaitQueue();
  private int readers;
  private int writers;

  // How often it was opened, so that who waits for the other side notices one that came and went.
  private long readerArrivals;
  private long writerArrivals;

  void addReader() {
    readers++;
    readerArrivals++;
    opened.wakeAll();
  }

  void addWriter() {
    writers++;
    writerArrivals++;
    opened.wakeAll();
  }

  void removeReader() {
    if (--readers == 0) {
      writable.wakeAll();
    }
  }

  void removeWriter() {
    if (--writers == 0) {
      readable.wakeAll();
    }
  }

  boolean isUnused() {
    return readers == 0 && writers == 0;
  }

  boolean hasReaders() {
    return readers > 0;
  }

  boolean hasWriters() {
    return writers > 0;
  }

  long writerArrivals() {
    return writerArrivals;
  }

  /// Sleeps until somebody writes or has begun to.
  void awaitWriter(Caller caller) throws Errno {
    long before = writerArrivals;
    if (writers == 0) {
      caller.sleeper().await(opened, () -> writerArrivals != before);
    }
  }

  /// Sleeps until somebody reads or has begun to.
  void awaitReader(Caller caller) throws Errno {
    long before = readerArrivals;
    if (readers == 0) {
      caller.sleeper().await(opened, () -> readerArrivals != before);
    }
  }

  WaitQueue readable() {
    return readable;
  }

  WaitQueue writable() {
    return writable;
  }

  int available() {
    int sum = 0;
    for (PipeBuffer buffer : buffers) {
      sum += buffer.length();
    }
    return sum;
  }

  boolean isEmpty() {
    return buffers.isEmpty();
  }

  /// Whether a writer could go on.
  boolean hasRoom() {
    return buffers.size() < slots;
  }

  /// How many buffers can still be filled.
  int freeBuffers() {
    return Math.max(0, slots - buffers.size());
  }

  long read(Caller caller, IoBuffer target, boolean nonblocking) throws Errno {
    long total = target.remaining();
    long done = 0;
    while (done < total) {
      PipeBuffer first = buffers.peek();
      if (first == null) {
        if (done > 0 || !awaitBytes(caller, nonblocking)) {
          break;
        }
        continue;
      }
      int length = (int) Math.min(first.length(), total - done);
      try {
        first.give(target, length);
      } catch (Errno e) {
        if (done == 0) {
          throw e;
        }
        break;
      }
      done += length;
      if (first.isPacket()) {
        // What of a packet does not fit is lost.
        first.clear();
      }
      removeIfEmpty(first);
      if (first.isPacket()) {
        break;
      }
    }
    if (!buffers.isEmpty()) {
      readable.wakeAll();
    }
    return done;
  }

  private void removeIfEmpty(PipeBuffer first) {
    if (first.length() == 0) {
      buffers.remove();
      writable.wakeAll();
    }
  }

  /// Sleeps until there is something to read.
  ///
  /// @return false at the end: it is empty and nobody writes
  boolean awaitBytes(Caller caller, boolean nonblocking) throws Errno {
    if (buffers.isEmpty() && writers > 0) {
      if (nonblocking) {
        throw Errno.EAGAIN;
      }
      caller.sleeper().await(readable, () -> !buffers.isEmpty() || writers == 0);
    }
    return !buffers.isEmpty();
  }

  /// @param asPackets whether each write (each part of it that is atomic) is to be read alone
  long write(Caller caller, IoBuffer source, boolean nonblocking, boolean asPackets) throws Errno {
    long total = source.remaining();
    if (total == 0) {
      return 0;
    }
    requireReaders(caller);
    long done = 0;
    try {
      done = merge(source, (int) (total % PipeBuffer.PAGE));
      while (done < total) {
        awaitRoom(caller, nonblocking);
        PipeBuffer next = PipeBuffer.forWriting(total - done, asPackets);
        // If it cannot be filled it stays, empty, until somebody reads.
        buffers.add(next);
        readable.wakeAll();
        int length = (int) Math.min(total - done, PipeBuffer.PAGE);
        if (next.add(source, length) < length) {
          throw Errno.EFAULT;
        }
        next.keep(length);
        done += length;
      }
    } catch (Errno e) {
      if (done == 0) {
        throw e;
      }
    }
    return done;
  }

  /// Adds what a write has beyond whole pages to the last buffer, if it fits.
  private int merge(IoBuffer source, int length) throws Errno {
    PipeBuffer last = buffers.peekLast();
    if (last == null || length == 0 || !last.merges(length)) {
      return 0;
    }
    if (last.add(source, length) < length) {
      throw Errno.EFAULT;
    }
    last.keep(length);
    readable.wakeAll();
    return length;
  }

  /// Sleeps until a buffer is free.
  void awaitRoom(Caller caller, boolean nonblocking) throws Errno {
    requireReaders(caller);
    while (!hasRoom()) {
      if (nonblocking) {
        throw Errno.EAGAIN;
      }
      caller.sleeper().await(writable, () -> hasRoom() || readers == 0);
      requireReaders(caller);
    }
  }

  /// Puts bytes into a buffer of their own, for which there must be room.
  void put(byte[] bytes) {
    buffers.add(PipeBuffer.of(bytes));
    readable.wakeAll();
  }

  /// Takes up to `length` bytes out of the first buffer that has any.
  ///
  /// @return none if there are none
  byte[] take(int length) {
    while (!buffers.isEmpty()) {
      PipeBuffer first = buffers.element();
      byte[] taken = first.take(Math.min(length, first.length()));
      removeIfEmpty(first);
      if (taken.length > 0) {
        return taken;
      }
    }
    return new byte[0];
  }

  /// Puts bytes that could not be used back to where [#take] found them.
  void putBack(byte[] bytes) {
    buffers.addFirst(PipeBuffer.of(bytes));
  }

  /// Copies up to `length` bytes to another pipe and keeps them, as far as that has buffers.
  long copyTo(Pipe other, long length) {
    long done = 0;
    for (PipeBuffer buffer : buffers) {
      if (done == length || !other.hasRoom()) {
        break;
      }
      int part = (int) Math.min(buffer.length(), length - done);
      other.buffers.add(buffer.copy(part));
      done += part;
    }
    other.readable.wakeAll();
    return done;
  }

  private void requireReaders(Caller caller) throws Errno {
    if (readers == 0) {
      caller.raise(Signal.SIGPIPE);
      throw Errno.EPIPE;
    }
  }

  int capacity() {
    return slots * PipeBuffer.PAGE;
  }

  int setCapacity(Caller caller, int size) throws Errno {
    if (size < 0 || size > 1 << 30) {
      throw Errno.EINVAL;
    }
    int rounded = Integer.highestOneBit(Math.max(size, PipeBuffer.PAGE) - 1) << 1;
    if (rounded > MAX_CAPACITY
        && rounded > capacity()
        && !caller.credentials().has(Capability.SYS_RESOURCE)) {
      throw Errno.EPERM;
    }
    if (rounded / PipeBuffer.PAGE < buffers.size()) {
      throw Errno.EBUSY;
    }
    slots = rounded / PipeBuffer.PAGE;
    writable.wakeAll();
    return rounded;
  }
}
