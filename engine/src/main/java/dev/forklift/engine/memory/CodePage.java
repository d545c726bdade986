package dev.forklift.engine.memory;

import static dev.forklift.engine.memory.HostMemory.HOST;

import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What has been translated from one page of code as seen at one virtual address.
///
/// Translations are keyed by both, since they hold absolute addresses: one file mapped at the same
/// place in two processes shares its translations (fork and exec never translate twice), the same
/// file at another place does not. A store into the page drops the translations that cover the word
/// stored to.
///
/// Who translates takes the [#stamp] first, then fetches the code, then calls [#install].
public final class CodePage {
  /// Something translated from guest code, kept by the address at which it is entered.
  public interface Translation {
    /// First guest address translated from.
    long start();

    /// Where it is entered.
    default long entry() {
      return start();
    }

    /// The code was stored to, or there is no room for the translation any more: it may go on only
    /// to its next safe point. Any thread.
    default void drop() {}

    /// Whether it is hot code, made at some expense.
    default boolean isRegion() {
      return false;
    }

    /// First guest address behind it, on the same page.
    long end();

    /// What it was translated from: starts and ends in turn, ascending.
    default long[] ranges() {
      return new long[] {start(), end()};
    }

    /// About how much memory it takes on the host.
    default long bytes() {
      return 256 + 8 * (end() - start());
    }
  }

  private static final long SLOT_BYTES = 4;

  private final Frame frame;
  private final long address;
  private final boolean swap;
  private final int granuleShift;
  private final CodeCache cache;

  // By the granule they start at; null until something is installed. Written holding the frame's
  // monitor.
  private volatile @Nullable AtomicReferenceArray<@Nullable Translation> slots;

  private volatile boolean hasAccessesElsewhere;

  // Guarded by the frame's monitor, from here on: computed jumps by the addresses behind them,
  // which
  // granules some translation covers, and what all of that takes, with the part of the jumps in it.
  private final Map<Long, JumpTargets> jumps = new HashMap<>();
  private final BitSet covered = new BitSet();
  private long bytes;
  private long jumpBytes;

  /// @param address the virtual address of the page
  /// @param granuleShift binary logarithm of the alignment of instructions
  CodePage(Frame frame, CodeCache cache, long address, ByteOrder order, int granuleShift) {
    this.frame = frame;
    this.cache = cache;
    this.address = address;
    this.swap = (order == ByteOrder.BIG_ENDIAN) != HostMemory.BIG_ENDIAN;
    this.granuleShift = granuleShift;
  }

  /// The virtual address of the page.
  public long address() {
    return address;
  }

  /// The first address behind the page.
  public long end() {
    return address + frame.pageBytes();
  }

  Frame frame() {
    return frame;
  }

  /// Whether stores into the page are seen, so that the translations can be trusted.
  boolean isGuarded() {
    return frame.isGuarded();
  }

  // The code itself, in the guest's byte order. `pc` must lie on this page, and so must what is
  // fetched. The memory need not be readable: it is executable.

  /// One byte of code, zero-extended.
  public int fetch8(long pc) {
    Place place = frame.place();
    return HOST.get8(place.words(), place.at() + pc - address) & 0xff;
  }

  /// Two bytes of code, zero-extended.
  public int fetch16(long pc) {
    Place place = frame.place();
    short value = HOST.get16(place.words(), place.at() + pc - address);
    return (swap ? Short.reverseBytes(value) : value) & 0xffff;
  }

  /// Four bytes of code.
  public int fetch32(long pc) {
    Place place = frame.place();
    int value = HOST.get32(place.words(), place.at() + pc - address);
    return swap ? Integer.reverseBytes(value) : value;
  }

  /// The translation that starts at `pc`, or null. `pc` must lie on this page and be aligned.
  public @Nullable Translation at(long pc) {
    AtomicReferenceArray<@Nullable Translation> all = slots;
    return all == null ? null : all.getAcquire((int) (pc - address) >>> granuleShift);
  }

  /// Whether anything is installed that a condition holds for.
  public boolean any(Predicate<Translation> condition) {
    AtomicReferenceArray<@Nullable Translation> all = slots;
    for (int i = 0; all != null && i < all.length(); i++) {
      Translation t = all.getAcquire(i);
      if (t != null && condition.test(t)) {
        return true;
      }
    }
    return false;
  }

  /// A moment in the page's life: taken before reading the code, given to [#install].
  public int stamp() {
    return frame.codeStamp();
  }

  /// Keeps a translation made from this page, unless its code was stored to since `stamp`.
  ///
  /// @return whether it was kept; one that was not may still be run once
  public boolean install(Translation translation, int stamp) {
    synchronized (frame) {
      if (!isUnchanged(translation, stamp)) {
        return false;
      }
      AtomicReferenceArray<@Nullable Translation> all = slots;
      if (all == null) {
        all = new AtomicReferenceArray<>(frame.pageBytes() >>> granuleShift);
        slots = all;
        cache.filled(this);
        count(SLOT_BYTES * all.length());
      }
      Translation before = all.getAndSet(slot(translation), translation);
      count(translation.bytes() - (before == null ? 0 : before.bytes()));
      if (before != null) {
        // Whoever has found it before would go on with it, and no store would drop it any more.
        before.drop();
      }
      cover(translation);
    }
    cache.makeRoom();
    return true;
  }

