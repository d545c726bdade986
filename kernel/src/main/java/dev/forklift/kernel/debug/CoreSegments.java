package dev.forklift.kernel.debug;

import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.GuestFault;
import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.engine.memory.Region;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.mm.Vma;
import java.io.IOException;
import java.util.Arrays;

/// How much of each mapping goes into a core file: what Linux's default filter says (core(5), "bits
/// 0, 1, 4 and 5").
final class CoreSegments {
  private final AddressSpace space;
  private final int pageBytes;

  CoreSegments(AddressSpace space) {
    this.space = space;
    this.pageBytes = 1 << space.pageShift();
  }

  /// Bytes to dump from the beginning of the region.
  long dumped(Region region) {
    Vma vma = Mm.vma(region);
    if (vma.has(Vma.SPECIAL)) {
      return region.length();
    }
    if (vma.has(Vma.DONT_DUMP)) {
      return 0;
    }
    MemoryFile file = region.file();
    if (file == null) {
      return isTouched(region) ? region.length() : 0;
    }
    boolean named = vma.file() != null && vma.file().inode().nlink() > 0;
    if (region.shared()) {
      return named ? 0 : region.length();
    }
    if (differs(region, file)) {
      return region.length();
    }
    return region.offset() == 0 && isElf(region) ? pageBytes : 0;
  }

  private boolean isTouched(Region region) {
    for (long at = region.start(); at < region.end(); at += pageBytes) {
      if (space.isResident(at)) {
        return true;
      }
    }
    return false;
  }

  private boolean isElf(Region region) {
    byte[] head = new byte[4];
    return page(region.start(), head)
        && head[0] == 0x7f
        && head[1] == 'E'
        && head[2] == 'L'
        && head[3] == 'F';
  }

  /// Says whether a private mapping of a file holds anything else than the file.
  private boolean differs(Region region, MemoryFile file) {
    byte[] mapped = new byte[pageBytes];
    byte[] own = new byte[pageBytes];
    for (long at = region.start(); at < region.end(); at += pageBytes) {
      if (!space.isResident(at) || !page(at, mapped)) {
        continue;
      }
      try {
        Arrays.fill(own, (byte) 0);
        var _ = file.read(region.offset() + (at - region.start()), own, 0, pageBytes);
      } catch (IOException e) {
        return true;
      }
      if (!Arrays.equals(mapped, own)) {
        return true;
      }
    }
    return false;
  }

  /// Fills `bytes` from memory; false if there is none.
  boolean page(long address, byte[] bytes) {
    try {
      space.peek(address, bytes, 0, bytes.length);
      return true;
    } catch (GuestFault e) {
      return false;
    }
  }
}
