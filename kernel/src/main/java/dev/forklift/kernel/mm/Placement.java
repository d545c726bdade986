package dev.forklift.kernel.mm;

import dev.forklift.engine.memory.Region;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.arch.LinuxAbi.MemoryLayout;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;

/// Where new regions go (`get_unmapped_area`). Lengths are whole pages.
final class Placement {
  private final Mm mm;
  private final MemoryLayout layout;
  private final Credentials who;

  Placement(Mm mm, Credentials who) {
    this.mm = mm;
    this.layout = mm.layout();
    this.who = who;
  }

  /// Where the caller insists on.
  long fixed(long address, long length) throws Errno {
    if (length > layout.taskSize() - layout.mmapMinimum() || !mm.isInUserSpace(address, length)) {
      throw Errno.ENOMEM;
    }
    if (!mm.isPageAligned(address)) {
      throw Errno.EINVAL;
    }
    return permitted(address);
  }

  /// At the hint if there is room, otherwise wherever there is.
  long find(long hint, long length) throws Errno {
    if (length > layout.taskSize() - layout.mmapMinimum()) {
      throw Errno.ENOMEM;
    }
    long wanted = mm.pageAlign(atLeastMinimum(hint));
    if (wanted != 0 && isFree(wanted, length)) {
      return wanted;
    }
    VmaMap map = mm.map();
    long found =
        layout.topDown()
            ? map.findDownwards(layout.mmapMinimum(), layout.mmapBase(), length)
            : map.findUpwards(layout.mmapBase(), layout.taskSize(), length);
    if (found < 0 && layout.topDown()) {
      found = map.findUpwards(layout.taskSize() / 3, layout.taskSize(), length);
    }
    if (found < 0) {
      throw Errno.ENOMEM;
    }
    return permitted(found);
  }

  private long atLeastMinimum(long hint) {
    long page = mm.pageStart(hint);
    return page > 0 && page < layout.mmapMinimum() ? mm.pageAlign(layout.mmapMinimum()) : page;
  }

  private boolean isFree(long address, long length) {
    if (!mm.isInUserSpace(address, length) || address < layout.mmapMinimum()) {
      return false;
    }
    Region next = mm.map().find(address);
    return next == null || (next.start() > address && address + length <= mm.map().gapStart(next));
  }

  private long permitted(long address) throws Errno {
    if (address < layout.mmapMinimum() && !who.has(Capability.SYS_RAWIO)) {
      throw Errno.EPERM;
    }
    return address;
  }
}
