package dev.forklift.kernel.signal;

import dev.forklift.kernel.abi.Signal;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Signals sent and not yet delivered, to a task or to a thread group (Linux's `sigpending`).
///
/// A standard signal is pending once however often it was sent; real-time signals queue in order.
public final class PendingSignals {
  private static final long SYNCHRONOUS =
      Signal.bit(Signal.SIGSEGV)
          | Signal.bit(Signal.SIGBUS)
          | Signal.bit(Signal.SIGILL)
          | Signal.bit(Signal.SIGTRAP)
          | Signal.bit(Signal.SIGFPE)
          | Signal.bit(Signal.SIGSYS);

  private final List<SigInfo> queue = new ArrayList<>();
  private long set;

  /// The signals that are pending, as bits.
  public long set() {
    return set;
  }

  /// Number of queued entries, for RLIMIT_SIGPENDING.
  public int size() {
    return queue.size();
  }

  /// Adds a signal.
  ///
  /// @return false if it is a standard signal that was pending already
  public boolean add(SigInfo info) {
    long bit = Signal.bit(info.signal());
    if (info.signal() < Signal.SIGRTMIN && (set & bit) != 0) {
      return false;
    }
    enqueue(info);
    return true;
  }

  /// Adds a signal that has an entry of its own, whether or not the same signal is pending already:
  /// that of a POSIX timer.
  public void enqueue(SigInfo info) {
    set |= Signal.bit(info.signal());
    queue.add(info);
  }

  /// Says whether the signal of this POSIX timer is pending.
  public boolean hasTimer(int id) {
    for (SigInfo info : queue) {
      if (info.payload() instanceof SigInfo.Timer timer && timer.id() == id) {
        return true;
      }
    }
    return false;
  }

  /// Takes the next signal that is in `wanted`: faults first, then the lowest number, then the
  /// oldest.
  public @Nullable SigInfo take(long wanted) {
    long candidates = set & wanted;
    if (candidates == 0) {
      return null;
    }
    long urgent = candidates & SYNCHRONOUS;
    int signal = Long.numberOfTrailingZeros(urgent != 0 ? urgent : candidates) + 1;
    SigInfo taken = null;
    boolean more = false;
    for (Iterator<SigInfo> i = queue.iterator(); i.hasNext(); ) {
      SigInfo info = i.next();
      if (info.signal() == signal) {
        if (taken == null) {
          taken = info;
          i.remove();
        } else {
          more = true;
        }
      }
    }
    if (!more) {
      set &= ~Signal.bit(signal);
    }
    return taken;
  }

  /// Forgets all pending signals of a set.
  public void discard(long signals) {
    removeIf(info -> (Signal.bit(info.signal()) & signals) != 0);
  }

  /// Forgets entries, such as those of a deleted timer.
  public void removeIf(Predicate<SigInfo> condition) {
    if (queue.removeIf(condition)) {
      set = 0;
      queue.forEach(info -> set |= Signal.bit(info.signal()));
    }
  }

  /// The entries in order, for PTRACE_PEEKSIGINFO.
  public List<SigInfo> entries() {
    return List.copyOf(queue);
  }
}
