package dev.forklift.engine.memory;

import static dev.forklift.engine.memory.HostMemory.HOST;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A file of memory: what tmpfs files, the page cache of host files, memfds, System V shared memory
/// and shared anonymous mappings are made of.
///
/// Pages appear when first touched, filled from the source if there is one. Mappings of the file in
/// any space show its frames directly, so reads, writes and mappings always agree. Shrinking it
/// takes the pages behind the new end away from every space that maps them.
///
/// Lock order: `flushing`, `resizing`, then a space (its sharers stopped, its lock), then `lock`,
/// then a frame's monitor.
public final class MemoryFile {
  /// Where pages come from that were never touched, or given back since because memory was short.
  ///
  /// What the sink of [#flush] gets must be found in it afterwards. Whoever shrinks the file
  /// shrinks what is behind the source too, so that bytes which come back when it grows again are
  /// zero.
  ///
  /// Called in the middle of guest code's page faults, with locks held: it must not wait for
  /// anything that waits for guest code.
  @FunctionalInterface
  public interface Source {
    /// Fills `page` with the bytes at `offset`; what lies past the source's end stays zero.
    void fill(long offset, byte[] page) throws IOException;
  }

  /// Where changed pages go.
  @FunctionalInterface
  public interface Sink {
    /// Takes the first `length` bytes of `bytes`, which stand at `offset` of the file.
    void write(long offset, byte[] bytes, int length) throws IOException;
  }

  private final FrameBudget budget;
  private final int pageShift;
  private final int pageBytes;
  private final @Nullable Source source;

  private final FrameBudget.Reclaimable reclaimable = this::reclaim;

  // Held during a flush, so that whoever comes second finds everything written.
  private final ReentrantLock flushing = new ReentrantLock();

  // Held while the size changes: by whoever shrinks, and by writes that extend.
  private final ReentrantLock resizing = new ReentrantLock();
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock; size is also read without it.
  private final FilePages pages = new FilePages();
  private final Map<Mapper, Long> mappedBytes = new HashMap<>();
  private volatile long size;
  private long sourceEnd;
  private long clock;
  private boolean released;

  /// A file of `size` bytes, all from `source` or zero.
  public MemoryFile(FrameBudget budget, int pageShift, @Nullable Source source, long size) {
    this.budget = budget;
    this.pageShift = pageShift;
    this.pageBytes = 1 << pageShift;
    this.source = source;
    this.size = size;
    this.sourceEnd = source == null ? 0 : size;
  }

  /// Binary logarithm of the size of its pages.
  int pageShift() {
    return pageShift;
  }

  /// The length in bytes.
  public long size() {
    return size;
  }

  /// The memory that its pages take.
  public long allocatedBytes() {
    lock.lock();
    try {
      return pages.count() << pageShift;
    } finally {
      lock.unlock();
    }
  }

  /// Says whether a page is in memory.
  boolean isResident(long index) {
    lock.lock();
    try {
      return pages.get(index) != null;
    } finally {
      lock.unlock();
    }
  }

  /// Gives the pages back as soon as nobody maps them any more. Nobody reads or writes the file
  /// afterwards, except through mappings that are there already.
  public void release() {
    lock.lock();
    try {
      released = true;
      dropAllIfUnused();
    } finally {
      lock.unlock();
    }
  }

  // Reading and writing.

  /// Reads up to `length` bytes at `offset`, as many as lie before the end. Holes stay holes.
  ///
  /// @return how many were read
  public int read(long offset, byte[] destination, int start, int length) throws IOException {
    lock.lock();
    try {
      int count = (int) Math.max(0, Math.min(length, size - offset));
      for (int done = 0; done < count; ) {
        long at = offset + done;
        int within = (int) at & (pageBytes - 1);
        int part = Math.min(count - done, pageBytes - within);
        readPage(at >>> pageShift, within, destination, start + done, part);
        done += part;
      }
      return count;
    } finally {
      lock.unlock();
    }
  }

