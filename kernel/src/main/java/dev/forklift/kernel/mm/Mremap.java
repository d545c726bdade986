package dev.forklift.kernel.mm;

import static dev.forklift.kernel.abi.Mman.MREMAP_DONTUNMAP;
import static dev.forklift.kernel.abi.Mman.MREMAP_FIXED;
import static dev.forklift.kernel.abi.Mman.MREMAP_MAYMOVE;

import dev.forklift.engine.memory.GuestFault;
import dev.forklift.engine.memory.Region;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Credentials;

/// Moving and resizing what is mapped (mremap(2)). Lengths in here are whole pages.
public final class Mremap {
  private final Mm mm;
  private final Credentials who;
  private final long address;
  private final long oldLength;
  private final long newLength;
  private final int flags;

  private Mremap(Mm mm, Credentials who, long address, long oldLength, long newLength, int flags) {
    this.mm = mm;
    this.who = who;
    this.address = address;
    this.oldLength = oldLength;
    this.newLength = newLength;
    this.flags = flags;
  }

  /// Performs mremap(2).
  ///
  /// @param newAddress where to, with MREMAP_FIXED
  /// @return where it is then
  public static long remap(
      Mm mm,
      Credentials who,
      long address,
      long oldLength,
      long newLength,
      int flags,
      long newAddress)
      throws Errno {
    int known = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;
    boolean mayMove = (flags & MREMAP_MAYMOVE) != 0;
    if ((flags & ~known) != 0
        || ((flags & MREMAP_FIXED) != 0 && !mayMove)
        || ((flags & MREMAP_DONTUNMAP) != 0 && (!mayMove || oldLength != newLength))
        || !mm.isPageAligned(address)
        || mm.pageAlign(newLength) == 0) {
      throw Errno.EINVAL;
    }
    if (mm.map().at(address) == null) {
      throw Errno.EFAULT;
    }
    Mremap call =
        new Mremap(mm, who, address, mm.pageAlign(oldLength), mm.pageAlign(newLength), flags);
    return (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) != 0
        ? call.moveTo(newAddress)
        : call.resize();
  }

  private boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /// To a place the caller names, or with MREMAP_DONTUNMAP perhaps to any other.
  private long moveTo(long newAddress) throws Errno {
    if (!mm.isPageAligned(newAddress)
        || !mm.isInUserSpace(newAddress, newLength)
        || (address + oldLength > newAddress && newAddress + newLength > address)) {
      throw Errno.EINVAL;
    }
    if (mm.map().count() + 2 >= Mm.MAX_MAP_COUNT - 3) {
      throw Errno.ENOMEM;
    }
    if (has(MREMAP_FIXED)) {
      mm.munmap(newAddress, newLength);
    }
    long length = oldLength;
    if (oldLength > newLength) {
      mm.munmap(address + newLength, oldLength - newLength);
      length = newLength;
    }
    Region region = resizable(length);
    if (has(MREMAP_DONTUNMAP)
        && !mm.mayExpand(
            mm.pages(length), region.protection(), region.shared(), VmaMap.vma(region))) {
      throw Errno.ENOMEM;
    }
    Placement placement = new Placement(mm, who);
    long target =
        has(MREMAP_FIXED)
            ? placement.fixed(newAddress, newLength)
            : placement.find(newAddress, newLength);
    return move(region, length, target);
  }

  private long resize() throws Errno {
    if (oldLength >= newLength) {
      if (oldLength > newLength) {
        mm.munmap(address + newLength, oldLength - newLength);
      }
      return address;
    }
    Region region = resizable(oldLength);
    if (oldLength == region.end() - address && hasRoomBehind(region)) {
      extend(region);
      return address;
    }
    if (!has(MREMAP_MAYMOVE)) {
      throw Errno.ENOMEM;
    }
    return move(region, oldLength, new Placement(mm, who).find(0, newLength));
  }

  private boolean hasRoomBehind(Region region) {
    long end = region.end() + (newLength - oldLength);
    return end <= mm.layout().taskSize() && mm.map().isFree(region.end(), end);
  }

  private void extend(Region region) {
    long more = newLength - oldLength;
    Vma vma = VmaMap.vma(region);
    mm.map()
        .map(
            region.end(),
            more,
            region.protection(),
            region.file(),
            region.file() == null ? 0 : region.offset() + region.length(),
            region.shared(),
            vma);
    mm.notePeak();
    populateIfLocked(vma, region.end(), more);
  }

  /// The region at the address, if it may have the new length (`vma_to_resize`).
  private Region resizable(long length) throws Errno {
    Region region = mm.map().at(address);
    if (region == null) {
      throw Errno.EFAULT;
    }
    Vma vma = VmaMap.vma(region);
    if ((length == 0 && !vma.has(Vma.MAY_SHARE))
        || (has(MREMAP_DONTUNMAP) && vma.has(Vma.SPECIAL))) {
      throw Errno.EINVAL;
    }
    if (length > region.end() - address) {
      throw Errno.EFAULT;
    }
    if (newLength == length) {
      return region;
    }
    if (vma.has(Vma.SPECIAL)) {
      throw Errno.EFAULT;
    }
    long more = newLength - length;
    if (vma.has(Vma.LOCKED) && !mm.mayLock(more, who)) {
      throw Errno.EAGAIN;
    }
    if (!mm.mayExpand(mm.pages(more), region.protection(), region.shared(), vma)
        || !mm.mayCommit(newLength)) {
      throw Errno.ENOMEM;
    }
    return region;
  }

  /// Maps the new place, and moves what is at the old one there.
  private long move(Region region, long length, long target) throws Errno {
    if (mm.map().count() >= Mm.MAX_MAP_COUNT - 3) {
      throw Errno.ENOMEM;
    }
    Vma vma = VmaMap.vma(region);
    if (length == 0) {
      // The same shared memory a second time.
      mapLike(region, target, newLength, address);
      populateIfLocked(vma, target, newLength);
      return target;
    }
    try {
      mm.map().move(address, target, length);
    } catch (GuestFault refused) {
      throw Errno.ENOMEM;
    }
    if (newLength > length) {
      mapLike(region, target + length, newLength - length, address + length);
    }
    if (has(MREMAP_DONTUNMAP)) {
      Vma unlocked = vma.without(Vma.LOCKED | Vma.LOCK_ON_FAULT);
      mapLike(region, address, length, address);
      mm.map().retag(address, address + length, v -> unlocked);
    }
    mm.notePeak();
    populateIfLocked(vma, target, newLength);
    return target;
  }

  /// Maps more of what a region shows.
  ///
  /// @param from the address in the region that `start` continues from
  private void mapLike(Region region, long start, long length, long from) {
    mm.map()
        .map(
            start,
            length,
            region.protection(),
            region.file(),
            region.file() == null ? 0 : region.offset() + (from - region.start()),
            region.shared(),
            VmaMap.vma(region));
  }

  private void populateIfLocked(Vma vma, long start, long length) {
    if (vma.has(Vma.LOCKED) && !vma.has(Vma.LOCK_ON_FAULT)) {
      var _ = MemoryLock.populate(mm, start, start + length);
    }
  }
}
