package dev.forklift.kernel.calls;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.mm.UserMemory;
import java.util.BitSet;

/// An `fd_set`: a bit for each descriptor, in words of the guest.
final class DescriptorSet {
  private final BitSet bits = new BitSet();
  private final int count;

  DescriptorSet(int count) {
    this.count = count;
  }

  /// @param address of the set, 0 for an empty one
  static DescriptorSet read(UserMemory user, long address, int count) throws Errno {
    DescriptorSet set = new DescriptorSet(count);
    if (address != 0) {
      int word = user.model().wordBytes();
      int wordBits = word * Byte.SIZE;
      for (int first = 0; first < count; first += wordBits) {
        long value = user.getWord(address + first / Byte.SIZE);
        for (int i = 0; i < wordBits && first + i < count; i++) {
          if ((value >>> i & 1) != 0) {
            set.bits.set(first + i);
          }
        }
      }
    }
    return set;
  }

  void write(UserMemory user, long address) throws Errno {
    if (address != 0) {
      int wordBits = user.model().wordBytes() * Byte.SIZE;
      for (int first = 0; first < count; first += wordBits) {
        long value = 0;
        for (int i = 0; i < wordBits; i++) {
          value |= bits.get(first + i) ? 1L << i : 0;
        }
        user.putWord(address + first / Byte.SIZE, value);
      }
    }
  }

  boolean has(int fd) {
    return bits.get(fd);
  }

  /// Adds a descriptor if it is wanted.
  ///
  /// @return how many were added
  int addIf(int fd, boolean wanted) {
    if (wanted) {
      bits.set(fd);
    }
    return wanted ? 1 : 0;
  }
}
