package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.INT;
import static dev.forklift.kernel.calls.Args.SIZE;

import dev.forklift.engine.memory.Region;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Mman;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.ipc.Attachment;
import dev.forklift.kernel.ipc.IpcObject;
import dev.forklift.kernel.ipc.IpcUser;
import dev.forklift.kernel.ipc.SharedMemory;
import dev.forklift.kernel.ipc.SharedSegment;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.mm.MmapRequest;
import dev.forklift.kernel.process.Kernel;
import dev.forklift.kernel.process.Task;
import org.jspecify.annotations.Nullable;

/// shmget(2), shmat(2), shmdt(2), shmctl(2).
final class SharedMemoryCalls {
  private static final int SHM_RDONLY = 010000;
  private static final int SHM_RND = 020000;
  private static final int SHM_REMAP = 040000;
  private static final int SHM_EXEC = 0100000;

  private static final int SHM_LOCK = 11;
  private static final int SHM_UNLOCK = 12;
  private static final int SHM_STAT = 13;
  private static final int SHM_INFO = 14;
  private static final int SHM_STAT_ANY = 15;

  private final FileServices services;

  SharedMemoryCalls(FileServices services) {
    this.services = services;
  }

  void rows(SyscallTable table) {
    table
        .sys(194, "shmget", INT, SIZE, FLAGS, this::get)
        .sys(195, "shmctl", INT, INT, ADDR, SharedMemoryCalls::control)
        .sys(196, "shmat", INT, ADDR, FLAGS, SharedMemoryCalls::attach)
        .sys(197, "shmdt", ADDR, SharedMemoryCalls::detach);
  }

  private static SharedMemory of(Task task) {
    return task.namespaces().ipc().sharedMemory();
  }

  private long get(Task task, int key, long size, int flags) throws Errno {
    return of(task)
        .get(
            IpcStructs.user(task),
            services.memFds()::segment,
            task.memory().layout().pageShift(),
            task.kernel().budget().limit(),
            key,
            size,
            flags);
  }

  private static long attach(Task task, int id, long address, int flags) throws Errno {
    if (id < 0) {
      throw Errno.EINVAL;
    }
    long at = place(task, address, flags);
    boolean writes = (flags & SHM_RDONLY) == 0;
    int wanted = writes ? IpcObject.READ | IpcObject.WRITE : IpcObject.READ;
    int protection = writes ? Mman.PROT_READ | Mman.PROT_WRITE : Mman.PROT_READ;
    if ((flags & SHM_EXEC) != 0) {
      wanted |= IpcObject.EXECUTE;
      protection |= Mman.PROT_EXEC;
    }
    Attachment attachment =
        of(task)
            .open(
                IpcStructs.user(task),
                id,
                wanted,
                writes ? OpenFlags.O_RDWR : OpenFlags.O_RDONLY,
                new Witness(task.kernel()));
    try {
      int how = Mman.MAP_SHARED | (at == 0 ? 0 : fixed(flags));
      return task.memory()
          .mmap(
              new MmapRequest(at, attachment.segment().size(), protection, how, 0),
              attachment,
              task.credentials());
    } catch (Errno e) {
      throw e == Errno.EEXIST ? Errno.EINVAL : e;
    } finally {
      attachment.release();
    }
  }

  private static int fixed(int flags) {
    return (flags & SHM_REMAP) != 0 ? Mman.MAP_FIXED : Mman.MAP_FIXED_NOREPLACE;
  }

  private static long place(Task task, long address, int flags) throws Errno {
    boolean replaces = (flags & SHM_REMAP) != 0;
    if (address == 0) {
      if (replaces) {
        throw Errno.EINVAL;
      }
      return 0;
    }
    long boundary = task.kernel().abi().sharedMemoryBoundary();
    long at = address;
    if ((flags & SHM_RND) != 0) {
      at &= -boundary;
      if (at == 0 && replaces) {
        throw Errno.EINVAL;
      }
    }
    if ((at & ((1L << task.memory().layout().pageShift()) - 1)) != 0) {
      throw Errno.EINVAL;
    }
    return at;
  }

