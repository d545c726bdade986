package dev.forklift.engine.memory;

import dev.forklift.engine.host.HostCalls;
import dev.forklift.engine.host.HostCalls.Call;
import dev.forklift.engine.host.HostError;
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
        none = map(Window.HEADER_BYTES, NativeMemory.PROT_READ);
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
    Window window = map(bytes, NativeMemory.PROT_READ | NativeMemory.PROT_WRITE);
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

  private @Nullable Window map(long bytes, int protection) {
    NativeMemory memory = NativeMemory.map(bytes, protection);
    return memory == null
        ? null
        : new Window(this, memory.arena(), memory.start() + Window.HEADER_BYTES);
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
