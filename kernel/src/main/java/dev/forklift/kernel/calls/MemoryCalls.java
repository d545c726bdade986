package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FD;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.INT;
import static dev.forklift.kernel.calls.Args.SIZE;

import dev.forklift.engine.memory.Region;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Mman;
import dev.forklift.kernel.mm.Madvise;
import dev.forklift.kernel.mm.Membarrier;
import dev.forklift.kernel.mm.MemoryLock;
import dev.forklift.kernel.mm.MemoryResidence;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.mm.MmapRequest;
import dev.forklift.kernel.mm.Mprotect;
import dev.forklift.kernel.mm.Mremap;
import dev.forklift.kernel.mm.ProcessVm;
import dev.forklift.kernel.mm.UserBuffer;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.PtraceAccess;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.OpenFile;
import java.util.HashSet;
import java.util.Set;

/// The memory of a process, and that of others.
final class MemoryCalls {
  private MemoryCalls() {}

  /// @param is64Bit whether mmap takes its offset in bytes; otherwise it is mmap2, with 4096-byte
  ///   units
  static void rows(SyscallTable table, boolean is64Bit) {
    table
        .sys(214, "brk", ADDR, (t, address) -> t.memory().brk(address))
        .sys(215, "munmap", ADDR, SIZE, MemoryCalls::munmap)
        .sys(216, "mremap", ADDR, SIZE, SIZE, FLAGS, ADDR, MemoryCalls::mremap)
        .sys(226, "mprotect", ADDR, SIZE, FLAGS, MemoryCalls::mprotect)
        .sys(227, "msync", ADDR, SIZE, FLAGS, MemoryCalls::msync)
        .sys(228, "mlock", ADDR, SIZE, (t, start, length) -> mlock(t, start, length, 0))
        .sys(229, "munlock", ADDR, SIZE, MemoryCalls::munlock)
        .sys(230, "mlockall", FLAGS, MemoryCalls::mlockall)
        .sys(231, "munlockall", MemoryCalls::munlockall)
        .sys(232, "mincore", ADDR, SIZE, ADDR, MemoryCalls::mincore)
        .sys(233, "madvise", ADDR, SIZE, INT, MemoryCalls::madvise)
        .sys(
            270,
            "process_vm_readv",
            INT,
            ADDR,
            SIZE,
            ADDR,
            SIZE,
            SIZE,
            (t, pid, local, locals, remote, remotes, flags) ->
                processVm(t, pid, local, locals, remote, remotes, flags, false))
        .sys(
            271,
            "process_vm_writev",
            INT,
            ADDR,
            SIZE,
            ADDR,
            SIZE,
            SIZE,
            (t, pid, local, locals, remote, remotes, flags) ->
                processVm(t, pid, local, locals, remote, remotes, flags, true))
        .sys(283, "membarrier", INT, FLAGS, INT, MemoryCalls::membarrier)
        .sys(284, "mlock2", ADDR, SIZE, FLAGS, MemoryCalls::mlock);
    if (is64Bit) {
      table.sys(222, "mmap", ADDR, SIZE, FLAGS, FLAGS, FD, SIZE, MemoryCalls::mmap);
    } else {
      table.sys(222, "mmap2", ADDR, SIZE, FLAGS, FLAGS, FD, SIZE, MemoryCalls::mmap2);
    }
  }

  static void cacheFlushRow(SyscallTable table, int number) {
    table.sys(number, "cacheflush", ADDR, SIZE, INT, MemoryCalls::cacheFlush);
  }

  /// Code is fetched anew after any store into it, so that only the arguments matter: no operation
  /// but 0, and a range that lies in one mapping.
  private static long cacheFlush(Task task, long address, long length, int operation) throws Errno {
    if (length == 0) {
      return 0;
    }
    if (operation != 0) {
      throw Errno.EINVAL;
    }
    for (Region region : task.memory().regions()) {
      if (address >= region.start() && address < region.end()) {
        if (Long.compareUnsigned(length, region.end() - address) > 0) {
          break;
        }
        return 0;
      }
    }
    throw Errno.EFAULT;
  }

