package dev.forklift.kernel.futex;

import static dev.forklift.kernel.futex.Futex.MATCH_ANY;
import static dev.forklift.kernel.futex.Futex.OWNER_DIED;
import static dev.forklift.kernel.futex.Futex.TID_MASK;
import static dev.forklift.kernel.futex.Futex.WAITERS;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.wait.Deadline;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Locks whose word holds the owner's tid: FUTEX_LOCK_PI and its family.
///
/// User space locks and unlocks by compare-and-exchange while nobody else wants the lock; the bit
/// WAITERS sends the owner here. Unlocking hands the lock to the one who waits longest: the word is
/// never free in between. (Tasks have no priorities here, so nothing is inherited.)
public final class PiFutexes {
  private final FutexQueues queues;
  private final Set<PiState> contended = new LinkedHashSet<>();
  private final Map<FutexUser, PiState> blockedOn = new HashMap<>();

  PiFutexes(FutexQueues queues) {
    this.queues = queues;
  }

  /// What came of trying to take a lock: the caller has it, or knows what to wait for.
  private record Attempt(boolean taken, @Nullable PiState lock) {}

  /// FUTEX_LOCK_PI, FUTEX_LOCK_PI2: takes the lock, sleeping until it is handed over.
  public void lock(FutexUser user, Futex futex, @Nullable Deadline deadline) throws Errno {
    FutexKey key = user.memory().key(futex, true);
    Attempt attempt = attempt(user, futex.address(), key, user, false);
    if (attempt.taken() || attempt.lock() == null) {
      return;
    }
    requireNoDeadlock(user, attempt.lock());
    FutexWaiter waiter = new FutexWaiter(user, key, futex.address(), MATCH_ANY);
    attach(waiter, attempt.lock());
    queues.add(waiter);
    FutexQueues.End end = FutexQueues.sleep(user, List.of(waiter), deadline);
    leave(waiter);
    switch (end) {
      case WOKEN -> requireGranted(waiter);
      case TIMED_OUT -> throw Errno.ETIMEDOUT;
      case INTERRUPTED -> throw Errno.ERESTARTNOINTR;
    }
  }

  /// FUTEX_TRYLOCK_PI: takes the lock or answers EAGAIN. User space comes here when the word looks
  /// taken and may not be (its owner died).
  public void tryLock(FutexUser user, Futex futex) throws Errno {
    FutexKey key = user.memory().key(futex, true);
    if (!attempt(user, futex.address(), key, user, false).taken()) {
      throw Errno.EAGAIN;
    }
  }

  /// FUTEX_UNLOCK_PI: hands the lock on, or frees it if nobody waits.
  public void unlock(FutexUser user, Futex futex) throws Errno {
    FutexMemory memory = user.memory();
    if (futex.address() % 4 != 0) {
      throw Errno.EFAULT;
    }
    while (true) {
      int word = memory.load(futex.address());
      if ((word & TID_MASK) != user.tidOf(user)) {
        throw Errno.EPERM;
      }
      FutexWaiter next = queues.first(memory.key(futex, true));
      if (next == null) {
        if (memory.compareExchange(futex.address(), word, 0) != word) {
          throw Errno.EAGAIN;
        }
        return;
      }
      if (next.lock == null || !next.lock.owner.equals(user)) {
        throw Errno.EINVAL;
      }
      int handed = WAITERS | user.tidOf(next.user);
      int seen = memory.compareExchange(futex.address(), word, handed);
      if (seen == word) {
        grant(next, next.lock);
        return;
      }
      // A waiter set its bit meanwhile: once more. Anything else is user space's own doing.
      if ((seen & TID_MASK) != word) {
        throw Errno.EINVAL;
      }
    }
  }

  /// FUTEX_WAIT_REQUEUE_PI: waits for `from` (a condition variable) until moved to `to` (its
  /// mutex), and then until given that.
  public void waitRequeue(
      FutexUser user, Futex from, int expected, Futex to, @Nullable Deadline deadline)
      throws Errno {
    if (from.address() == to.address()) {
      throw Errno.EINVAL;
    }
    FutexKey toKey = user.memory().key(to, true);
    FutexKey fromKey = user.memory().key(from, false);
    if (user.memory().load(from.address()) != expected) {
      throw Errno.EAGAIN;
    }
    if (fromKey.equals(toKey)) {
      throw Errno.EINVAL;
    }
    FutexWaiter waiter = new FutexWaiter(user, fromKey, from.address(), MATCH_ANY);
    waiter.target = new FutexWaiter.Target(toKey, to.address());
    queues.add(waiter);
    FutexQueues.End end = FutexQueues.sleep(user, List.of(waiter), deadline);
    boolean moved = waiter.target == null;
    leave(waiter);
    switch (end) {
      case WOKEN -> requireGranted(waiter);
      case TIMED_OUT -> throw Errno.ETIMEDOUT;
      // Once moved the call cannot be done again: the first word has changed.
      case INTERRUPTED -> throw moved ? Errno.EAGAIN : Errno.ERESTARTNOINTR;
    }
  }

