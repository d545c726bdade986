package dev.forklift.engine.memory;

import dev.forklift.engine.host.HostCalls;
import dev.forklift.engine.host.HostCalls.Call;
import dev.forklift.engine.host.HostError;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Memory outside of the heap, all zero at first. The host gets it back when nobody can reach this
/// any more.
///
/// @param start its address on the host
record NativeMemory(Arena arena, long start) {
  static final int PROT_READ = 1;
  static final int PROT_WRITE = 2;
  private static final int MAP_PRIVATE = 0x2;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MAP_NORESERVE = 0x4000;
  private static final int ALIGNMENT = 4096;

  /// Whether [HostMemory] can touch such memory.
  static boolean isPossible() {
    return HostMemory.HOST instanceof HostMemory.ThroughUnsafe;
  }

  /// So much of it. Where the host lets us map it, what is never touched takes nothing.
  static NativeMemory of(long bytes) {
    NativeMemory mapped =
        HostCalls.areAvailable() && System.getProperty("os.arch").equals("amd64")
            ? map(bytes, PROT_READ | PROT_WRITE)
            : null;
    if (mapped != null) {
      return mapped;
    }
    Arena arena = Arena.ofAuto();
    return new NativeMemory(arena, arena.allocate(bytes, ALIGNMENT).address());
  }

  /// A mapping of the host's, or null if it refuses.
  @SuppressWarnings("restricted") // memory of the host is what it is for
  static @Nullable NativeMemory map(long bytes, int protection) {
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    try {
      long start = HostCalls.get().call(Call.MMAP, 0, bytes, protection, flags, -1, 0);
      Arena arena = Arena.ofAuto();
      var _ = MemorySegment.ofAddress(start).reinterpret(bytes, arena, _ -> unmap(start, bytes));
      return new NativeMemory(arena, start);
    } catch (HostError _) {
      return null;
    }
  }

  private static void unmap(long start, long bytes) {
    try {
      var _ = HostCalls.get().call(Call.MUNMAP, start, bytes, 0);
    } catch (HostError e) {
      throw new IllegalStateException("the host does not take a mapping back", e);
    }
  }
}
