package dev.forklift.kernel.ipc;

import dev.forklift.kernel.abi.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The objects of one kind in an IPC namespace, by identifier and by key.
///
/// An identifier is an index and, above it, how often indices had wrapped around when it was given
/// out, so that a stale identifier is noticed.
final class IpcIds<T extends IpcObject> {
  /// More objects of one kind there cannot be.
  private static final int MOST = 32768;

  private static final int INDEX_BITS = 15;
  private static final int SEQUENCES = Integer.MAX_VALUE >> INDEX_BITS;

  /// Indices are not used again before so many have been.
  private static final int SHORTEST_CYCLE = 64;

  private final NavigableMap<Integer, T> byIndex = new TreeMap<>();
  private int cursor;
  private int lastIndex = -1;
  private int sequence;
  private int nextId = -1;

  int size() {
    return byIndex.size();
  }

  /// All objects, by index. A snapshot.
  List<T> all() {
    return new ArrayList<>(byIndex.values());
  }

  /// The largest index in use; 0 if there is none.
  int largestIndex() {
    return byIndex.isEmpty() ? 0 : byIndex.lastKey();
  }

  /// The identifier that the next object shall get, or -1 (`*_next_id`).
  int nextId() {
    return nextId;
  }

  void setNextId(int id) {
    nextId = id;
  }

  /// Gives an object its identifier.
  ///
  /// @param limit how many there may be
  /// @throws Errno ENOSPC if there are as many as may be
  void add(T object, int limit) throws Errno {
    if (size() >= Math.min(limit, MOST)) {
      throw Errno.ENOSPC;
    }
    int index;
    int itsSequence;
    if (nextId >= 0) {
      itsSequence = nextId >> INDEX_BITS;
      index = free(nextId & (MOST - 1), MOST);
      nextId = -1;
    } else {
      index = nextIndex(Math.min(Math.max(size() * 3 / 2, SHORTEST_CYCLE), MOST));
      if (index <= lastIndex) {
        sequence = sequence + 1 >= SEQUENCES ? 0 : sequence + 1;
      }
      lastIndex = index;
      itsSequence = sequence;
    }
    object.identify((itsSequence << INDEX_BITS) + index, itsSequence);
    byIndex.put(index, object);
  }

  private int nextIndex(int end) throws Errno {
    int index;
    try {
      index = free(cursor, end);
    } catch (Errno full) {
      index = free(0, end);
    }
    cursor = index + 1;
    return index;
  }

  private int free(int from, int end) throws Errno {
    for (int index = from; index < end; index++) {
      if (!byIndex.containsKey(index)) {
        return index;
      }
    }
    throw Errno.ENOSPC;
  }

  void remove(T object) {
    object.setRemoved();
    byIndex.remove(object.id() & (MOST - 1));
  }

  /// The object of an identifier.
  ///
  /// @throws Errno EINVAL if there is none
  T get(int id) throws Errno {
    T found = id < 0 ? null : byIndex.get(id & (MOST - 1));
    if (found == null || found.id() != id) {
      throw Errno.EINVAL;
    }
    return found;
  }

  /// The object at an index, whatever stands above it in `id`.
  ///
  /// @throws Errno EINVAL if there is none
  T at(int id) throws Errno {
    T found = id < 0 ? null : byIndex.get(id & (MOST - 1));
    if (found == null) {
      throw Errno.EINVAL;
    }
    return found;
  }

  @Nullable T find(int key) {
    return key == IpcObject.IPC_PRIVATE ? null : first(object -> object.key() == key);
  }

  private @Nullable T first(Predicate<T> wanted) {
    for (T object : byIndex.values()) {
      if (wanted.test(object)) {
        return object;
      }
    }
    return null;
  }
}
