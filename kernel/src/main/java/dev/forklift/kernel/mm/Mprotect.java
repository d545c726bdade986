package dev.forklift.kernel.mm;

import static dev.forklift.kernel.abi.Mman.PROT_EXEC;
import static dev.forklift.kernel.abi.Mman.PROT_GROWSDOWN;
import static dev.forklift.kernel.abi.Mman.PROT_GROWSUP;
import static dev.forklift.kernel.abi.Mman.PROT_READ;
import static dev.forklift.kernel.abi.Mman.PROT_SEM;
import static dev.forklift.kernel.abi.Mman.PROT_WRITE;

import dev.forklift.engine.memory.Region;
import dev.forklift.kernel.abi.Errno;

/// Changing what may be done with mapped memory (mprotect(2)).
public final class Mprotect {
  private static final int ACCESS = PROT_READ | PROT_WRITE | PROT_EXEC;

  private Mprotect() {}

  /// Region by region: what comes before a hole or a refusal stays changed.
  public static void protect(Mm mm, long start, long length, int protection) throws Errno {
    int grows = protection & (PROT_GROWSDOWN | PROT_GROWSUP);
    int wanted = protection & ~grows;
    if (grows == (PROT_GROWSDOWN | PROT_GROWSUP) || !mm.isPageAligned(start)) {
      throw Errno.EINVAL;
    }
    if (length == 0) {
      return;
    }
    long end = start + mm.pageAlign(length);
    if (end <= start || mm.pageAlign(end) != end) {
      throw Errno.ENOMEM;
    }
    if ((wanted & ~(ACCESS | PROT_SEM)) != 0) {
      throw Errno.EINVAL;
    }
    Region first = mm.map().find(start);
    if (first == null) {
      throw Errno.ENOMEM;
    }
    long from = start;
    if ((grows & PROT_GROWSDOWN) != 0) {
      from = startOfGrowing(first, end);
    } else if (first.start() > start) {
      throw Errno.ENOMEM;
    } else if ((grows & PROT_GROWSUP) != 0) {
      // No region grows upwards here.
      throw Errno.EINVAL;
    }
    apply(mm, from, end, wanted & ACCESS);
  }

  private static long startOfGrowing(Region first, long end) throws Errno {
    if (first.start() >= end) {
      throw Errno.ENOMEM;
    }
    if (!VmaMap.vma(first).has(Vma.GROWS_DOWN)) {
      throw Errno.EINVAL;
    }
    return first.start();
  }

  private static void apply(Mm mm, long start, long end, int protection) throws Errno {
    long at = start;
    while (at < end) {
      Region region = mm.map().at(at);
      if (region == null) {
        throw Errno.ENOMEM;
      }
      long next = Math.min(region.end(), end);
      check(mm, region, at, next, protection);
      if (region.protection() != protection) {
        mm.map().protect(at, next - at, protection);
      }
      at = next;
    }
  }

  private static void check(Mm mm, Region region, long start, long end, int protection)
      throws Errno {
    Vma vma = VmaMap.vma(region);
    if (gainsExec(mm, region, protection) || (protection & ~vma.allowedProtection()) != 0) {
      throw Errno.EACCES;
    }
    boolean splits = start > region.start() || end < region.end();
    if (splits && mm.map().count() >= Mm.MAX_MAP_COUNT) {
      throw Errno.ENOMEM;
    }
    boolean becomesData =
        VmaMap.isData(protection, region.shared(), vma)
            && !VmaMap.isData(region.protection(), region.shared(), vma);
    if (becomesData && !mm.mayHaveData(mm.pages(end - start))) {
      throw Errno.ENOMEM;
    }
  }

  /// What PR_SET_MDWE refuses.
  private static boolean gainsExec(Mm mm, Region region, int protection) {
    return mm.policy().refusesExecGain()
        && (protection & PROT_EXEC) != 0
        && ((protection & PROT_WRITE) != 0 || (region.protection() & PROT_EXEC) == 0);
  }
}
