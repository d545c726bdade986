package dev.forklift.kernel.mm;

import static dev.forklift.kernel.abi.Mman.MAP_DROPPABLE;
import static dev.forklift.kernel.abi.Mman.MAP_FIXED_NOREPLACE;
import static dev.forklift.kernel.abi.Mman.MAP_GROWSDOWN;
import static dev.forklift.kernel.abi.Mman.MAP_LOCKED;
import static dev.forklift.kernel.abi.Mman.MAP_NONBLOCK;
import static dev.forklift.kernel.abi.Mman.MAP_NORESERVE;
import static dev.forklift.kernel.abi.Mman.MAP_POPULATE;
import static dev.forklift.kernel.abi.Mman.MAP_PRIVATE;
import static dev.forklift.kernel.abi.Mman.MAP_SHARED;
import static dev.forklift.kernel.abi.Mman.MAP_SHARED_VALIDATE;
import static dev.forklift.kernel.abi.Mman.MAP_SYNC;
import static dev.forklift.kernel.abi.Mman.PROT_EXEC;
import static dev.forklift.kernel.abi.Mman.PROT_READ;
import static dev.forklift.kernel.abi.Mman.PROT_WRITE;

import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Fcntl;
import dev.forklift.kernel.abi.MountFlags;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.RegularFile;
import org.jspecify.annotations.Nullable;

/// One mmap(2), with its checks in Linux's order: programs see which error comes first.
final class Mmap {
  /// Flags that MAP_SHARED_VALIDATE accepts beside its own.
  private static final int KNOWN_FLAGS = 0x1f_ffff & ~MAP_SYNC;

  private final Mm mm;
  private final MmapRequest request;
  private final Credentials who;
  private final int protection;
  private int vmFlags = Vma.MAY_ALL;
  private boolean shared;
  private @Nullable MemoryFile memory;

  Mmap(Mm mm, MmapRequest request, Credentials who) {
    this.mm = mm;
    this.request = request;
    this.who = who;
    this.protection = request.protection() & (PROT_READ | PROT_WRITE | PROT_EXEC);
  }

  long perform(@Nullable OpenFile file) throws Errno {
    if (request.length() == 0) {
      throw Errno.EINVAL;
    }
    long length = mm.pageAlign(request.length());
    if (length == 0 || !mm.isInUserSpace(0, length)) {
      throw Errno.ENOMEM;
    }
    if (overflows(request.pageOffset(), mm.pages(length))) {
      throw Errno.EOVERFLOW;
    }
    if (mm.map().count() > Mm.MAX_MAP_COUNT) {
      throw Errno.ENOMEM;
    }
    long address = place(length);
    checkLock(length);
    takeFlags();
    Vma vma;
    if (file != null) {
      checkFile(file, length);
      vma = new Vma(vmFlags, file, null);
    } else {
      checkAnonymous();
      vma = new Vma(vmFlags, null, null);
    }
    checkRoom(address, length, vma);
    map(address, length, vma);
    mm.notePeak();
    if ((vma.has(Vma.LOCKED) && !vma.has(Vma.LOCK_ON_FAULT))
        || (request.has(MAP_POPULATE) && !request.has(MAP_NONBLOCK))) {
      MemoryLock.populate(mm, address, address + length);
    }
    return address;
  }

  /// Page offsets are words of the guest's.
  private boolean overflows(long pageOffset, long pages) {
    long end = pageOffset + pages;
    return mm.user().model().is64Bit()
        ? Long.compareUnsigned(end, pageOffset) < 0
        : end > 0xffff_ffffL;
  }

  private long place(long length) throws Errno {
    Placement placement = new Placement(mm, who);
    long address =
        request.isFixed()
            ? placement.fixed(request.address(), length)
            : placement.find(request.address(), length);
    if (request.has(MAP_FIXED_NOREPLACE) && !mm.map().isFree(address, address + length)) {
      throw Errno.EEXIST;
    }
    return address;
  }

  private void checkLock(long length) throws Errno {
    if (request.has(MAP_LOCKED) && !MemoryLock.mayLockAtAll(mm, who)) {
      throw Errno.EPERM;
    }
    if ((request.has(MAP_LOCKED) || mm.futureLocks() != 0) && !mm.mayLock(length, who)) {
      throw Errno.EAGAIN;
    }
  }

