package dev.forklift.kernel.futex;

import dev.forklift.engine.memory.Access;
import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.GuestFault;
import dev.forklift.engine.memory.Protection;
import dev.forklift.engine.memory.Region;
import dev.forklift.kernel.abi.Errno;

/// An address space as the memory of futexes.
///
/// @param space whose identity is that of private futexes: what CLONE_VM shares
record FutexSpace(AddressSpace space, int pointerBytes) implements FutexMemory {
  private static final int WORD = 4;

  @Override
  public int load(long address) throws Errno {
    try {
      return space.load32(address);
    } catch (GuestFault fault) {
      throw Errno.EFAULT;
    }
  }

  @Override
  public long loadPointer(long address) throws Errno {
    try {
      return pointerBytes == 8 ? space.load64(address) : space.load32(address) & 0xffff_ffffL;
    } catch (GuestFault fault) {
      throw Errno.EFAULT;
    }
  }

  @Override
  public void store(long address, int value) throws Errno {
    try {
      space.store32(address, value);
    } catch (GuestFault fault) {
      throw Errno.EFAULT;
    }
  }

  @Override
  public int compareExchange(long address, int expected, int replacement) throws Errno {
    try {
      return space.compareExchange32(address, expected, replacement);
    } catch (GuestFault fault) {
      throw Errno.EFAULT;
    }
  }

  @Override
  public FutexKey key(Futex futex, boolean forWriting) throws Errno {
    long address = futex.address();
    if (address % WORD != 0) {
      throw Errno.EINVAL;
    }
    if (Long.compareUnsigned(address, space.limit() - WORD) > 0) {
      throw Errno.EFAULT;
    }
    // A private futex is its address: waking one needs no memory there.
    return futex.shared() ? sharedKey(address, forWriting) : new FutexKey(space, address, false);
  }

  private FutexKey sharedKey(long address, boolean forWriting) throws Errno {
    load(address);
    Region region = space.regionAt(address);
    if (region == null) {
      throw Errno.EFAULT;
    }
    boolean writable = Protection.allows(region.protection(), Access.WRITE);
    if (forWriting && !writable) {
      throw Errno.EFAULT;
    }
    if (region.file() != null && (region.shared() || !writable)) {
      return new FutexKey(region.file(), region.offset() + address - region.start(), true);
    }
    if (!writable) {
      // Anonymous memory that nobody can write never changes: nothing to wait for.
      throw Errno.EFAULT;
    }
    return new FutexKey(space, address, true);
  }
}