  /// Tells segments who attaches and detaches them.
  private record Witness(Kernel kernel) implements Attachment.Witness {
    @Override
    public @Nullable Object process() {
      Task current = kernel.currentOrNull();
      return current == null ? null : current.group().pid();
    }

    @Override
    public long now() {
      return kernel.clock().realtimeNanos() / 1_000_000_000;
    }
  }

  /// Whatever is left of what was attached there, and nothing of other attachments of the same
  /// segment.
  private static long detach(Task task, long address) throws Errno {
    Mm mm = task.memory();
    long pageBytes = 1L << mm.layout().pageShift();
    if ((address & (pageBytes - 1)) != 0) {
      throw Errno.EINVAL;
    }
    Attachment found = null;
    for (Region region : mm.regions()) {
      if (region.start() < address
          || !(Mm.vma(region).file() instanceof Attachment attachment)
          || region.start() - address != region.offset()
          || (found != null && found.segment() != attachment.segment())) {
        continue;
      }
      found = attachment;
      long size = (attachment.segment().size() + pageBytes - 1) & -pageBytes;
      if (region.end() - address <= size) {
        mm.munmap(region.start(), region.length());
      }
    }
    if (found == null) {
      throw Errno.EINVAL;
    }
    return 0;
  }

  private static long control(Task task, int id, int command, long address) throws Errno {
    if (command < 0 || id < 0) {
      throw Errno.EINVAL;
    }
    SharedMemory segments = of(task);
    IpcUser user = IpcStructs.user(task);
    return switch (command) {
      case IpcStructs.IPC_INFO -> {
        put(
            task,
            address,
            IpcStructs.writer(task)
                .word(segments.maximumSize())
                .word(1)
                .word(segments.limit())
                .word(segments.limit())
                .word(segments.maximumPages())
                .skip(4 * IpcStructs.model(task).wordBytes()));
        yield segments.largestIndex();
      }
      case SHM_INFO -> {
        put(
            task,
            address,
            IpcStructs.writer(task)
                .u32(segments.size())
                .word(segments.pages())
                .word(segments.residentPages())
                .word(0)
                .word(0)
                .word(0));
        yield segments.largestIndex();
      }
      case IpcStructs.IPC_STAT -> {
        put(task, address, status(task, segments.look(user, id)));
        yield 0;
      }
      case SHM_STAT, SHM_STAT_ANY -> {
        SharedSegment segment = segments.lookAt(user, id, command == SHM_STAT_ANY);
        put(task, address, status(task, segment));
        yield segment.id();
      }
      case IpcStructs.IPC_SET -> {
        int length = IpcStructs.permissionBytes(IpcStructs.model(task));
        StructReader in =
            new StructReader(IpcStructs.model(task), Times.bytes(task, address, length));
        segments.setOwner(user, id, IpcStructs.ownership(task, in));
        yield 0;
      }
      case IpcStructs.IPC_RMID -> {
        segments.remove(user, id);
        yield 0;
      }
      case SHM_LOCK, SHM_UNLOCK -> {
        segments.lock(user, task.group().limits(), id, command == SHM_LOCK);
        yield 0;
      }
      default -> throw Errno.EINVAL;
    };
  }

  private static void put(Task task, long address, StructWriter bytes) throws Errno {
    task.memory().user().write(address, bytes.toBytes());
  }

  /// `struct shmid64_ds`.
  private static StructWriter status(Task task, SharedSegment segment) {
    StructWriter out = IpcStructs.permissions(task, segment).word(segment.size());
    IpcStructs.time(task, out, segment.attachTime());
    IpcStructs.time(task, out, segment.detachTime());
    IpcStructs.time(task, out, segment.changeTime());
    return out.u32(IpcStructs.number(task, segment.creator()))
        .u32(IpcStructs.number(task, segment.lastProcess()))
        .word(segment.attached())
        .word(0)
        .word(0);
  }
}
