package dev.forklift.kernel.mm;

import static dev.forklift.kernel.abi.Mman.MADV_COLD;
import static dev.forklift.kernel.abi.Mman.MADV_DODUMP;
import static dev.forklift.kernel.abi.Mman.MADV_DOFORK;
import static dev.forklift.kernel.abi.Mman.MADV_DONTDUMP;
import static dev.forklift.kernel.abi.Mman.MADV_DONTFORK;
import static dev.forklift.kernel.abi.Mman.MADV_DONTNEED;
import static dev.forklift.kernel.abi.Mman.MADV_DONTNEED_LOCKED;
import static dev.forklift.kernel.abi.Mman.MADV_FREE;
import static dev.forklift.kernel.abi.Mman.MADV_KEEPONFORK;
import static dev.forklift.kernel.abi.Mman.MADV_NORMAL;
import static dev.forklift.kernel.abi.Mman.MADV_PAGEOUT;
import static dev.forklift.kernel.abi.Mman.MADV_POPULATE_READ;
import static dev.forklift.kernel.abi.Mman.MADV_POPULATE_WRITE;
import static dev.forklift.kernel.abi.Mman.MADV_RANDOM;
import static dev.forklift.kernel.abi.Mman.MADV_REMOVE;
import static dev.forklift.kernel.abi.Mman.MADV_SEQUENTIAL;
import static dev.forklift.kernel.abi.Mman.MADV_WILLNEED;
import static dev.forklift.kernel.abi.Mman.MADV_WIPEONFORK;

import dev.forklift.engine.memory.GuestFault;
import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.engine.memory.Protection;
import dev.forklift.engine.memory.Region;
import dev.forklift.kernel.abi.Errno;
import java.io.IOException;

/// Advice about the use of memory, some of which changes what it holds (madvise(2)).
public final class Madvise {
  private Madvise() {}

  /// Region by region: holes are passed over, and answered with ENOMEM in the end.
  public static void advise(Mm mm, long start, long length, int advice) throws Errno {
    if (!isKnown(advice) || !mm.isPageAligned(start)) {
      throw Errno.EINVAL;
    }
    long size = mm.pageAlign(length);
    if (length != 0 && size == 0) {
      throw Errno.EINVAL;
    }
    long end = start + size;
    if (size < 0 || mm.pageAlign(end) != end) {
      throw Errno.EINVAL;
    }
    if (size == 0) {
      return;
    }
    if (advice == MADV_POPULATE_READ || advice == MADV_POPULATE_WRITE) {
      populate(mm, start, end, advice == MADV_POPULATE_WRITE);
      return;
    }
    boolean hasHole = mm.map().mappedPages(start, end) < mm.pages(size);
    for (Region region : mm.map().within(start, end)) {
      apply(mm, region, advice);
    }
    if (hasHole) {
      throw Errno.ENOMEM;
    }
  }

  private static boolean isKnown(int advice) {
    return switch (advice) {
      case MADV_NORMAL,
          MADV_RANDOM,
          MADV_SEQUENTIAL,
          MADV_WILLNEED,
          MADV_DONTNEED,
          MADV_FREE,
          MADV_REMOVE,
          MADV_DONTFORK,
          MADV_DOFORK,
          MADV_DONTDUMP,
          MADV_DODUMP,
          MADV_WIPEONFORK,
          MADV_KEEPONFORK,
          MADV_COLD,
          MADV_PAGEOUT,
          MADV_POPULATE_READ,
          MADV_POPULATE_WRITE,
          MADV_DONTNEED_LOCKED ->
          true;
      default -> false;
    };
  }

  private static void apply(Mm mm, Region region, int advice) throws Errno {
    Vma vma = VmaMap.vma(region);
    switch (advice) {
      case MADV_WILLNEED -> {
        if (region.file() == null) {
          // There is no swap to read from.
          throw Errno.EBADF;
        }
      }
      case MADV_DONTNEED -> {
        requireUnlocked(vma);
        discard(mm, region);
      }
      case MADV_DONTNEED_LOCKED -> discard(mm, region);
      case MADV_FREE -> {
        if (region.shared() || region.file() != null) {
          throw Errno.EINVAL;
        }
        requireUnlocked(vma);
        // May be freed when memory is short: it is at once.
        discard(mm, region);
      }
      case MADV_COLD, MADV_PAGEOUT -> requireUnlocked(vma);
      case MADV_REMOVE -> remove(region, vma);
      case MADV_DONTFORK -> retag(mm, region, vma.with(Vma.DONT_COPY));
      case MADV_DOFORK -> retag(mm, region, vma.without(Vma.DONT_COPY));
      case MADV_DONTDUMP -> retag(mm, region, vma.with(Vma.DONT_DUMP));
      case MADV_DODUMP -> retag(mm, region, vma.without(Vma.DONT_DUMP));
      case MADV_WIPEONFORK -> {
        if (region.shared() || region.file() != null) {
          throw Errno.EINVAL;
        }
        retag(mm, region, vma.with(Vma.WIPE_ON_FORK));
      }
      case MADV_KEEPONFORK -> retag(mm, region, vma.without(Vma.WIPE_ON_FORK));
      default -> {
        // Advice about the order of use makes no difference.
      }
    }
  }

  private static void requireUnlocked(Vma vma) throws Errno {
    if (vma.has(Vma.LOCKED)) {
      throw Errno.EINVAL;
    }
  }

  private static void discard(Mm mm, Region region) {
    mm.space().discard(region.start(), region.length());
  }

  private static void retag(Mm mm, Region region, Vma vma) {
    mm.map().retag(region.start(), region.end(), old -> vma);
  }

  /// Punches a hole into the file.
  private static void remove(Region region, Vma vma) throws Errno {
    MemoryFile file = region.file();
    if (vma.has(Vma.LOCKED) || file == null) {
      throw Errno.EINVAL;
    }
    if (!region.shared() || !vma.has(Vma.MAY_WRITE)) {
      throw Errno.EACCES;
    }
    try {
      if (!file.zero(region.offset(), region.length())) {
        throw Errno.ENOMEM;
      }
    } catch (IOException e) {
      throw Errno.EIO;
    }
  }

  /// Makes pages present, up to the first that cannot be.
  private static void populate(Mm mm, long start, long end, boolean write) throws Errno {
    int needed = write ? Protection.WRITE : Protection.READ;
    long at = start;
    while (at < end) {
      Region region = mm.map().at(at);
      if (region == null) {
        throw Errno.ENOMEM;
      }
      if ((region.protection() & needed) == 0) {
        throw Errno.EINVAL;
      }
      long next = Math.min(region.end(), end);
      GuestFault fault = MemoryLock.populate(mm, at, next, write);
      if (fault != null) {
        throw fault.kind() == GuestFault.Kind.OUT_OF_MEMORY ? Errno.ENOMEM : Errno.EFAULT;
      }
      at = next;
    }
  }
}