  private void readPage(long index, int within, byte[] destination, int start, int length)
      throws IOException {
    Frame frame = pages.get(index);
    if (frame == null && isFromSource(index)) {
      byte[] page = fetch(index);
      frame = keep(index, page);
      if (frame == null) {
        // No memory to keep it: it is read again next time.
        System.arraycopy(page, within, destination, start, length);
        return;
      }
    }
    if (frame == null) {
      Arrays.fill(destination, start, start + length, (byte) 0);
    } else {
      HOST.copyOut(frame.words(), within, destination, start, length);
    }
  }

  /// Writes bytes at `offset`, extending the file if needed.
  ///
  /// @return how many were written: fewer than `length` only when memory is used up
  public int write(long offset, byte[] bytes, int start, int length) throws IOException {
    if (length > Long.MAX_VALUE - offset) {
      throw new IllegalStateException("written past the largest offset");
    }
    boolean extending = offset + length > size;
    if (extending) {
      resizing.lock();
    }
    lock.lock();
    try {
      if (offset > size) {
        clearTail();
      }
      int done = 0;
      while (done < length) {
        long at = offset + done;
        int within = (int) at & (pageBytes - 1);
        int part = Math.min(length - done, pageBytes - within);
        Frame frame = forChange(at >>> pageShift, part == pageBytes);
        if (frame == null) {
          break;
        }
        frame.write(within, bytes, start + done, part);
        done += part;
      }
      if (done > 0) {
        size = Math.max(size, offset + done);
      }
      return done;
    } finally {
      lock.unlock();
      if (extending) {
        resizing.unlock();
      }
    }
  }

