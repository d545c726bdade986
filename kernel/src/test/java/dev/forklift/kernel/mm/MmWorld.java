package dev.forklift.kernel.mm;

import static dev.forklift.kernel.abi.Mman.MAP_ANONYMOUS;
import static dev.forklift.kernel.abi.Mman.MAP_FIXED;
import static dev.forklift.kernel.abi.Mman.MAP_PRIVATE;
import static dev.forklift.kernel.abi.Mman.PROT_READ;
import static dev.forklift.kernel.abi.Mman.PROT_WRITE;

import dev.forklift.engine.memory.GuestFault;
import dev.forklift.engine.memory.Region;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.arch.LinuxAbi.SignalCause;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.World;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One process's memory beside a file tree, and calls on it as a program makes them: results are
/// numbers in hexadecimal, or the names of errors.
final class MmWorld implements AutoCloseable {
  static final int RW = PROT_READ | PROT_WRITE;
  static final int ANONYMOUS = MAP_PRIVATE | MAP_ANONYMOUS;
  static final long PAGE = 4096;

  final World world;
  final ResourceLimits limits = ResourceLimits.initial(100);
  final AddressSpaces spaces;
  final Mm mm;
  Credentials who = Credentials.of(0, 0);

  MmWorld() {
    this(TestAbi.small());
  }

  MmWorld(LinuxAbi abi) {
    world = new World(1 << abi.memoryLayout().pageShift());
    spaces = new AddressSpaces(abi, world.budget);
    try {
      mm = Mm.create(spaces, limits, who.userNamespace());
      mm.mapKuserPages();
      mm.mapStack(abi.memoryLayout().stackTop() - 0x22000, false);
    } catch (Errno e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    mm.release();
    world.close();
  }

  /// A call that answers a number.
  interface Call {
    long call() throws Errno;
  }

  /// A call that answers nothing.
  interface Action {
    void call() throws Errno;
  }

  static String result(Call call) {
    try {
      return "%x".formatted(call.call());
    } catch (Errno e) {
      return e.symbol();
    }
  }

  static String ok(Action action) {
    return result(() -> {
      action.call();
      return 0;
    });
  }

  String mmap(long address, long length, int protection, int flags) {
    return mmap(address, length, protection, flags, null, 0);
  }

  String mmap(
      long address,
      long length,
      int protection,
      int flags,
      @Nullable OpenFile file,
      long pageOffset) {
    return result(
        () -> mm.mmap(new MmapRequest(address, length, protection, flags, pageOffset), file, who));
  }

  /// Readable and writable private memory at a fixed place.
  long map(long address, long length) throws Errno {
    return mm.mmap(new MmapRequest(address, length, RW, ANONYMOUS | MAP_FIXED, 0), null, who);
  }

  String munmap(long start, long length) {
    return ok(() -> mm.munmap(start, length));
  }

  String mprotect(long start, long length, int protection) {
    return ok(() -> Mprotect.protect(mm, start, length, protection));
  }

  String mremap(long address, long oldLength, long newLength, int flags) {
    return mremap(address, oldLength, newLength, flags, 0);
  }

  String mremap(long address, long oldLength, long newLength, int flags, long newAddress) {
    return result(() -> Mremap.remap(mm, who, address, oldLength, newLength, flags, newAddress));
  }

  String madvise(long start, long length, int advice) {
    return ok(() -> Madvise.advise(mm, start, length, advice));
  }

  /// A file of the tree with contents, opened.
  OpenFile file(String path, String contents, int flags) throws Errno {
    world.write(path, contents);
    return world.open(path, flags);
  }

  OpenFile file(String path, String contents) throws Errno {
    return file(path, contents, OpenFlags.O_RDWR);
  }

  /// What a program meets that loads a byte: nothing, or signal and code.
  String load(long address) {
    return access(address, () -> mm.space().load8(address));
  }

  /// What a program meets that stores a byte.
  String store(long address) {
    return access(address, () -> mm.space().store8(address, 1));
  }

  private String access(long address, Runnable access) {
    while (true) {
      try {
        access.run();
        return "ok";
      } catch (GuestFault fault) {
        SignalCause cause = mm.fault(fault);
        if (cause != null) {
          return "signal %d code %d at +%d"
              .formatted(cause.signal(), cause.code(), fault.address() - address);
        }
      }
    }
  }

  /// The regions in the range, as /proc/PID/maps begins its lines.
  List<String> maps(long start, long end) {
    List<String> lines = new ArrayList<>();
    for (Region r : mm.regions()) {
      if (r.start() < end && r.end() > start) {
        lines.add(
            "%x-%x %s%s%s%s"
                .formatted(
                    r.start(),
                    r.end(),
                    (r.protection() & 1) != 0 ? "r" : "-",
                    (r.protection() & 2) != 0 ? "w" : "-",
                    (r.protection() & 4) != 0 ? "x" : "-",
                    r.shared() ? "s" : "p"));
      }
    }
    return lines;
  }
}