  private boolean isUnchanged(Translation translation, int stamp) {
    long[] ranges = translation.ranges();
    for (int i = 0; i < ranges.length; i += 2) {
      if (!frame.isUnchanged((int) (ranges[i] - address), (int) (ranges[i + 1] - address), stamp)) {
        return false;
      }
    }
    return true;
  }

  /// Where the computed jump that ends at an address has gone to.
  public JumpTargets jumpTargets(long end) {
    synchronized (frame) {
      JumpTargets targets = jumps.get(end);
      if (targets == null) {
        targets = new JumpTargets(this, end);
        // Without a translation nobody would ever take it away again.
        if (slots != null) {
          jumps.put(end, targets);
          countJumps(JumpTargets.BYTES);
        }
      }
      return targets;
    }
  }

  /// A jump goes to a place that it did not go to before. Answers whether that has been kept.
  boolean addTarget(JumpTargets targets, long end, long target) {
    synchronized (frame) {
      if (targets.count() == JumpTargets.MOST || jumps.get(end) != targets) {
        return false;
      }
      targets.append(target);
      countJumps(Long.BYTES);
    }
    cache.makeRoom();
    return true;
  }

  private void countJumps(long change) {
    jumpBytes += change;
    count(change);
  }

  private void forgetJumps() {
    jumps.clear();
    countJumps(-jumpBytes);
  }

  /// Whether code here often accesses memory that is in no window.
  public boolean hasAccessesElsewhere() {
    return hasAccessesElsewhere;
  }

  /// Code here does so, for there are no windows.
  void expectAccessesElsewhere() {
    hasAccessesElsewhere = true;
  }

  /// Code here does so: takes a translation that was made for code that does not away.
  public void expectAccessesElsewhere(Translation translation) {
    hasAccessesElsewhere = true;
    outdate(translation);
  }

  /// Takes one translation away.
  void outdate(Translation translation) {
    synchronized (frame) {
      AtomicReferenceArray<@Nullable Translation> all = slots;
      if (all != null && all.compareAndSet(slot(translation), translation, null)) {
        count(-translation.bytes());
        translation.drop();
        cache.drops().add(address, 1, 0, DropReason.OUTDATED);
      }
    }
  }

  /// Drops everything.
  void empty(DropReason reason) {
    synchronized (frame) {
      AtomicReferenceArray<@Nullable Translation> all = slots;
      int regions = 0;
      int blocks = 0;
      for (int i = 0; all != null && i < all.length(); i++) {
        Translation t = all.getAcquire(i);
        if (t != null) {
          t.drop();
          regions += t.isRegion() ? 1 : 0;
          blocks += t.isRegion() ? 0 : 1;
        }
      }
      cache.drops().add(address, regions, blocks, reason);
      slots = null;
      forgetJumps();
      covered.clear();
      count(-bytes);
      cache.emptied(this);
    }
  }

  private void count(long change) {
    bytes += change;
    cache.count(change);
  }

  private int slot(Translation translation) {
    return (int) (translation.entry() - address) >>> granuleShift;
  }

  private void cover(Translation t) {
    long[] ranges = t.ranges();
    for (int i = 0; i < ranges.length; i += 2) {
      int behind = (int) (ranges[i + 1] - address + (1 << granuleShift) - 1) >>> granuleShift;
      int first = (int) (ranges[i] - address) >>> granuleShift;
      covered.set(first, Math.max(behind, first + 1));
    }
  }

  private static boolean isHit(Translation t, long low, long high) {
    long[] ranges = t.ranges();
    for (int i = 0; i < ranges.length; i += 2) {
      if (ranges[i] < high && ranges[i + 1] > low) {
        return true;
      }
    }
    return false;
  }

  /// Whether anything is installed. The frame's monitor is held.
  boolean hasTranslations() {
    return !covered.isEmpty();
  }

  /// Drops every translation that covers a granule of the range of bytes, given as offsets on the
  /// page. The frame's monitor is held.
  void invalidate(int from, int to) {
    int first = from >>> granuleShift;
    int last = (to - 1) >>> granuleShift;
    int hit = covered.nextSetBit(first);
    AtomicReferenceArray<@Nullable Translation> all = slots;
    if (hit < 0 || hit > last || all == null) {
      return;
    }
    long low = address + ((long) first << granuleShift);
    long high = address + ((long) (last + 1) << granuleShift);
    covered.clear();
    forgetJumps();
    int regions = 0;
    int blocks = 0;
    for (int i = 0; i < all.length(); i++) {
      Translation t = all.getAcquire(i);
      if (t == null) {
        continue;
      }
      if (isHit(t, low, high)) {
        all.setRelease(i, null);
        count(-t.bytes());
        t.drop();
        regions += t.isRegion() ? 1 : 0;
        blocks += t.isRegion() ? 0 : 1;
      } else {
        cover(t);
      }
    }
    cache.drops().add(address, regions, blocks, DropReason.STORED_TO);
  }
}
