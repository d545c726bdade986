package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import java.nio.ByteOrder;
import java.util.Arrays;

/// A few bytes of guest memory, from address 0x1000 on, of a 32-bit little-endian guest.
public final class TestMemory implements UserAccess {
  public static final long START = 0x1000;
  private final byte[] bytes = new byte[4096];

  @Override
  public DataModel model() {
    return new DataModel(4, 4, ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public void read(long address, byte[] destination, int offset, int length) throws Errno {
    System.arraycopy(bytes, place(address, length), destination, offset, length);
  }

  @Override
  public void write(long address, byte[] source, int offset, int length) throws Errno {
    System.arraycopy(source, offset, bytes, place(address, length), length);
  }

  public byte[] get(int length) {
    return Arrays.copyOf(bytes, length);
  }

  private int place(long address, int length) throws Errno {
    if (address < START || address + length > START + bytes.length) {
      throw Errno.EFAULT;
    }
    return (int) (address - START);
  }
}
