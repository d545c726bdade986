package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Fcntl;
import dev.forklift.kernel.wait.WaitQueue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The advisory locks on one file: record locks of processes and of open files (fcntl(2)), and
/// flock(2), which do not see each other.
public final class FileLocks {
  /// A record lock.
  ///
  /// @param owner a descriptor table (a process, for POSIX locks) or an open file
  /// @param pid what F_GETLK tells: a process id, or -1 for an open file's
  /// @param first first byte
  /// @param last last byte, `Long.MAX_VALUE` meaning all that ever follow
  public record RecordLock(Object owner, int pid, boolean exclusive, long first, long last) {
    private boolean overlaps(RecordLock other) {
      return first <= other.last && other.first <= last;
    }

    private boolean conflicts(RecordLock other) {
      return owner != other.owner && (exclusive || other.exclusive) && overlaps(other);
    }

    private boolean touches(RecordLock other) {
      return (last == Long.MAX_VALUE || other.first <= last + 1)
          && (other.last == Long.MAX_VALUE || first <= other.last + 1);
    }

    private RecordLock withRange(long newFirst, long newLast) {
      return new RecordLock(owner, pid, exclusive, newFirst, newLast);
    }
  }

  private record WholeLock(OpenFile owner, boolean exclusive) {}

  private final LockWaits waits;

  /// Each lock looks at all others, with the kernel lock held.
  private static final int MOST_RECORDS = 8192;

  private final List<RecordLock> records = new ArrayList<>();
  private final List<WholeLock> wholes = new ArrayList<>();
  private final WaitQueue changed = new WaitQueue();

  FileLocks(LockWaits waits) {
    this.waits = waits;
  }

  /// All record locks, for /proc/locks.
  public List<RecordLock> records() {
    return List.copyOf(records);
  }

  /// The lock that `wanted` would have to wait for, or null.
  public @Nullable RecordLock conflicting(RecordLock wanted) {
    for (RecordLock held : records) {
      if (wanted.conflicts(held)) {
        return held;
      }
    }
    return null;
  }

  /// The first lock of `owner` in a range, or null.
  public @Nullable RecordLock heldBy(Object owner, long first, long last) {
    for (RecordLock held : records) {
      if (held.owner == owner && held.first <= last && first <= held.last) {
        return held;
      }
    }
    return null;
  }

  /// Takes a record lock, in place of what the owner holds in that range.
  ///
  /// @param wait whether to sleep until it can be had
  /// @throws Errno EAGAIN, EDEADLK if waiting would never end, or ENOLCK if the file has too many
  public void lock(Caller caller, RecordLock wanted, boolean wait) throws Errno {
    RecordLock obstacle = conflicting(wanted);
    while (obstacle != null) {
      if (!wait) {
        throw Errno.EAGAIN;
      }
      // Open files cannot be told to belong to one waiter: no deadlock is looked for.
      boolean process = !(wanted.owner instanceof OpenFile);
      if (process && waits.wouldDeadlock(wanted.owner, obstacle.owner)) {
        throw Errno.EDEADLK;
      }
      RecordLock held = obstacle;
      if (process) {
        waits.begin(wanted.owner, held.owner);
      }
      try {
        caller.sleeper().await(changed, () -> conflicting(wanted) != held);
      } finally {
        if (process) {
          waits.end(wanted.owner);
        }
      }
      obstacle = conflicting(wanted);
    }
    requireRoom();
    insert(wanted);
  }

  private void requireRoom() throws Errno {
    if (records.size() >= MOST_RECORDS) {
      throw Errno.ENOLCK;
    }
  }

  private void insert(RecordLock wanted) {
    boolean downgraded = clear(wanted.owner, wanted.first, wanted.last);
    long first = wanted.first;
    long last = wanted.last;
    for (RecordLock held : List.copyOf(records)) {
      if (held.owner == wanted.owner
          && held.exclusive == wanted.exclusive
          && held.touches(wanted)) {
        records.remove(held);
        first = Math.min(first, held.first);
        last = Math.max(last, held.last);
      }
    }
    records.add(wanted.withRange(first, last));
    records.sort(Comparator.comparingLong(RecordLock::first));
    if (downgraded) {
      changed.wakeAll();
    }
  }

  /// Gives a range up.
  ///
  /// @throws Errno ENOLCK if that might make too many of those there are
  public void unlock(Object owner, long first, long last) throws Errno {
    if (first != 0 || last != Long.MAX_VALUE) {
      requireRoom();
    }
    if (clear(owner, first, last)) {
      changed.wakeAll();
    }
  }

  private boolean clear(Object owner, long first, long last) {
    boolean any = false;
    for (RecordLock held : List.copyOf(records)) {
      if (held.owner == owner && held.first <= last && first <= held.last) {
        any = true;
        records.remove(held);
        if (held.first < first) {
          records.add(held.withRange(held.first, first - 1));
        }
        if (held.last > last) {
          records.add(held.withRange(last + 1, held.last));
        }
      }
    }
    return any;
  }

  /// flock(2).
  ///
  /// @param operation LOCK_SH, LOCK_EX or LOCK_UN, LOCK_NB perhaps added
  public void flock(Caller caller, OpenFile owner, int operation) throws Errno {
    int kind = operation & ~Fcntl.LOCK_NB;
    switch (kind) {
      case Fcntl.LOCK_UN -> {
        if (dropWhole(owner)) {
          changed.wakeAll();
        }
        return;
      }
      case Fcntl.LOCK_SH, Fcntl.LOCK_EX -> {}
      default -> throw Errno.EINVAL;
    }
    WholeLock wanted = new WholeLock(owner, kind == Fcntl.LOCK_EX);
    if (wholes.contains(wanted)) {
      return;
    }
    // Converting a lock is not atomic (flock(2)): the old one is lost first.
    if (dropWhole(owner)) {
      changed.wakeAll();
    }
    if (!obtainable(wanted)) {
      if ((operation & Fcntl.LOCK_NB) != 0) {
        throw Errno.EAGAIN;
      }
      caller.sleeper().await(changed, () -> obtainable(wanted));
    }
    wholes.add(wanted);
  }

  private boolean obtainable(WholeLock wanted) {
    for (WholeLock held : wholes) {
      if (held.owner != wanted.owner && (held.exclusive || wanted.exclusive)) {
        return false;
      }
    }
    return true;
  }

  private boolean dropWhole(OpenFile owner) {
    return wholes.removeIf(held -> held.owner == owner);
  }

  /// The owner is gone, or has closed the file.
  void releaseAll(Object owner) {
    boolean any = records.removeIf(held -> held.owner == owner);
    any |= wholes.removeIf(held -> held.owner == owner);
    if (any) {
      changed.wakeAll();
    }
  }
}
