package dev.forklift.engine.memory;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// How much memory all guests of one kernel may hold together.
///
/// The JVM must outlive a guest that maps until it is refused, so frames and page tables are
/// counted against a limit below the heap's size, and the guest meets the limit first. Before the
/// budget refuses, files give pages back that they can read again.
public final class FrameBudget {
  /// What holds memory that it can do without. Called while locks are held, so it must not wait.
  interface Reclaimable {
    /// Gives back about that many bytes, if it can.
    ///
    /// @return how many
    long reclaim(long bytes);
  }

  /// At least so much is reclaimed at a time.
  private static final long BATCH = 1 << 20;

  private final @Nullable FrameBudget whole;
  private volatile long limit;
  private final AtomicLong used = new AtomicLong();
  private final AtomicLong most = new AtomicLong();
  private final Set<Reclaimable> reclaimables = ConcurrentHashMap.newKeySet();

  private final CodeCache codeCache;
  private final Windows windows;

  /// @param limit bytes; translations may take a quarter of that in addition
  public FrameBudget(long limit) {
    this.whole = null;
    this.limit = limit;
    this.codeCache = new CodeCache(limit / 4);
    this.windows = new Windows();
  }

  private FrameBudget(FrameBudget whole, long limit) {
    this.whole = whole;
    this.limit = limit;
    this.codeCache = whole.codeCache;
    this.windows = whole.windows;
  }

  /// A part of this budget that has a limit of its own beside the limit of the whole.
  public FrameBudget part(long limitOfPart) {
    return new FrameBudget(whole(), limitOfPart);
  }

  /// What this is a part of, or itself.
  FrameBudget whole() {
    return whole == null ? this : whole;
  }

  /// What has been dropped of the translations.
  public CodeDrops codeDrops() {
    return codeCache.drops();
  }

  /// Where the windows of all guests come from.
  Windows windows() {
    return windows;
  }

  /// What the translations are counted against.
  CodeCache codeCache() {
    return codeCache;
  }

  /// Takes `bytes`, or returns false if that would pass the limit.
  public boolean take(long bytes) {
    if (whole != null) {
      if (!fits(bytes)) {
        return false;
      }
      if (whole.take(bytes)) {
        return true;
      }
      used.addAndGet(-bytes);
      return false;
    }
    if (fits(bytes)) {
      return true;
    }
    long missing = Math.max(bytes, BATCH);
    for (Reclaimable reclaimable : reclaimables) {
      missing -= reclaimable.reclaim(missing);
      if (missing <= 0) {
        break;
      }
    }
    return fits(bytes);
  }

  private boolean fits(long bytes) {
    long now = used.addAndGet(bytes);
    if (now > limit) {
      used.addAndGet(-bytes);
      return false;
    }
    if (now > most.get()) {
      most.accumulateAndGet(now, Math::max);
    }
    return true;
  }

  /// Takes `bytes` even beyond the limit, for who gives as much back at once.
  void takeAnyway(long bytes) {
    used.addAndGet(bytes);
    if (whole != null) {
      whole.takeAnyway(bytes);
    }
  }

  public void giveBack(long bytes) {
    used.addAndGet(-bytes);
    if (whole != null) {
      whole.giveBack(bytes);
    }
  }

  void add(Reclaimable reclaimable) {
    whole().reclaimables.add(reclaimable);
  }

  void remove(Reclaimable reclaimable) {
    whole().reclaimables.remove(reclaimable);
  }

  /// Bytes held now.
  public long used() {
    return used.get();
  }

  /// The most bytes that were ever held.
  public long most() {
    return most.get();
  }

  /// Bytes that may be held.
  public long limit() {
    return limit;
  }

  /// Changes the limit, which does not take away what is held already.
  public void setLimit(long limit) {
    this.limit = limit;
  }
}
