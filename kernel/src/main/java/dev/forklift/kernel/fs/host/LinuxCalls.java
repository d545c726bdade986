package dev.forklift.kernel.fs.host;

import dev.forklift.kernel.abi.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/// System calls of a Linux host on files. All go through one function of its C library, `syscall`,
/// because linking takes time at start-up, once for each function.
final class LinuxCalls {
  static final int AT_FDCWD = -100;
  static final int AT_SYMLINK_NOFOLLOW = 0x100;
  static final int AT_REMOVEDIR = 0x200;
  static final int AT_EMPTY_PATH = 0x1000;

  private static final int RLIMIT_NOFILE = 7;
  private static final int EINTR = 4;

  /// Descriptors that are left to the JVM.
  private static final int RESERVED = 64;

  private static final boolean AARCH64 = System.getProperty("os.arch").equals("aarch64");

  static final int O_RDONLY = 0;
  static final int O_WRONLY = 1;
  static final int O_RDWR = 2;
  static final int O_CREAT = 0100;
  static final int O_EXCL = 0200;
  static final int O_NOCTTY = 0400;
  static final int O_NONBLOCK = 04000;
  static final int O_DIRECTORY = AARCH64 ? 040000 : 0200000;
  static final int O_NOFOLLOW = AARCH64 ? 0100000 : 0400000;
  static final int O_CLOEXEC = 02000000;
  static final int O_PATH = 010000000;

  /// The calls that are used, with their numbers.
  enum Call {
    CLOSE(3, 57),
    PREAD64(17, 67),
    PWRITE64(18, 68),
    FSYNC(74, 82),
    FTRUNCATE(77, 46),
    FCHMOD(91, 52),
    FSTATFS(138, 44),
    GETDENTS64(217, 61),
    OPENAT(257, 56),
    MKDIRAT(258, 34),
    MKNODAT(259, 33),
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

  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final long ERRNO =
      STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

  private final MethodHandle syscall;
  private final long descriptorLimit;

  private static final class Linked {
    static final LinuxCalls CALLS = new LinuxCalls();
  }

  @SuppressWarnings("restricted") // calling C is what it is for
  private LinuxCalls() {
    Linker linker = Linker.nativeLinker();
    ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
    syscall =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("syscall"),
            FunctionDescriptor.of(word, word, word, word, word, word, word),
            Linker.Option.captureCallState("errno"),
            Linker.Option.firstVariadicArg(1));
    descriptorLimit = readDescriptorLimit();
  }

  /// Says whether this host has them.
  static boolean areAvailable() {
    return System.getProperty("os.name").equals("Linux")
        && (AARCH64 || System.getProperty("os.arch").equals("amd64"));
  }

  static LinuxCalls get() {
    return Linked.CALLS;
  }

  private long readDescriptorLimit() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limits = arena.allocate(16, 8);
      var _ = call(Call.PRLIMIT64, 0, RLIMIT_NOFILE, 0, limits.address(), 0);
      long soft = limits.get(ValueLayout.JAVA_LONG, 0);
      return soft < 0 ? Long.MAX_VALUE : Math.max(RESERVED, soft - RESERVED);
    } catch (Errno e) {
      return Long.MAX_VALUE;
    }
  }

  /// Makes a call that answers with an error or at least 0.
  long call(Call call, long a, long b, long c, long d, long e) throws Errno {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      while (true) {
        long result = (long) syscall.invokeExact(state, call.number, a, b, c, d, e);
        if (result >= 0) {
          return result;
        }
        int number = state.get(ValueLayout.JAVA_INT, ERRNO);
        if (number != EINTR || call == Call.CLOSE) {
          Errno errno = Errno.of(number);
          throw errno == null ? Errno.EIO : errno;
        }
      }
    } catch (Errno | RuntimeException | Error thrown) {
      throw thrown;
    } catch (Throwable thrown) {
      throw new IllegalStateException(thrown);
    }
  }

  long call(Call call, long a, long b, long c) throws Errno {
    return call(call, a, b, c, 0, 0);
  }

  /// Opens a file relative to a folder, and leaves the JVM enough descriptors.
  ///
  /// @throws Errno ENFILE if too many are open
  int open(int folder, long path, int flags, int mode) throws Errno {
    int descriptor;
    try {
      descriptor = (int) call(Call.OPENAT, folder, path, flags | O_CLOEXEC, mode, 0);
    } catch (Errno e) {
      throw e == Errno.EMFILE ? Errno.ENFILE : e;
    }
    if (descriptor >= descriptorLimit) {
      close(descriptor);
      throw Errno.ENFILE;
    }
    return descriptor;
  }

  void close(int descriptor) {
    try {
      var _ = call(Call.CLOSE, descriptor, 0, 0);
    } catch (Errno e) {
      // It is closed nevertheless.
    }
  }

  /// About an open file, or an entry of an open folder if `path` is not empty.
  HostStatus status(int descriptor, String path) throws Errno {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(256, 8);
      int flags = AT_SYMLINK_NOFOLLOW | (path.isEmpty() ? AT_EMPTY_PATH : 0);
      var _ =
          call(Call.STATX, descriptor, text(arena, path), flags, BASIC_AND_BIRTH, out.address());
      return new HostStatus(
          (long) int32(out, 136) << 32 | (int32(out, 140) & 0xffff_ffffL),
          int64(out, 32),
          out.get(ValueLayout.JAVA_SHORT, 28) & 0xffff,
          int32(out, 16),
          int32(out, 20),
          int32(out, 24),
          int64(out, 40),
          int64(out, 48),
          time(out, 64),
          time(out, 112),
          time(out, 96),
          time(out, 80));
    }
  }

  private static final int BASIC_AND_BIRTH = 0xfff;

  private static int int32(MemorySegment in, long at) {
    return in.get(ValueLayout.JAVA_INT, at);
  }

  private static long int64(MemorySegment in, long at) {
    return in.get(ValueLayout.JAVA_LONG, at);
  }

  private static long time(MemorySegment in, long at) {
    return int64(in, at) * 1_000_000_000 + int32(in, at + 8);
  }

  /// The address of a name or path, ended by a zero, for as long as the arena lives.
  static long text(Arena arena, String text) {
    return arena.allocateFrom(text, StandardCharsets.ISO_8859_1).address();
  }
}
