package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.Errno;

/// Bytes on their way from a writer to a reader, up to a capacity. Takes memory as it fills.
public final class ByteQueue {
  private static final int FIRST_SIZE = 256;

  private byte[] ring = new byte[0];
  private int start;
  private int count;
  private int capacity;

  public ByteQueue(int capacity) {
    this.capacity = capacity;
  }

  public int size() {
    return count;
  }

  public boolean isEmpty() {
    return count == 0;
  }

  public int capacity() {
    return capacity;
  }

  /// Changes the capacity to one that is not below the size.
  public void setCapacity(int newCapacity) {
    capacity = newCapacity;
    resize(Math.min(newCapacity, Math.max(count, FIRST_SIZE)));
  }

  /// How many bytes fit.
  public int room() {
    return capacity - count;
  }

  /// Takes up to `length` bytes from a guest's buffer.
  ///
  /// @return how many, fewer only if the buffer has no more that can be read
  public int putFrom(IoBuffer source, int length) throws Errno {
    ensure(length);
    int done = 0;
    while (done < length) {
      int at = index(count);
      int part = Math.min(length - done, ring.length - at);
      int got;
      try {
        got = source.get(ring, at, part);
      } catch (Errno e) {
        if (done == 0) {
          throw e;
        }
        return done;
      }
      count += got;
      done += got;
      if (got < part) {
        break;
      }
    }
    return done;
  }

  /// Takes bytes, which must fit.
  public void put(byte[] source, int offset, int length) {
    ensure(length);
    for (int done = 0; done < length; ) {
      int at = index(count);
      int part = Math.min(length - done, ring.length - at);
      System.arraycopy(source, offset + done, ring, at, part);
      count += part;
      done += part;
    }
  }

  /// Gives up to `length` bytes to a guest's buffer.
  ///
  /// @return how many
  public int takeInto(IoBuffer destination, int length) throws Errno {
    int done = copyInto(destination, 0, length);
    discard(done);
    return done;
  }

  /// Gives bytes from `offset` on to a guest's buffer and keeps them.
  public int copyInto(IoBuffer destination, int offset, int length) throws Errno {
    int wanted = Math.min(length, count - offset);
    int done = 0;
    while (done < wanted) {
      int at = index(offset + done);
      int part = Math.min(wanted - done, ring.length - at);
      int given;
      try {
        given = destination.put(ring, at, part);
      } catch (Errno e) {
        if (done == 0) {
          throw e;
        }
        return done;
      }
      done += given;
      if (given < part) {
        break;
      }
    }
    return done;
  }

  /// Takes up to `length` bytes out.
  public int take(byte[] destination, int offset, int length) {
    int wanted = Math.min(length, count);
    for (int done = 0; done < wanted; ) {
      int at = index(done);
      int part = Math.min(wanted - done, ring.length - at);
      System.arraycopy(ring, at, destination, offset + done, part);
      done += part;
    }
    discard(wanted);
    return wanted;
  }

  /// Throws the first `length` bytes away.
  public void discard(int length) {
    start = ring.length == 0 ? 0 : index(length);
    count -= length;
    if (count == 0) {
      start = 0;
    }
  }

  private int index(int offset) {
    int at = start + offset;
    return at >= ring.length ? at - ring.length : at;
  }

  private void ensure(int more) {
    if (more > room()) {
      throw new IllegalStateException("no room for " + more + " more bytes");
    }
    if (count + more > ring.length) {
      resize(Math.min(capacity, Math.max(FIRST_SIZE, Math.max(count + more, 2 * ring.length))));
    }
  }

  private void resize(int size) {
    if (size == ring.length) {
      return;
    }
    byte[] next = new byte[size];
    int kept = count;
    int taken = take(next, 0, kept);
    ring = next;
    start = 0;
    count = taken;
  }
}