  /// Makes the range read as zeros (hole punching), without changing the size.
  ///
  /// @return whether there was memory enough: pages that come from a source need some
  public boolean zero(long offset, long length) throws IOException {
    lock.lock();
    try {
      long end = length > size - offset ? size : offset + length;
      for (long at = offset; at < end; ) {
        long index = at >>> pageShift;
        int within = (int) at & (pageBytes - 1);
        int part = (int) Math.min(end - at, pageBytes - within);
        boolean whole = part == pageBytes;
        if (isFromSource(index)) {
          Frame frame = forChange(index, whole);
          if (frame == null) {
            return false;
          }
          frame.clear(within, part);
        } else {
          Frame frame = pages.get(index);
          if (frame == null) {
            long next = pages.nextPossible(index + 1);
            at = next < pagesIn(end) ? next << pageShift : end;
            continue;
          }
          if (whole && frame.references() == 1) {
            pages.remove(index);
          } else {
            frame.clear(within, part);
          }
        }
        at += part;
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Takes the memory for a range, so that it can be written without fail. The size stays.
  ///
  /// @return whether there was memory enough; if not, nothing has changed
  public boolean reserve(long offset, long length) throws IOException {
    lock.lock();
    try {
      List<Long> made = new ArrayList<>();
      long end = pagesIn(offset + length);
      for (long index = offset >>> pageShift; index < end; index++) {
        if (pages.get(index) == null) {
          if (forChange(index, false) == null) {
            made.forEach(pages::remove);
            return false;
          }
          made.add(index);
        }
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// The first byte from `offset` on that is in memory or in the source, or the size if there is
  /// only a hole.
  public long nextData(long offset) {
    return nextChange(offset, true);
  }

  /// The first byte from `offset` on that is in a hole, or the size.
  public long nextHole(long offset) {
    return nextChange(offset, false);
  }

  private long nextChange(long offset, boolean toData) {
    lock.lock();
    try {
      long end = pagesIn(size);
      for (long index = offset >>> pageShift; index < end; ) {
        boolean data = isFromSource(index) || pages.get(index) != null;
        if (data == toData) {
          return Math.max(offset, index << pageShift);
        }
        index = data ? index + 1 : Math.max(index + 1, pages.nextPossible(index + 1));
      }
      return size;
    } finally {
      lock.unlock();
    }
  }

  /// Cuts the file off or extends it with zeros. Cutting takes the pages behind the new end away
  /// from every space, waiting for guest code that uses them; the caller holds no lock that guest
  /// code or a page fault may wait for.
  public void setSize(long newSize) {
    resizing.lock();
    try {
      List<Mapper> mappers;
      lock.lock();
      try {
        if (newSize >= size) {
          clearTail();
          size = newSize;
          return;
        }
        size = newSize;
        sourceEnd = Math.min(sourceEnd, newSize);
        pages.removeIf(pagesIn(newSize), frame -> true);
        clearTail();
        mappers = List.copyOf(mappedBytes.keySet());
      } finally {
        lock.unlock();
      }
      for (Mapper mapper : mappers) {
        mapper.cutOff(this, pagesIn(newSize));
      }
    } finally {
      resizing.unlock();
    }
  }

  /// Zeroes what lies behind the end on the last page: a mapping may have stored there.
  private void clearTail() {
    int within = (int) size & (pageBytes - 1);
    if (within != 0) {
      Frame last = pages.get(size >>> pageShift);
      if (last != null) {
        last.clear(within, pageBytes - within);
      }
    }
  }

  /// Writes those pages of the range that may have changed since the last time, as far as they lie
  /// before the end of the file. Stores that other threads make meanwhile are written now or by the
  /// next flush. Waits for guest code as [#setSize] does.
  public void flush(long offset, long length, Sink sink) throws IOException {
    flushing.lock();
    try {
      List<Frame> changed = takeChanged(offset, length);
      try {
        List<Frame> writable = changed.stream().filter(Frame::mayBeWritableInFile).toList();
        if (!writable.isEmpty()) {
          revokeStores(writable);
        }
        write(changed, sink);
      } finally {
        changed.forEach(Frame::drop);
      }
    } finally {
      flushing.unlock();
    }
  }

  /// The changed pages of the range, not marked as changed any more, each with a reference so that
  /// it is not reclaimed before it is written.
  private List<Frame> takeChanged(long offset, long length) {
    List<Frame> changed = new ArrayList<>();
    lock.lock();
    try {
      long end = length > size - offset ? size : offset + length;
      pages.forEach(
          offset >>> pageShift,
          pagesIn(end),
          frame -> {
            if (frame.isDirty()) {
              frame.setDirty(false);
              frame.hold();
              changed.add(frame);
            }
          });
    } finally {
      lock.unlock();
    }
    return changed;
  }

  private void write(List<Frame> changed, Sink sink) throws IOException {
    byte[] page = new byte[pageBytes];
    int done = 0;
    try {
      for (Frame frame : changed) {
        long offset = frame.index << pageShift;
        int length = (int) Math.min(pageBytes, size - offset);
        if (length > 0) {
          HOST.copyOut(frame.words(), 0, page, 0, length);
          sink.write(offset, page, length);
          isInSource(offset + length);
        }
        done++;
      }
    } finally {
      for (Frame frame : changed.subList(done, changed.size())) {
        frame.setDirty(true);
      }
    }
  }

  /// The sink got what lies before `end`, so the source has it.
  private void isInSource(long end) {
    lock.lock();
    try {
      if (source != null) {
        sourceEnd = Math.max(sourceEnd, Math.min(size, end));
      }
    } finally {
      lock.unlock();
    }
  }

  // For address spaces.

  /// A page for a page table, with a reference for the caller.
  ///
  /// @param address what the guest touched, for the fault
  Frame hold(long index, long address, Access access) {
    lock.lock();
    try {
      Frame frame = null;
      if (index >= 0 && index < pagesIn(size)) {
        frame = pages.get(index);
        if (frame == null) {
          frame = keep(index, isFromSource(index) ? fetch(index) : null);
          if (frame == null) {
            throw new GuestFault(GuestFault.Kind.OUT_OF_MEMORY, address, access);
          }
        }
      }
      if (frame == null) {
        throw new GuestFault(GuestFault.Kind.PAST_END_OF_FILE, address, access);
      }
      frame.hold();
      return frame;
    } catch (IOException e) {
      throw new GuestFault(GuestFault.Kind.PAST_END_OF_FILE, address, access);
    } finally {
      lock.unlock();
    }
  }

  /// A space maps `bytes` more of the file, or fewer if negative.
  void mapped(Mapper mapper, long bytes) {
    lock.lock();
    try {
      long now = mappedBytes.merge(mapper, bytes, Long::sum);
      if (now == 0) {
        mappedBytes.remove(mapper);
        dropAllIfUnused();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Sends the next store to the pages, given in order, the slow way in every space. The caller
  /// holds no lock.
  void revokeStores(List<Frame> frames) {
    frames.forEach(Frame::forgetWritableInFile);
    List<Mapper> mappers;
    lock.lock();
    try {
      mappers = List.copyOf(mappedBytes.keySet());
    } finally {
      lock.unlock();
    }
    for (Mapper mapper : mappers) {
      mapper.revokeStores(this, frames.getFirst().index, frames.getLast().index + 1);
    }
  }

  // Pages. All below hold the lock.

  private long pagesIn(long bytes) {
    return (bytes >>> pageShift) + ((bytes & (pageBytes - 1)) != 0 ? 1 : 0);
  }

  private boolean isFromSource(long index) {
    return source != null && index < pagesIn(sourceEnd);
  }

  private byte[] fetch(long index) throws IOException {
    byte[] page = new byte[pageBytes];
    long offset = index << pageShift;
    if (source != null) {
      source.fill(offset, page);
    }
    if (sourceEnd - offset < pageBytes) {
      Arrays.fill(page, (int) (sourceEnd - offset), pageBytes, (byte) 0);
    }
    return page;
  }

  /// Makes the missing page, or answers null where the budget refuses.
  private @Nullable Frame keep(long index, byte @Nullable [] content) {
    Frame frame = Frame.allocate(budget, pageBytes, this, index);
    if (frame != null) {
      if (content != null) {
        HOST.copyIn(content, 0, frame.words(), 0, pageBytes);
      }
      pages.add(frame);
      if (source != null) {
        budget.add(reclaimable);
      }
    }
    return frame;
  }

  /// The page, made if need be, with its old contents unless `whole` says that all will change;
  /// null where the budget refuses.
  private @Nullable Frame forChange(long index, boolean whole) throws IOException {
    Frame frame = pages.get(index);
    if (frame != null) {
      return frame;
    }
    return keep(index, !whole && isFromSource(index) ? fetch(index) : null);
  }

  private void dropAllIfUnused() {
    if (released && mappedBytes.isEmpty()) {
      pages.removeIf(0, frame -> true);
      budget.remove(reclaimable);
    }
  }

  /// Drops pages that nobody maps and that the source has as well. Those with translated code come
  /// last: translating costs more than reading.
  private long reclaim(long bytes) {
    if (!lock.tryLock()) {
      return 0;
    }
    try {
      long before = pages.count();
      long enough = before - (bytes >>> pageShift);
      for (boolean codeToo : new boolean[] {false, true}) {
        for (long from : new long[] {clock, 0}) {
          pages.removeIf(from, frame -> pages.count() > enough && canReclaim(frame, codeToo));
        }
      }
      return (before - pages.count()) << pageShift;
    } finally {
      lock.unlock();
    }
  }

  private boolean canReclaim(Frame frame, boolean codeToo) {
    boolean can =
        !frame.isDirty()
            && frame.references() == 1
            && isFromSource(frame.index)
            && (codeToo || !frame.hasCode());
    if (can) {
      clock = frame.index;
    }
    return can;
  }
}
