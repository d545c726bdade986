package dev.forklift.kernel.mm;

import dev.forklift.engine.memory.GuestFault;
import dev.forklift.engine.memory.Protection;
import dev.forklift.engine.memory.Region;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Mman;
import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import org.jspecify.annotations.Nullable;

/// Keeping memory in memory (mlock(2)): what is locked is made present and counted.
public final class MemoryLock {
  private MemoryLock() {}

  static boolean mayPassLimit(@Nullable Credentials who) {
    return who != null && who.has(Capability.IPC_LOCK);
  }

  static boolean mayLockAtAll(Mm mm, Credentials who) {
    return mm.limits().soft(ResourceLimits.RLIMIT_MEMLOCK) != 0 || mayPassLimit(who);
  }

  /// mlock(2) and mlock2(2).
  public static void lock(Mm mm, long address, long length, int flags, Credentials who)
      throws Errno {
    if ((flags & ~Mman.MLOCK_ONFAULT) != 0) {
      throw Errno.EINVAL;
    }
    if (!mayLockAtAll(mm, who)) {
      throw Errno.EPERM;
    }
    long start = mm.pageStart(address);
    long size = mm.pageAlign(length + (address - start));
    long more = size - lockedBytes(mm, start, start + size);
    if (!mm.mayLock(more, who)) {
      throw Errno.ENOMEM;
    }
    boolean onFault = (flags & Mman.MLOCK_ONFAULT) != 0;
    int locks = Vma.LOCKED | (onFault ? Vma.LOCK_ON_FAULT : 0);
    apply(mm, start, size, locks);
    if (!onFault && !populate(mm, start, start + size)) {
      throw Errno.ENOMEM;
    }
  }

  /// munlock(2).
  public static void unlock(Mm mm, long address, long length) throws Errno {
    long start = mm.pageStart(address);
    apply(mm, start, mm.pageAlign(length + (address - start)), 0);
  }

  private static long lockedBytes(Mm mm, long start, long end) {
    long bytes = 0;
    for (Region region : mm.map().within(start, end)) {
      if (VmaMap.vma(region).has(Vma.LOCKED)) {
        bytes += region.length();
      }
    }
    return bytes;
  }

  /// Marks what is mapped, up to the first hole.
  private static void apply(Mm mm, long start, long size, int locks) throws Errno {
    long end = start + size;
    if (end < start || mm.pageAlign(end) != end) {
      throw Errno.EINVAL;
    }
    long at = start;
    while (at < end) {
      Region region = mm.map().at(at);
      if (region == null) {
        throw Errno.ENOMEM;
      }
      long next = Math.min(region.end(), end);
      mm.map().retag(at, next, v -> mark(v, locks));
      at = next;
    }
  }

  private static Vma mark(Vma vma, int locks) {
    return vma.has(Vma.SPECIAL) ? vma : vma.without(Vma.LOCKED | Vma.LOCK_ON_FAULT).with(locks);
  }

  /// mlockall(2).
  public static void lockAll(Mm mm, int flags, Credentials who) throws Errno {
    int known = Mman.MCL_CURRENT | Mman.MCL_FUTURE | Mman.MCL_ONFAULT;
    if (flags == 0 || (flags & ~known) != 0 || flags == Mman.MCL_ONFAULT) {
      throw Errno.EINVAL;
    }
    if (!mayLockAtAll(mm, who)) {
      throw Errno.EPERM;
    }
    boolean current = (flags & Mman.MCL_CURRENT) != 0;
    long limit = mm.limits().soft(ResourceLimits.RLIMIT_MEMLOCK);
    if (current && !mayPassLimit(who) && mm.map().totalPages() > mm.pages(limit)) {
      throw Errno.ENOMEM;
    }
    boolean onFault = (flags & Mman.MCL_ONFAULT) != 0;
    int locks = Vma.LOCKED | (onFault ? Vma.LOCK_ON_FAULT : 0);
    mm.setFutureLocks((flags & Mman.MCL_FUTURE) != 0 ? locks : 0);
    if (current) {
      mm.map().retag(0, mm.layout().taskSize(), v -> mark(v, locks));
      if (!onFault) {
        populate(mm, 0, mm.layout().taskSize());
      }
    }
  }

  /// munlockall(2).
  public static void unlockAll(Mm mm) {
    mm.setFutureLocks(0);
    mm.map().retag(0, mm.layout().taskSize(), v -> mark(v, 0));
  }

  /// Makes every page in the range present, as far as it can be.
  ///
  /// @return whether all of it is
  static boolean populate(Mm mm, long start, long end) {
    boolean all = true;
    for (Region region : mm.map().within(start, end)) {
      boolean write = !region.shared() && (region.protection() & Protection.WRITE) != 0;
      all &=
          region.protection() != Protection.NONE
              && populate(mm, region.start(), region.end(), write) == null;
    }
    return all;
  }

  /// Touches every page in the range, stopping at the first that refuses.
  static @Nullable GuestFault populate(Mm mm, long start, long end, boolean write) {
    byte[] probe = new byte[1];
    for (long at = start; at < end; at += mm.pageBytes()) {
      try {
        if (write) {
          var _ = mm.space().exchange32(at, 0, 0);
        } else {
          mm.space().peek(at, probe, 0, 1);
        }
      } catch (GuestFault fault) {
        return fault;
      }
    }
    return null;
  }
}
