package dev.forklift.kernel.mm;

import dev.forklift.engine.memory.Region;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Mman;
import dev.forklift.kernel.vfs.OpenFile;

/// Where the contents of memory are: in memory (mincore(2)), on their way to a file (msync(2)).
public final class MemoryResidence {
  private static final int PAGES_AT_ONCE = 4096;

  private MemoryResidence() {}

  /// Writes what was stored to shared mappings to their files (msync(2)).
  public static void sync(Mm mm, long start, long length, int flags) throws Errno {
    int known = Mman.MS_ASYNC | Mman.MS_INVALIDATE | Mman.MS_SYNC;
    int both = Mman.MS_ASYNC | Mman.MS_SYNC;
    if ((flags & ~known) != 0 || (flags & both) == both || !mm.isPageAligned(start)) {
      throw Errno.EINVAL;
    }
    long end = start + mm.pageAlign(length);
    if (end < start || mm.pageAlign(end) != end) {
      throw Errno.ENOMEM;
    }
    for (Region region : mm.map().within(start, end)) {
      if ((flags & Mman.MS_INVALIDATE) != 0 && VmaMap.vma(region).has(Vma.LOCKED)) {
        throw Errno.EBUSY;
      }
      OpenFile file = VmaMap.vma(region).file();
      if ((flags & Mman.MS_SYNC) != 0 && file != null && region.shared()) {
        file.inode().sync();
      }
    }
    if (mm.map().mappedPages(start, end) < mm.pages(end - start)) {
      throw Errno.ENOMEM;
    }
  }

  /// Says of each page whether it is in memory (mincore(2)).
  ///
  /// @param vector where the answers go, a byte a page
  public static void report(Mm mm, long start, long length, long vector) throws Errno {
    if (!mm.isPageAligned(start)) {
      throw Errno.EINVAL;
    }
    if (!mm.isInUserSpace(start, length)) {
      throw Errno.ENOMEM;
    }
    long pages = mm.pages(mm.pageAlign(length));
    mm.user().checkRange(vector, pages);
    byte[] answers = new byte[PAGES_AT_ONCE];
    for (long done = 0; done < pages; ) {
      int count = (int) Math.min(answers.length, pages - done);
      for (int i = 0; i < count; i++) {
        answers[i] = isResident(mm, start + (done + i) * mm.pageBytes());
      }
      mm.user().write(vector + done, answers, 0, count);
      done += count;
    }
  }

  private static byte isResident(Mm mm, long address) throws Errno {
    if (mm.map().at(address) == null) {
      throw Errno.ENOMEM;
    }
    return (byte) (mm.space().isResident(address) ? 1 : 0);
  }
}
