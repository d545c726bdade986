package dev.forklift.engine.memory;

import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The pages of a [MemoryFile] that are there, by their number: in chunks, so that a huge sparse
/// file costs what its pages cost.
///
/// Guarded by the file's lock. Holds one reference to each frame.
final class FilePages {
  private static final int CHUNK_SHIFT = 6;
  private static final int CHUNK_PAGES = 1 << CHUNK_SHIFT;
  private static final int CHUNK_MASK = CHUNK_PAGES - 1;

  private final NavigableMap<Long, @Nullable Frame[]> chunks = new TreeMap<>();
  private long count;

  /// How many pages there are.
  long count() {
    return count;
  }

  @Nullable Frame get(long index) {
    @Nullable Frame[] chunk = chunks.get(index >>> CHUNK_SHIFT);
    return chunk == null ? null : chunk[(int) index & CHUNK_MASK];
  }

  /// Takes over the caller's reference to a frame that was not there.
  void add(Frame frame) {
    @Nullable Frame[] chunk =
        chunks.computeIfAbsent(frame.index >>> CHUNK_SHIFT, key -> new Frame[CHUNK_PAGES]);
    chunk[(int) frame.index & CHUNK_MASK] = frame;
    count++;
  }

  /// Calls `action` for every page from `first` to before `end`, in order.
  void forEach(long first, long end, Consumer<Frame> action) {
    for (@Nullable Frame[] chunk : chunks.tailMap(first >>> CHUNK_SHIFT, true).values()) {
      for (Frame frame : chunk) {
        if (frame != null && frame.index >= end) {
          return;
        }
        if (frame != null && frame.index >= first) {
          action.accept(frame);
        }
      }
    }
  }

  /// Drops the pages from `first` on that `condition` accepts, asking in order.
  void removeIf(long first, Predicate<Frame> condition) {
    chunks
        .tailMap(first >>> CHUNK_SHIFT, true)
        .values()
        .removeIf(chunk -> emptied(chunk, first, condition));
  }

  private boolean emptied(@Nullable Frame[] chunk, long first, Predicate<Frame> condition) {
    boolean empty = true;
    for (int i = 0; i < CHUNK_PAGES; i++) {
      Frame frame = chunk[i];
      if (frame == null) {
        continue;
      }
      if (frame.index >= first && condition.test(frame)) {
        chunk[i] = null;
        count--;
        frame.drop();
      } else {
        empty = false;
      }
    }
    return empty;
  }

  void remove(long index) {
    long key = index >>> CHUNK_SHIFT;
    @Nullable Frame[] chunk = chunks.get(key);
    if (chunk != null && emptied(chunk, index, frame -> frame.index == index)) {
      chunks.remove(key);
    }
  }

  /// The first page, from the chunk of `index` on, that may be there; or `Long.MAX_VALUE`.
  long nextPossible(long index) {
    Long key = chunks.ceilingKey(index >>> CHUNK_SHIFT);
    return key == null ? Long.MAX_VALUE : Math.max(index, key << CHUNK_SHIFT);
  }
}
