package dev.forklift.engine.memory;

import dev.forklift.engine.host.HostCalls;
import dev.forklift.engine.host.HostCalls.Call;
import dev.forklift.engine.host.HostError;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// Where the [Window]s of all guests of one kernel come from.
///
/// There are some where compiled code may touch memory by address and the host gives address space
/// that costs nothing: Linux on x86-64, which also keeps loads in order, so that who finds a
/// permission finds what the page holds. With the system property `dev.forklift.memory.windows`
/// they are used `never`, or, for tests, from the beginning of each space on: `early`.
///
/// A window is a mapping of the host like its neighbours, so that the host counts them as one. They
/// are unmapped when nobody can reach the kernel any more.
final class Windows {
  private static final String USE = System.getProperty("dev.forklift.memory.windows", "");

  private static final int PROT_READ = 1;
  private static final int PROT_WRITE = 2;
  private static final int MAP_PRIVATE = 0x2;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MAP_NORESERVE = 0x4000;
  private static final int MADV_DONTNEED = 4;
  private static final int MADV_NOHUGEPAGE = 15;

  /// So many are kept for the next.
  private static final int KEPT = 8;

  // All guarded by the monitor of `this`.
  private final Deque<Window> free = new ArrayDeque<>();
  private @Nullable Window none;
  private boolean isAsked;

  private static boolean arePossible() {
    return HostMemory.HOST instanceof HostMemory.ThroughUnsafe
        && HostCalls.areAvailable()
        && System.getProperty("os.arch").equals("amd64")
        && !USE.equals("never");
  }

  /// Whether spaces have windows before there is a need for them.
  static boolean areEarly() {
    return USE.equals("early");
  }

  /// Where the pages of a window begin that has none and permits nothing; 0 if there are no
  /// windows.
  synchronized long none() {
    if (!isAsked) {
      isAsked = true;
      if (arePossible()) {
        none = map(Window.HEADER_BYTES, PROT_READ);
      }
    }
    return none == null ? 0 : none.base();
  }

  /// One that permits nothing, with all pages zero; null if the host refuses.
  synchronized @Nullable Window take() {
    Window kept = free.poll();
    if (kept != null || none() == 0) {
      return kept;
    }
    long bytes = Window.HEADER_BYTES + Window.PAGES_BYTES;
    Window window = map(bytes, PROT_READ | PROT_WRITE);
    if (window != null) {
      try {
        // A page that is touched must not become five hundred of them.
        var _ =
            HostCalls.get()
                .call(Call.MADVISE, window.base() - Window.HEADER_BYTES, bytes, MADV_NOHUGEPAGE);
      } catch (HostError _) {
        // The host knows only small pages.
      }
    }
    return window;
  }

  @SuppressWarnings("restricted") // memory of the host is what it is for
  private @Nullable Window map(long bytes, int protection) {
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    try {
      long start = HostCalls.get().call(Call.MMAP, 0, bytes, protection, flags, -1, 0);
      Arena arena = Arena.ofAuto();
      var _ = MemorySegment.ofAddress(start).reinterpret(bytes, arena, _ -> unmap(start, bytes));
      return new Window(this, arena, start + Window.HEADER_BYTES);
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

  void discard(long start, long bytes) {
    try {
      var _ = HostCalls.get().call(Call.MADVISE, start, bytes, MADV_DONTNEED);
    } catch (HostError e) {
      throw new IllegalStateException("the host does not take memory back", e);
    }
  }

  synchronized void giveBack(Window window) {
    discard(window.base() - Window.HEADER_BYTES, Window.HEADER_BYTES + Window.PAGES_BYTES);
    if (free.size() < KEPT) {
      free.push(window);
    }
  }
}