  private static long mmap(
      Task task, long address, long length, int protection, int flags, int fd, long offset)
      throws Errno {
    int shift = task.memory().layout().pageShift();
    if ((offset & ((1L << shift) - 1)) != 0) {
      throw Errno.EINVAL;
    }
    return map(task, address, length, protection, flags, fd, offset >>> shift);
  }

  private static long mmap2(
      Task task, long address, long length, int protection, int flags, int fd, long offset)
      throws Errno {
    int more = task.memory().layout().pageShift() - 12;
    if ((offset & ((1L << more) - 1)) != 0) {
      throw Errno.EINVAL;
    }
    return map(task, address, length, protection, flags, fd, offset >>> more);
  }

  private static long map(
      Task task, long address, long length, int protection, int flags, int fd, long pageOffset)
      throws Errno {
    OpenFile file = null;
    if ((flags & Mman.MAP_ANONYMOUS) == 0) {
      file = task.files().get(fd);
    }
    if ((flags & Mman.MAP_HUGETLB) != 0) {
      throw Errno.EINVAL;
    }
    return task.memory()
        .mmap(
            new MmapRequest(address, length, protection, flags, pageOffset),
            file,
            task.credentials());
  }

  private static long munmap(Task task, long start, long length) throws Errno {
    task.memory().munmap(start, length);
    return 0;
  }

  private static long mremap(
      Task task, long address, long oldLength, long newLength, int flags, long newAddress)
      throws Errno {
    return Mremap.remap(
        task.memory(), task.credentials(), address, oldLength, newLength, flags, newAddress);
  }

  private static long mprotect(Task task, long start, long length, int protection) throws Errno {
    Mprotect.protect(task.memory(), start, length, protection);
    return 0;
  }

  private static long msync(Task task, long start, long length, int flags) throws Errno {
    MemoryResidence.sync(task.memory(), start, length, flags);
    return 0;
  }

  private static long mincore(Task task, long start, long length, long vector) throws Errno {
    MemoryResidence.report(task.memory(), start, length, vector);
    return 0;
  }

  private static long madvise(Task task, long start, long length, int advice) throws Errno {
    Madvise.advise(task.memory(), start, length, advice);
    return 0;
  }

  private static long mlock(Task task, long start, long length, int flags) throws Errno {
    MemoryLock.lock(task.memory(), start, length, flags, task.credentials());
    return 0;
  }

  private static long munlock(Task task, long start, long length) throws Errno {
    MemoryLock.unlock(task.memory(), start, length);
    return 0;
  }

  private static long mlockall(Task task, int flags) throws Errno {
    MemoryLock.lockAll(task.memory(), flags, task.credentials());
    return 0;
  }

  private static long munlockall(Task task) {
    MemoryLock.unlockAll(task.memory());
    return 0;
  }

  private static long membarrier(Task task, int command, int flags, int cpu) throws Errno {
    Set<Mm> all = new HashSet<>();
    for (Task other : task.kernel().pids().tasks()) {
      if (other.mm() != null) {
        all.add(other.mm());
      }
    }
    return Membarrier.perform(task.memory(), all, command, flags);
  }

  private static long processVm(
      Task task,
      int pid,
      long local,
      long locals,
      long remote,
      long remotes,
      long flags,
      boolean write)
      throws Errno {
    if (flags != 0) {
      throw Errno.EINVAL;
    }
    UserBuffer own = UserBuffer.ofVector(task.memory().user(), local, locals);
    if (own.remaining() == 0) {
      return 0;
    }
    UserBuffer.Ranges ranges = UserBuffer.ranges(task.memory().user(), remote, remotes);
    if (ranges.isEmpty()) {
      return 0;
    }
    UserBuffer other = UserBuffer.of(memoryOf(task, pid).user(), ranges);
    return write ? ProcessVm.copy(own, other) : ProcessVm.copy(other, own);
  }

  /// The memory of another process, if the caller could trace that.
  private static Mm memoryOf(Task task, int pid) throws Errno {
    Pid found = task.pidNamespace().find(pid);
    Task target = found == null ? null : found.task();
    if (target == null) {
      throw Errno.ESRCH;
    }
    Mm mm = target.mm();
    if (mm == null) {
      throw Errno.ESRCH;
    }
    if (!PtraceAccess.byRealIds(task, target)) {
      throw Errno.EPERM;
    }
    return mm;
  }
}
