package dev.forklift.engine.host;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/// System calls of a Linux host, on files mostly. All go through one function of its C library,
/// `syscall`, because linking takes time at start-up, once for each function.
public final class HostCalls {
  public static final int AT_FDCWD = -100;
  public static final int AT_SYMLINK_NOFOLLOW = 0x100;
  public static final int AT_REMOVEDIR = 0x200;
  public static final int AT_SYMLINK_FOLLOW = 0x400;
  public static final int AT_EMPTY_PATH = 0x1000;

  private static final int RLIMIT_NOFILE = 7;
  private static final int EINTR = 4;
  private static final int ENFILE = 23;
  private static final int EMFILE = 24;

  /// Descriptors that are left to the JVM.
  private static final int RESERVED = 64;

  private static final boolean AARCH64 = System.getProperty("os.arch").equals("aarch64");

  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;
  public static final int O_CREAT = 0100;
  public static final int O_EXCL = 0200;
  public static final int O_NOCTTY = 0400;
  public static final int O_TRUNC = 01000;
  public static final int O_NONBLOCK = 04000;
  public static final int O_DIRECTORY = AARCH64 ? 040000 : 0200000;
  public static final int O_NOFOLLOW = AARCH64 ? 0100000 : 0400000;
  public static final int O_CLOEXEC = 02000000;
  public static final int O_PATH = 010000000;

  /// The calls that are used, with their numbers.
  public enum Call {
    CLOSE(3, 57),
    LSEEK(8, 62),
    MMAP(9, 222),
    MUNMAP(11, 215),
    PREAD64(17, 67),
    MADVISE(28, 233),
    PWRITE64(18, 68),
    FSYNC(74, 82),
    FTRUNCATE(77, 46),
    FCHMOD(91, 52),
    FSTATFS(138, 44),
    GETDENTS64(217, 61),
    OPENAT(257, 56),
    MKDIRAT(258, 34),
    MKNODAT(259, 33),
    FCHOWNAT(260, 54),
    UNLINKAT(263, 35),
    LINKAT(265, 37),
    SYMLINKAT(266, 36),
    READLINKAT(267, 78),
    FCHMODAT(268, 53),
    UTIMENSAT(280, 88),
    PRLIMIT64(302, 261),
    RENAMEAT2(316, 276),
    STATX(332, 291),
    GETEUID(107, 175),
    GETEGID(108, 177);

    private final long number;

    Call(long amd64, long aarch64) {
      number = AARCH64 ? aarch64 : amd64;
    }
  }

  /// Memory for calls that is kept: about as much as threads call at once.
  private static final int KEPT = 4;

  private final SyscallFunction syscall = SyscallFunction.link();
  private final BlockingQueue<CallMemory> kept = new ArrayBlockingQueue<>(KEPT);
  private final long descriptorLimit;

  private static final class Linked {
    static final HostCalls CALLS = new HostCalls();
  }

  private HostCalls() {
    descriptorLimit = readDescriptorLimit();
  }

  /// Says whether this host has them.
  public static boolean areAvailable() {
    return System.getProperty("os.name").equals("Linux")
        && (AARCH64 || System.getProperty("os.arch").equals("amd64"));
  }

  public static HostCalls get() {
    return Linked.CALLS;
  }

  private long readDescriptorLimit() {
    try (CallMemory memory = memory()) {
      int limits = memory.allocate(16);
      var _ = call(Call.PRLIMIT64, 0, RLIMIT_NOFILE, 0, memory.address(limits), 0);
      long soft = memory.getLong(limits);
      return soft < 0 ? Long.MAX_VALUE : Math.max(RESERVED, soft - RESERVED);
    } catch (HostError e) {
      return Long.MAX_VALUE;
    }
  }

  /// Memory for a call, to be closed.
  public CallMemory memory() {
    CallMemory free = kept.poll();
    return free == null ? new CallMemory(kept) : free;
  }

  /// Makes a call that answers with an error or at least 0.
  public long call(Call call, long a, long b, long c, long d, long e) throws HostError {
    return call(call, a, b, c, d, e, 0);
  }

  /// The form with six arguments.
  public long call(Call call, long a, long b, long c, long d, long e, long f) throws HostError {
    while (true) {
      long result = syscall.call(call.number, a, b, c, d, e, f);
      if (result >= 0) {
        return result;
      }
      int number = (int) -result;
      if (number != EINTR || call == Call.CLOSE) {
        throw new HostError(number);
      }
    }
  }

  public long call(Call call, long a, long b, long c) throws HostError {
    return call(call, a, b, c, 0, 0);
  }

  /// Opens a file relative to a folder, and leaves the JVM enough descriptors.
  ///
  /// @throws HostError ENFILE if too many are open
  public int open(int folder, long path, int flags, int mode) throws HostError {
    int descriptor;
    try {
      descriptor = (int) call(Call.OPENAT, folder, path, flags | O_CLOEXEC, mode, 0);
    } catch (HostError e) {
      throw e.number() == EMFILE ? new HostError(ENFILE) : e;
    }
    if (descriptor >= descriptorLimit) {
      close(descriptor);
      throw new HostError(ENFILE);
    }
    return descriptor;
  }

  public void close(int descriptor) {
    try {
      var _ = call(Call.CLOSE, descriptor, 0, 0);
    } catch (HostError e) {
      // It is closed nevertheless.
    }
  }

  /// About an open file, or an entry of an open folder if `path` is not empty.
  public HostStatus status(int descriptor, String path) throws HostError {
    try (CallMemory memory = memory()) {
      int out = memory.allocate(256);
      int flags = AT_SYMLINK_NOFOLLOW | (path.isEmpty() ? AT_EMPTY_PATH : 0);
      var _ =
          call(
              Call.STATX,
              descriptor,
              memory.text(path),
              flags,
              BASIC_AND_BIRTH,
              memory.address(out));
      return new HostStatus(
          (long) memory.getInt(out + 136) << 32 | (memory.getInt(out + 140) & 0xffff_ffffL),
          memory.getLong(out + 32),
          memory.getUnsigned16(out + 28),
          memory.getInt(out + 16),
          memory.getInt(out + 20),
          memory.getInt(out + 24),
          memory.getLong(out + 40),
          memory.getLong(out + 48),
          time(memory, out + 64),
          time(memory, out + 112),
          time(memory, out + 96),
          time(memory, out + 80));
    }
  }

  private static final int BASIC_AND_BIRTH = 0xfff;

  private static long time(CallMemory in, int at) {
    return in.getLong(at) * 1_000_000_000 + in.getInt(at + 8);
  }
}
