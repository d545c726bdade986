package dev.forklift.kernel.mm;

import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.GuestFault;
import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.vfs.UserAccess;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// How the kernel reads and writes a process's memory: as the process itself could, or EFAULT.
///
/// Numbers are in the guest's byte order. Touching the page below a growing stack makes it grow.
public final class UserMemory implements UserAccess {
  /// What can be done about a fault of the kernel's.
  @FunctionalInterface
  interface FaultHandler {
    /// Says whether the access should be tried again.
    boolean resolve(GuestFault fault);
  }

  private static final int CHUNK = 4096;

  private static final VarHandle LITTLE_16 = view(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LITTLE_32 = view(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LITTLE_64 = view(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle BIG_16 = view(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle BIG_32 = view(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle BIG_64 = view(long[].class, ByteOrder.BIG_ENDIAN);

  private final AddressSpace space;
  private final DataModel model;
  private final FaultHandler faults;
  private final long limit;
  private final boolean little;

  UserMemory(AddressSpace space, DataModel model, long limit, FaultHandler faults) {
    this.space = space;
    this.model = model;
    this.limit = limit;
    this.faults = faults;
    this.little = model.order() == ByteOrder.LITTLE_ENDIAN;
  }

  private static VarHandle view(Class<?> arrayType, ByteOrder order) {
    return MethodHandles.byteArrayViewVarHandle(arrayType, order);
  }

  @Override
  public DataModel model() {
    return model;
  }

  /// Fails with EFAULT unless the whole range lies where user memory can be, mapped or not.
  public void checkRange(long address, long length) throws Errno {
    if (address < 0 || length < 0 || length > limit || address > limit - length) {
      throw Errno.EFAULT;
    }
  }

  // Numbers.

  /// A byte, zero-extended.
  public int getByte(long address) throws Errno {
    return bytes(address, Byte.BYTES)[0] & 0xff;
  }

  /// Two bytes, zero-extended.
  public int getShort(long address) throws Errno {
    byte[] bytes = bytes(address, Short.BYTES);
    return (short) (little ? LITTLE_16 : BIG_16).get(bytes, 0) & 0xffff;
  }

  public int getInt(long address) throws Errno {
    byte[] bytes = bytes(address, Integer.BYTES);
    return (int) (little ? LITTLE_32 : BIG_32).get(bytes, 0);
  }

  public long getLong(long address) throws Errno {
    byte[] bytes = bytes(address, Long.BYTES);
    return (long) (little ? LITTLE_64 : BIG_64).get(bytes, 0);
  }

  /// An `unsigned long` or a pointer.
  public long getWord(long address) throws Errno {
    return model.is64Bit() ? getLong(address) : getInt(address) & 0xffff_ffffL;
  }

  /// A `long`.
  public long getSignedWord(long address) throws Errno {
    return model.is64Bit() ? getLong(address) : getInt(address);
  }

  public void putByte(long address, int value) throws Errno {
    write(address, new byte[] {(byte) value});
  }

  public void putShort(long address, int value) throws Errno {
    byte[] bytes = new byte[Short.BYTES];
    (little ? LITTLE_16 : BIG_16).set(bytes, 0, (short) value);
    write(address, bytes);
  }

  public void putInt(long address, int value) throws Errno {
    byte[] bytes = new byte[Integer.BYTES];
    (little ? LITTLE_32 : BIG_32).set(bytes, 0, value);
    write(address, bytes);
  }

  public void putLong(long address, long value) throws Errno {
    byte[] bytes = new byte[Long.BYTES];
    (little ? LITTLE_64 : BIG_64).set(bytes, 0, value);
    write(address, bytes);
  }

  /// A `long` or a pointer.
  public void putWord(long address, long value) throws Errno {
    if (model.is64Bit()) {
      putLong(address, value);
    } else {
      putInt(address, (int) value);
    }
  }

  /// Stores `replacement` where `expected` stands, atomically. The address is a multiple of 4.
  ///
  /// @return what stood there before
  public int compareExchangeInt(long address, int expected, int replacement) throws Errno {
    while (true) {
      try {
        return space.exchange32(address, expected, replacement);
      } catch (GuestFault fault) {
        if (!faults.resolve(fault)) {
          throw Errno.EFAULT;
        }
      }
    }
  }

  private byte[] bytes(long address, int count) throws Errno {
    byte[] bytes = new byte[count];
    read(address, bytes, 0, count);
    return bytes;
  }

  // Bytes.

  @Override
  public void read(long address, byte[] destination, int offset, int length) throws Errno {
    if (readUpTo(address, destination, offset, length) < length) {
      throw Errno.EFAULT;
    }
  }

  public void read(long address, byte[] destination) throws Errno {
    read(address, destination, 0, destination.length);
  }

  /// Copies bytes out up to the first that cannot be read.
  ///
  /// @return how many
  public int readUpTo(long address, byte[] destination, int offset, int length) {
    int done = 0;
    while (done < length) {
      try {
        space.read(address + done, destination, offset + done, length - done);
        return length;
      } catch (GuestFault fault) {
        done = (int) (fault.address() - address);
        if (!faults.resolve(fault)) {
          return done;
        }
      }
    }
    return done;
  }

  @Override
  public void write(long address, byte[] source, int offset, int length) throws Errno {
    if (writeUpTo(address, source, offset, length) < length) {
      throw Errno.EFAULT;
    }
  }

  public void write(long address, byte[] source) throws Errno {
    write(address, source, 0, source.length);
  }

  /// Copies bytes in up to the first that cannot be written.
  ///
  /// @return how many
  public int writeUpTo(long address, byte[] source, int offset, int length) {
    int done = 0;
    while (done < length) {
      try {
        space.write(address + done, source, offset + done, length - done);
        return length;
      } catch (GuestFault fault) {
        done = (int) (fault.address() - address);
        if (!faults.resolve(fault)) {
          return done;
        }
      }
    }
    return done;
  }

  /// Stores zeros.
  public void clear(long address, long length) throws Errno {
    byte[] zeros = new byte[(int) Math.min(CHUNK, length)];
    for (long done = 0; done < length; done += zeros.length) {
      write(address + done, zeros, 0, (int) Math.min(zeros.length, length - done));
    }
  }

  // Strings.

  /// A string that ends with a zero byte, one character a byte.
  ///
  /// @param max how many bytes it may take, with the zero byte
  /// @throws Errno ENAMETOOLONG if it is longer, EFAULT if it cannot be read to its end
  public String readString(long address, int max) throws Errno {
    String text = readStringUpTo(address, max);
    if (text.length() >= max) {
      throw Errno.ENAMETOOLONG;
    }
    return text;
  }

  /// A string that ends with a zero byte or after `max` bytes.
  public String readStringUpTo(long address, int max) throws Errno {
    byte[] bytes = new byte[Math.min(max, 64)];
    int length = 0;
    while (length < max) {
      // Never beyond the page that the string is known to reach.
      long at = address + length;
      int part = (int) Math.min(max - length, CHUNK - (at & (CHUNK - 1)));
      part = Math.min(part, Math.max(64, length));
      if (length + part > bytes.length) {
        bytes = Arrays.copyOf(bytes, length + part);
      }
      int got = readUpTo(at, bytes, length, part);
      for (int i = length; i < length + got; i++) {
        if (bytes[i] == 0) {
          return new String(bytes, 0, i, StandardCharsets.ISO_8859_1);
        }
      }
      if (got < part) {
        throw Errno.EFAULT;
      }
      length += got;
    }
    return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
  }

  /// The strings that an array of pointers, ended by a null pointer, leads to: argv and envp. A
  /// null `vector` is an empty array.
  ///
  /// @param maxString how many bytes each may take, with the zero byte
  /// @param maxBytes how many bytes strings and pointers may take together
  /// @throws Errno E2BIG if they take more, EFAULT if they cannot be read
  public List<String> readStrings(long vector, int maxString, long maxBytes) throws Errno {
    List<String> strings = new ArrayList<>();
    int word = model.wordBytes();
    long bytes = 0;
    if (vector == 0) {
      return strings;
    }
    for (long at = vector; ; at += word) {
      long address = getWord(at);
      if (address == 0) {
        break;
      }
      String string = readStringUpTo(address, maxString);
      bytes += word + string.length() + 1;
      if (string.length() == maxString || bytes > maxBytes) {
        throw Errno.E2BIG;
      }
      strings.add(string);
    }
    return strings;
  }
}
