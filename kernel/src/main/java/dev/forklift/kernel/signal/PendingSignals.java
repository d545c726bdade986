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

  /// @param slot where it counts; null if somebody else holds that, as POSIX timers do
  private record Entry(SigInfo info, @Nullable SignalSlot slot) {
    void giveBack() {
      if (slot != null) {
        slot.giveBack();
      }
    }
  }

  private final List<Entry> queue = new ArrayList<>();
  private long set;

  /// The signals that are pending, as bits.
  public long set() {
    return set;
  }

  /// Says whether this signal is pending already and will not be pending twice.
  public boolean merges(int signal) {
    return signal < Signal.SIGRTMIN && (set & Signal.bit(signal)) != 0;
  }

  /// Adds a signal that does not merge with one that is pending.
  public void add(SigInfo info, SignalSlot slot) {
    set |= Signal.bit(info.signal());
    queue.add(new Entry(info, slot));
  }

  /// Adds a signal of which nothing more is told than that it came: there was no room, or no need.
  public void add(int signal) {
    set |= Signal.bit(signal);
  }

  /// Adds that of a POSIX timer, which has an entry of its own, whether or not the same signal is
  /// pending already.
  public void addTimer(SigInfo info) {
    set |= Signal.bit(info.signal());
    queue.add(new Entry(info, null));
  }

  /// Says whether the signal of this POSIX timer is pending.
  public boolean hasTimer(int id) {
    return queue.stream().anyMatch(entry -> isOf(id, entry.info));
  }

  private static boolean isOf(int id, SigInfo info) {
    return info.payload() instanceof SigInfo.Timer timer && timer.id() == id;
  }

  /// A POSIX timer is no more; if its signal is pending, that keeps the timer's slot.
  ///
  /// @return whether it does
  public boolean takeOver(int id, SignalSlot slot) {
    for (int i = 0; i < queue.size(); i++) {
      Entry entry = queue.get(i);
      if (entry.slot == null && isOf(id, entry.info)) {
        queue.set(i, new Entry(entry.info, slot));
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
    for (Iterator<Entry> i = queue.iterator(); i.hasNext(); ) {
      Entry entry = i.next();
      if (entry.info.signal() == signal) {
        if (taken == null) {
          taken = entry.info;
          entry.giveBack();
          i.remove();
        } else {
          more = true;
        }
      }
    }
    if (!more) {
      set &= ~Signal.bit(signal);
    }
    return taken == null ? SigInfo.user(signal, 0, 0) : taken;
  }

  /// Forgets all pending signals of a set.
  public void discard(long signals) {
    removeIf(info -> (Signal.bit(info.signal()) & signals) != 0);
    set &= ~signals;
  }

  /// Forgets those of POSIX timers. A signal of which nothing else is told is then not pending.
  public void discardTimers() {
    long timers = 0;
    for (Entry entry : queue) {
      if (entry.info.code() == SigInfo.SI_TIMER) {
        timers |= Signal.bit(entry.info.signal());
      }
    }
    removeIf(info -> info.code() == SigInfo.SI_TIMER);
    set &= ~timers;
    queue.forEach(entry -> set |= Signal.bit(entry.info.signal()));
  }

  /// Whoever had them is no more.
  public void clear() {
    discard(-1);
  }

  private void removeIf(Predicate<SigInfo> condition) {
    queue.removeIf(entry -> {
      boolean remove = condition.test(entry.info);
      if (remove) {
        entry.giveBack();
      }
      return remove;
    });
  }

  /// The entries in order, for PTRACE_PEEKSIGINFO.
  public List<SigInfo> entries() {
    return queue.stream().map(Entry::info).toList();
  }
}
