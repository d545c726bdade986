package dev.forklift.kernel.futex;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.wait.Deadline;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The futexes of a kernel, and what can be done with them (futex(2)).
///
/// Timeouts are absolute here; null is none.
public final class Futexes {
  private final FutexQueues queues = new FutexQueues();
  private final PiFutexes pi = new PiFutexes(queues);

  /// One of the futexes that [#waitMultiple] waits for.
  public record Expected(Futex futex, int value) {}

  /// The operations on locks whose word holds the owner's tid.
  public PiFutexes pi() {
    return pi;
  }

  /// FUTEX_WAIT and FUTEX_WAIT_BITSET: sleeps if the word is as expected, until woken.
  ///
  /// A call with a timeout that a signal cuts short goes on through restart_syscall, so a handler
  /// makes it answer EINTR whatever SA_RESTART says.
  public void wait(
      FutexUser user, Futex futex, int expected, int bitset, @Nullable Deadline deadline)
      throws Errno {
    try {
      waitOnce(user, futex, expected, bitset, deadline);
    } catch (Errno e) {
      throw e == Errno.ERESTARTSYS && deadline != null
          ? user.sleeper()
              .restartWith(() -> {
                wait(user, futex, expected, bitset, deadline);
                return 0;
              })
          : e;
    }
  }

  /// futex_wait(2), which differs from FUTEX_WAIT_BITSET in simply being called again after a
  /// signal.
  public void waitOnce(
      FutexUser user, Futex futex, int expected, int bitset, @Nullable Deadline deadline)
      throws Errno {
    if (bitset == 0) {
      throw Errno.EINVAL;
    }
    FutexKey key = user.memory().key(futex, false);
    if (user.memory().load(futex.address()) != expected) {
      throw Errno.EAGAIN;
    }
    FutexWaiter waiter = new FutexWaiter(user, key, futex.address(), bitset);
    queues.add(waiter);
    FutexQueues.End end = FutexQueues.sleep(user, List.of(waiter), deadline);
    queues.remove(waiter);
    check(end);
  }

  /// futex_waitv(2): sleeps if all words are as expected, until one futex is woken.
  ///
  /// @return the index of one that was woken
  public int waitMultiple(FutexUser user, List<Expected> futexes, @Nullable Deadline deadline)
      throws Errno {
    List<FutexWaiter> waiters = new ArrayList<>(futexes.size());
    for (Expected e : futexes) {
      FutexKey key = user.memory().key(e.futex(), false);
      waiters.add(new FutexWaiter(user, key, e.futex().address(), Futex.MATCH_ANY));
    }
    for (Expected e : futexes) {
      if (user.memory().load(e.futex().address()) != e.value()) {
        throw Errno.EAGAIN;
      }
    }
    waiters.forEach(queues::add);
    FutexQueues.End end = FutexQueues.sleep(user, waiters, deadline);
    int woken = -1;
    for (int i = 0; i < waiters.size(); i++) {
      if (!waiters.get(i).queued) {
        woken = i;
      }
      queues.remove(waiters.get(i));
    }
    check(end);
    return woken;
  }

  /// FUTEX_WAKE and FUTEX_WAKE_BITSET: wakes those who wait with a bit of `bitset`.
  ///
  /// @param count at most how many; one is woken even if this is not positive
  /// @return how many were woken
  public int wake(FutexUser user, Futex futex, int count, int bitset) throws Errno {
    if (bitset == 0) {
      throw Errno.EINVAL;
    }
    return queues.wake(user.memory().key(futex, false), bitset, count);
  }

  /// futex_wake(2), which differs from FUTEX_WAKE_BITSET in waking none if asked to wake none.
  public int wakeStrictly(FutexUser user, Futex futex, int count, int bitset) throws Errno {
    if (bitset == 0) {
      throw Errno.EINVAL;
    }
    FutexKey key = user.memory().key(futex, false);
    return count == 0 ? 0 : queues.wake(key, bitset, count);
  }

  /// FUTEX_WAKE_OP: changes the second word, then wakes on the first futex, and on the second too
  /// if its old value passed a comparison.
  ///
  /// @return how many were woken
  public int wakeOperation(
      FutexUser user, Futex first, int firstCount, Futex second, int secondCount, int encoded)
      throws Errno {
    FutexKey firstKey = user.memory().key(first, false);
    FutexKey secondKey = user.memory().key(second, true);
    boolean both = new WakeOperation(encoded).apply(user.memory(), second.address());
    int woken = queues.wake(firstKey, Futex.MATCH_ANY, firstCount);
    return both ? woken + queues.wake(secondKey, Futex.MATCH_ANY, secondCount) : woken;
  }

  /// FUTEX_REQUEUE and FUTEX_CMP_REQUEUE: wakes some and makes others wait for another futex.
  ///
  /// @param expected what the first word has to be, or null
  /// @return how many were woken or moved
  public int requeue(
      FutexUser user,
      Futex from,
      int wakeCount,
      Futex to,
      int moveCount,
      @Nullable Integer expected)
      throws Errno {
    if (wakeCount < 0 || moveCount < 0) {
      throw Errno.EINVAL;
    }
    FutexKey fromKey = user.memory().key(from, false);
    FutexKey toKey = user.memory().key(to, false);
    if (expected != null && user.memory().load(from.address()) != expected) {
      throw Errno.EAGAIN;
    }
    int done = 0;
    for (FutexWaiter waiter : queues.all(fromKey)) {
      if (done - wakeCount >= moveCount) {
        break;
      }
      if (waiter.isPi()) {
        throw Errno.EINVAL;
      }
      if (done < wakeCount) {
        queues.wake(waiter);
      } else if (!fromKey.equals(toKey)) {
        queues.move(waiter, toKey, to.address());
      }
      done++;
    }
    return done;
  }

  /// What the end of a task, or of its program (exec), does: marks the locks it still has, and lets
  /// those have them who wait. The task's memory has to be there still.
  ///
  /// @param robustList what set_robust_list(2) was told, or 0
  public void exit(FutexUser user, long robustList) {
    if (robustList != 0) {
      new RobustList(this, user, robustList).markAll();
    }
    pi.exit(user);
  }

  /// What a task's end does for CLONE_CHILD_CLEARTID and set_tid_address(2): clears the word and
  /// wakes one who waits for it (pthread_join). Memory that is not there is no matter.
  public void clearChildTid(FutexUser user, long address) {
    try {
      user.memory().store(address, 0);
    } catch (Errno e) {
      // Linux wakes all the same.
    }
    wakeQuietly(user, address);
  }

  /// Wakes one, whatever is wrong with the address.
  void wakeQuietly(FutexUser user, long address) {
    try {
      wake(user, new Futex(address, true), 1, Futex.MATCH_ANY);
    } catch (Errno e) {
      // There is nobody left to tell.
    }
  }

  private static void check(FutexQueues.End end) throws Errno {
    switch (end) {
      case WOKEN -> {}
      case TIMED_OUT -> throw Errno.ETIMEDOUT;
      case INTERRUPTED -> throw Errno.ERESTARTSYS;
    }
  }
}
