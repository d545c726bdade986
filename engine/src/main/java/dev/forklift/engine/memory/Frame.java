package dev.forklift.engine.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// One page of guest memory.
///
/// Held by every page table entry and file that refers to it; `references` counts them, so that a
/// private page whose other holders are gone is written in place instead of being copied again.
final class Frame {
  final long[] words;
  private final AtomicInteger references = new AtomicInteger(1);
  private final List<CodePage> codePages = new ArrayList<>(0);
  private volatile int codeStamp;

  Frame(int pageBytes) {
    words = new long[pageBytes / Long.BYTES];
  }

  AtomicInteger references() {
    return references;
  }

  int codeStamp() {
    return codeStamp;
  }

  /// The translations made of this frame, by virtual address. Guarded by `this`.
  List<CodePage> codePages() {
    return codePages;
  }

  /// A store hit the byte range: translations that cover it go.
  synchronized void codeChanged(int from, int to) {
    codeStamp++;
    for (CodePage page : codePages) {
      page.invalidate(from, to);
    }
  }
}