  private void takeFlags() {
    vmFlags |= mm.futureLocks();
    if (request.has(MAP_LOCKED)) {
      vmFlags |= Vma.LOCKED;
    }
    if (request.has(MAP_GROWSDOWN)) {
      vmFlags |= Vma.GROWS_DOWN;
    }
    if (request.has(MAP_NORESERVE)) {
      vmFlags |= Vma.NO_RESERVE;
    }
  }

  private void checkFile(OpenFile file, long length) throws Errno {
    long maximum = file.inode().isRegular() ? RegularFile.MAX_SIZE : Long.MAX_VALUE;
    if (length > maximum
        || Long.compareUnsigned(request.pageOffset(), mm.pages(maximum - length)) > 0) {
      throw Errno.EOVERFLOW;
    }
    switch (request.type()) {
      case MAP_SHARED, MAP_SHARED_VALIDATE -> {
        if (request.type() == MAP_SHARED_VALIDATE && (request.flags() & ~KNOWN_FLAGS) != 0) {
          throw Errno.EOPNOTSUPP;
        }
        if ((protection & PROT_WRITE) != 0 && !file.writes()) {
          throw Errno.EACCES;
        }
        shared = true;
        vmFlags |= Vma.MAY_SHARE;
        boolean sealed =
            (file.inode().seals() & (Fcntl.F_SEAL_WRITE | Fcntl.F_SEAL_FUTURE_WRITE)) != 0;
        if (sealed && (protection & PROT_WRITE) != 0) {
          throw Errno.EPERM;
        }
        if (sealed || !file.writes()) {
          vmFlags &= ~Vma.MAY_WRITE;
        }
      }
      case MAP_PRIVATE -> {}
      default -> throw Errno.EINVAL;
    }
    if (!file.reads()) {
      throw Errno.EACCES;
    }
    if (file.path().mount().has(MountFlags.MS_NOEXEC)) {
      if ((protection & PROT_EXEC) != 0) {
        throw Errno.EPERM;
      }
      vmFlags &= ~Vma.MAY_EXEC;
    }
    memory = file.memoryForMapping(shared);
    if ((vmFlags & Vma.GROWS_DOWN) != 0) {
      throw Errno.EINVAL;
    }
  }

  private void checkAnonymous() throws Errno {
    switch (request.type()) {
      case MAP_SHARED -> {
        if ((vmFlags & Vma.GROWS_DOWN) != 0) {
          throw Errno.EINVAL;
        }
        shared = true;
        vmFlags |= Vma.MAY_SHARE;
      }
      case MAP_PRIVATE -> {}
      // Known to Linux, and for 64-bit programs only.
      case MAP_DROPPABLE -> throw Errno.EOPNOTSUPP;
      default -> throw Errno.EINVAL;
    }
  }

  private void checkRoom(long address, long length, Vma vma) throws Errno {
    long replaced = mm.map().mappedPages(address, address + length);
    if (!mm.mayExpand(mm.pages(length) - replaced, protection, shared, vma)) {
      throw Errno.ENOMEM;
    }
    boolean counted =
        (vma.file() == null && (shared || (protection & PROT_WRITE) != 0))
            || (vma.file() != null && !shared && (protection & PROT_WRITE) != 0);
    if (counted && !request.has(MAP_NORESERVE) && !mm.mayCommit(length)) {
      throw Errno.ENOMEM;
    }
    int writeAndExecute = PROT_WRITE | PROT_EXEC;
    if (mm.policy().refusesExecGain() && (protection & writeAndExecute) == writeAndExecute) {
      throw Errno.EACCES;
    }
  }

  private void map(long address, long length, Vma vma) {
    OpenFile file = vma.file();
    if (file != null) {
      long offset = request.pageOffset() << mm.layout().pageShift();
      mm.map().map(address, length, protection, memory, memory == null ? 0 : offset, shared, vma);
    } else if (shared) {
      MemoryFile fresh = mm.spaces().sharedMemory(length);
      mm.map().map(address, length, protection, fresh, 0, true, vma);
      // From now on it lives as long as it is mapped somewhere.
      fresh.release();
    } else {
      mm.map().map(address, length, protection, null, 0, false, vma);
    }
  }
}
