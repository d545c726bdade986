package dev.forklift.kernel.fs.pipe;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.vfs.ByteQueue;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.wait.WaitQueue;
import java.util.ArrayDeque;
import java.util.Queue;

/// Bytes between those who write and those who read.
final class Pipe {
  /// Writes up to this long are not mixed with others.
  static final int ATOMIC = 4096;

  private static final int DEFAULT_CAPACITY = 16 * ATOMIC;
  private static final int MAX_CAPACITY = 1 << 20;

  private final ByteQueue bytes = new ByteQueue(DEFAULT_CAPACITY);

  /// Lengths of packets, in pipes opened with O_DIRECT; bytes written without it belong to none.
  private final Queue<Integer> packets = new ArrayDeque<>(0);

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
    return bytes.size();
  }

  boolean isEmpty() {
    return bytes.isEmpty();
  }

  /// Whether a writer could go on.
  boolean hasRoom() {
    return bytes.room() >= ATOMIC;
  }

  long read(Caller caller, IoBuffer buffer, boolean nonblocking) throws Errno {
    if (buffer.remaining() == 0) {
      return 0;
    }
    while (bytes.isEmpty()) {
      if (writers == 0) {
        return 0;
      }
      if (nonblocking) {
        throw Errno.EAGAIN;
      }
      caller.sleeper().await(readable, () -> !bytes.isEmpty() || writers == 0);
    }
    int length = (int) Math.min(buffer.remaining(), bytes.size());
    Integer packet = packets.peek();
    int taken;
    if (packet == null) {
      taken = bytes.takeInto(buffer, length);
    } else {
      // What of a packet does not fit is lost.
      taken = bytes.copyInto(buffer, 0, Math.min(length, packet));
      bytes.discard(packet);
      packets.remove();
    }
    writable.wakeAll();
    if (!bytes.isEmpty()) {
      readable.wakeAll();
    }
    return taken;
  }

  /// @param asPackets whether each write (each part of it that is atomic) is to be read alone
  long write(Caller caller, IoBuffer buffer, boolean nonblocking, boolean asPackets) throws Errno {
    long length = buffer.remaining();
    if (length == 0) {
      return 0;
    }
    long done = 0;
    try {
      while (done < length) {
        awaitRoom(caller, length - done, nonblocking, asPackets);
        int part = (int) Math.min(length - done, bytes.room());
        if (asPackets) {
          part = Math.min(part, ATOMIC);
        }
        if (asPackets && packets.isEmpty() && !bytes.isEmpty()) {
          packets.add(bytes.size());
        }
        int got = bytes.putFrom(buffer, part);
        if (asPackets || !packets.isEmpty()) {
          packets.add(got);
        }
        done += got;
        readable.wakeAll();
        if (got < part) {
          break;
        }
      }
    } catch (Errno e) {
      if (done == 0) {
        throw e;
      }
    }
    return done;
  }

  private void awaitRoom(Caller caller, long length, boolean nonblocking, boolean asPackets)
      throws Errno {
    int needed = length <= ATOMIC ? (int) length : asPackets ? ATOMIC : 1;
    requireReaders(caller);
    while (bytes.room() < needed) {
      if (nonblocking) {
        throw Errno.EAGAIN;
      }
      caller.sleeper().await(writable, () -> bytes.room() >= needed || readers == 0);
      requireReaders(caller);
    }
  }

  private void requireReaders(Caller caller) throws Errno {
    if (readers == 0) {
      caller.raise(Signal.SIGPIPE);
      throw Errno.EPIPE;
    }
  }

  int capacity() {
    return bytes.capacity();
  }

  int setCapacity(Caller caller, int size) throws Errno {
    if (size < 0) {
      throw Errno.EINVAL;
    }
    int rounded = Integer.highestOneBit(Math.max(size, ATOMIC) - 1) << 1;
    if (size > 1 << 30) {
      throw Errno.EINVAL;
    }
    if (rounded > MAX_CAPACITY && !caller.credentials().has(Capability.SYS_RESOURCE)) {
      throw Errno.EPERM;
    }
    if (rounded < bytes.size()) {
      throw Errno.EBUSY;
    }
    bytes.setCapacity(rounded);
    writable.wakeAll();
    return rounded;
  }
}
