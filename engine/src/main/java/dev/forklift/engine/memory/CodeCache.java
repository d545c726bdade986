package dev.forklift.engine.memory;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/// How much memory the translations of all guests of one kernel may take together.
///
/// A guest can make translations without end, by jumping to every instruction of every page; so the
/// pages that were filled first are emptied when there are too many.
final class CodeCache {
  private final long limit;
  private final AtomicLong used = new AtomicLong();
  private final AtomicLong epochs = new AtomicLong();
  private final CodeDrops drops = new CodeDrops();

  // In the order in which they were filled. Guarded by its own monitor, the innermost lock of all.
  private final Set<CodePage> filled = new LinkedHashSet<>();

  CodeCache(long limit) {
    this.limit = limit;
  }

  /// Bytes that translations take now.
  long used() {
    return used.get();
  }

  long limit() {
    return limit;
  }

  /// What has been dropped.
  CodeDrops drops() {
    return drops;
  }

  /// A number for a map of code that there was not before.
  long nextEpoch() {
    return epochs.incrementAndGet();
  }

  /// Something of so many bytes was put into a page, or taken out of it if negative.
  void count(long bytes) {
    used.addAndGet(bytes);
  }

  void filled(CodePage page) {
    synchronized (filled) {
      filled.add(page);
    }
  }

  void emptied(CodePage page) {
    synchronized (filled) {
      filled.remove(page);
    }
  }

  /// Empties pages until all is within the limit. The caller holds no frame's monitor.
  void makeRoom() {
    while (used.get() > limit) {
      CodePage oldest;
      synchronized (filled) {
        Iterator<CodePage> pages = filled.iterator();
        if (!pages.hasNext()) {
          return;
        }
        oldest = pages.next();
        pages.remove();
      }
      oldest.empty(DropReason.NO_ROOM);
    }
  }
}
