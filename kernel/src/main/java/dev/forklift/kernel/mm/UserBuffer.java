package dev.forklift.kernel.mm;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.vfs.IoBuffer;

/// The guest's side of a read or write: one buffer, or several one after the other (iovec).
public final class UserBuffer implements IoBuffer {
  /// How many buffers a vector may have (UIO_MAXIOV).
  public static final int MAX_SEGMENTS = 1024;

  /// How much one call transfers at most: INT_MAX, down to a multiple of the smallest page.
  public static final long MAX_BYTES = 0x7fff_f000L;

  private final UserMemory memory;
  private final long[] addresses;
  private final long[] lengths;
  private long remaining;
  private int segment;

  private UserBuffer(UserMemory memory, long[] addresses, long[] lengths) {
    this.memory = memory;
    this.addresses = addresses;
    this.lengths = lengths;
    for (long length : lengths) {
      remaining += length;
    }
  }

  /// One buffer, of which at most [#MAX_BYTES] are used.
  ///
  /// @throws Errno EINVAL if `length` is negative as an ssize_t, EFAULT if it lies outside of user
  ///   memory
  public static UserBuffer of(UserMemory memory, long address, long length) throws Errno {
    if (isNegative(memory, length)) {
      throw Errno.EINVAL;
    }
    memory.checkRange(address, length);
    return new UserBuffer(memory, new long[] {address}, new long[] {Math.min(length, MAX_BYTES)});
  }

  /// Places and lengths of buffers, perhaps in another process's memory.
  public record Ranges(long[] addresses, long[] lengths) {
    /// Says whether there are none.
    public boolean isEmpty() {
      return addresses.length == 0;
    }
  }

  /// Reads an array of `struct iovec`.
  ///
  /// @throws Errno EINVAL if there are too many, or a length is negative as an ssize_t
  public static Ranges ranges(UserMemory memory, long vector, long count) throws Errno {
    if (count < 0 || count > MAX_SEGMENTS) {
      throw Errno.EINVAL;
    }
    int word = memory.model().wordBytes();
    long[] addresses = new long[(int) count];
    long[] lengths = new long[(int) count];
    for (int i = 0; i < count; i++) {
      addresses[i] = memory.getWord(vector + 2L * word * i);
      lengths[i] = memory.getWord(vector + 2L * word * i + word);
      if (isNegative(memory, lengths[i])) {
        throw Errno.EINVAL;
      }
    }
    return new Ranges(addresses, lengths);
  }

  /// Buffers, of which at most [#MAX_BYTES] are used together.
  public static UserBuffer of(UserMemory memory, Ranges ranges) {
    long[] lengths = ranges.lengths().clone();
    long total = 0;
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = Math.min(lengths[i], MAX_BYTES - total);
      total += lengths[i];
    }
    return new UserBuffer(memory, ranges.addresses().clone(), lengths);
  }

  /// The buffers of an array of `struct iovec` in the caller's own memory.
  ///
  /// @throws Errno EFAULT if one of them lies outside of user memory
  public static UserBuffer ofVector(UserMemory memory, long vector, long count) throws Errno {
    Ranges ranges = ranges(memory, vector, count);
    for (int i = 0; i < count; i++) {
      memory.checkRange(ranges.addresses()[i], ranges.lengths()[i]);
    }
    return of(memory, ranges);
  }

  private static boolean isNegative(UserMemory memory, long length) {
    return length < 0 || (!memory.model().is64Bit() && (int) length < 0);
  }

  @Override
  public long remaining() {
    return remaining;
  }

  @Override
  public int get(byte[] destination, int offset, int length) throws Errno {
    return transfer(destination, offset, length, memory::readUpTo);
  }

  @Override
  public int put(byte[] source, int offset, int length) throws Errno {
    return transfer(source, offset, length, memory::writeUpTo);
  }

  private interface Copy {
    int copy(long address, byte[] bytes, int offset, int length);
  }

  private int transfer(byte[] bytes, int offset, int length, Copy copy) throws Errno {
    int wanted = (int) Math.min(length, remaining);
    int done = 0;
    while (done < wanted) {
      if (lengths[segment] == 0) {
        segment++;
        continue;
      }
      int part = (int) Math.min(wanted - done, lengths[segment]);
      int copied = copy.copy(addresses[segment], bytes, offset + done, part);
      addresses[segment] += copied;
      lengths[segment] -= copied;
      remaining -= copied;
      done += copied;
      if (copied < part) {
        if (done == 0) {
          throw Errno.EFAULT;
        }
        break;
      }
    }
    return done;
  }
}