  /// FUTEX_CMP_REQUEUE_PI: gives `to` to the first who waits in [#waitRequeue], or makes it wait
  /// for that, and moves others behind it.
  ///
  /// @param wakeCount has to be 1
  /// @return how many were given the lock or moved
  public int requeue(
      FutexUser user, Futex from, int wakeCount, Futex to, int moveCount, int expected)
      throws Errno {
    if (wakeCount < 0 || moveCount < 0 || from.address() == to.address() || wakeCount != 1) {
      throw Errno.EINVAL;
    }
    FutexKey fromKey = user.memory().key(from, false);
    FutexKey toKey = user.memory().key(to, true);
    if (fromKey.equals(toKey)) {
      throw Errno.EINVAL;
    }
    if (user.memory().load(from.address()) != expected) {
      throw Errno.EAGAIN;
    }
    user.memory().load(to.address());
    FutexWaiter first = queues.first(fromKey);
    if (first == null) {
      return 0;
    }
    requireTarget(first, toKey);
    Attempt attempt = attempt(user, to.address(), toKey, first.user, moveCount > 0);
    int done = 0;
    if (attempt.taken()) {
      queues.wake(first);
      done = 1;
    }
    for (FutexWaiter waiter : queues.all(fromKey)) {
      if (done - wakeCount >= moveCount || attempt.lock() == null) {
        break;
      }
      requireTarget(waiter, toKey);
      requireNoDeadlock(waiter.user, attempt.lock());
      move(waiter, attempt.lock());
      done++;
    }
    return done;
  }

  /// What a task's end does: the locks it still has go to those who wait for them, marked with
  /// OWNER_DIED.
  void exit(FutexUser user) {
    for (PiState lock : List.copyOf(contended)) {
      if (lock.owner.equals(user)) {
        inherit(lock);
      }
    }
  }

  private void inherit(PiState lock) {
    while (lock.waiters > 0) {
      FutexWaiter heir = firstOf(lock);
      try {
        markTaken(heir);
        grant(heir, lock);
        return;
      } catch (Errno e) {
        heir.failure = e;
        detach(heir);
        queues.wake(heir);
      }
    }
  }

  private static void markTaken(FutexWaiter heir) throws Errno {
    FutexMemory memory = heir.user.memory();
    int taken = heir.user.tidOf(heir.user) | WAITERS | OWNER_DIED;
    int word;
    do {
      word = memory.load(heir.address);
    } while (memory.compareExchange(heir.address, word, taken) != word);
  }

  /// Takes the lock for `taker` if it is free, or finds out whom to wait for.
  ///
  /// @param mark whether to set WAITERS in a word that is free, as others are going to wait
  private Attempt attempt(FutexUser user, long address, FutexKey key, FutexUser taker, boolean mark)
      throws Errno {
    FutexMemory memory = user.memory();
    int tid = user.tidOf(taker);
    while (true) {
      int word = memory.load(address);
      if ((word & TID_MASK) == tid) {
        throw Errno.EDEADLK;
      }
      FutexWaiter first = queues.first(key);
      if (first != null) {
        return new Attempt(false, checked(user, first, word));
      }
      if ((word & TID_MASK) == 0) {
        int taken = (word & OWNER_DIED) | tid | (mark ? WAITERS : 0);
        if (memory.compareExchange(address, word, taken) == word) {
          return new Attempt(true, mark ? new PiState(key, taker) : null);
        }
        continue;
      }
      int awaited = word | WAITERS;
      if (memory.compareExchange(address, word, awaited) != word) {
        continue;
      }
      FutexUser owner = user.find(word & TID_MASK);
      if (owner == null) {
        if (memory.load(address) != awaited) {
          continue;
        }
        throw Errno.ESRCH;
      }
      if (owner.isKernelThread()) {
        throw Errno.EPERM;
      }
      return new Attempt(false, new PiState(key, owner));
    }
  }

  /// The lock that `first` waits for, if it goes together with the word.
  private static PiState checked(FutexUser user, FutexWaiter first, int word) throws Errno {
    if (first.lock == null) {
      throw Errno.EINVAL;
    }
    int tid = word & TID_MASK;
    boolean freedByDeath = (word & OWNER_DIED) != 0 && tid == 0;
    if (!freedByDeath && tid != user.tidOf(first.lock.owner)) {
      throw Errno.EINVAL;
    }
    return first.lock;
  }

  private static void requireTarget(FutexWaiter waiter, FutexKey key) throws Errno {
    if (waiter.target == null || !waiter.target.key().equals(key)) {
      throw Errno.EINVAL;
    }
  }

  private static void requireGranted(FutexWaiter waiter) throws Errno {
    if (waiter.failure != null) {
      throw waiter.failure;
    }
  }

  /// Follows the owners from one lock to the next.
  private void requireNoDeadlock(FutexUser user, PiState lock) throws Errno {
    for (PiState next = lock; next != null; next = blockedOn.get(next.owner)) {
      if (next.owner.equals(user)) {
        throw Errno.EDEADLK;
      }
    }
  }

  private void attach(FutexWaiter waiter, PiState lock) {
    waiter.lock = lock;
    lock.waiters++;
    contended.add(lock);
    blockedOn.put(waiter.user, lock);
  }

  private void detach(FutexWaiter waiter) {
    PiState lock = waiter.lock;
    if (lock != null) {
      waiter.lock = null;
      blockedOn.remove(waiter.user);
      lock.waiters--;
      if (lock.waiters == 0) {
        contended.remove(lock);
      }
    }
  }

  /// Ends a wait that may have ended already.
  private void leave(FutexWaiter waiter) {
    queues.remove(waiter);
    detach(waiter);
  }

  private void grant(FutexWaiter waiter, PiState lock) {
    lock.owner = waiter.user;
    detach(waiter);
    queues.wake(waiter);
  }

  private void move(FutexWaiter waiter, PiState lock) {
    FutexWaiter.Target target = waiter.target;
    if (target == null) {
      throw new IllegalStateException("a waiter without a target was checked to have one");
    }
    waiter.target = null;
    attach(waiter, lock);
    queues.move(waiter, target.key(), target.address());
  }

  private FutexWaiter firstOf(PiState lock) {
    for (FutexWaiter waiter : queues.all(lock.key)) {
      if (waiter.lock == lock) {
        return waiter;
      }
    }
    throw new IllegalStateException("a contended lock that nobody waits for");
  }
}
