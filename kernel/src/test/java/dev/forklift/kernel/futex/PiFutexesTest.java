package dev.forklift.kernel.futex;

import static dev.forklift.kernel.futex.FakeKernel.PAGE;
import static dev.forklift.kernel.futex.FakeKernel.result;
import static dev.forklift.kernel.futex.Futex.OWNER_DIED;
import static dev.forklift.kernel.futex.Futex.WAITERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.futex.FakeKernel.Task;
import dev.forklift.kernel.wait.Deadline;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class PiFutexesTest {
  private static final Futex MUTEX = new Futex(PAGE, false);
  private static final Futex OTHER = new Futex(PAGE + 4, false);
  private static final Futex CONDITION = new Futex(PAGE + 8, false);

  private final FakeKernel kernel = new FakeKernel();
  private final PiFutexes pi = kernel.futexes.pi();
  private final Task one = kernel.task(11);
  private final Task two = kernel.task(12);
  private final Task three = kernel.task(13);

  private FakeKernel.Call locking(Task task, Futex futex, @Nullable Deadline deadline) {
    return () -> {
      pi.lock(task, futex, deadline);
      return 0;
    };
  }

  private Object lock(Task task, Futex futex) {
    return kernel.locked(locking(task, futex, null));
  }

  private Object unlock(Task task, Futex futex) {
    return kernel.locked(() -> {
      pi.unlock(task, futex);
      return 0;
    });
  }

  private Object tryLock(Task task, Futex futex) {
    return kernel.locked(() -> {
      pi.tryLock(task, futex);
      return 0;
    });
  }

  private CompletableFuture<Object> blocked(int sleepers, Task task, Futex futex) {
    return task.startSleeping(sleepers, t -> locking(t, futex, null));
  }

  private int word(Futex futex) {
    return kernel.word(futex.address());
  }

  private void exit(Task task) {
    kernel.forget(task);
    kernel.locked(() -> {
      kernel.futexes.exit(task, 0);
      return 0;
    });
  }

  @Nested
  class Locking {
    @Test
    void aFreeLockPutsTheTidIntoTheWord() {
      assertThat(lock(one, MUTEX)).isEqualTo(0L);
      assertThat(word(MUTEX)).isEqualTo(11);
      assertThat(unlock(one, MUTEX)).isEqualTo(0L);
      assertThat(word(MUTEX)).isZero();
    }

    @Test
    void whatOneHasAlreadyIsADeadlock() {
      lock(one, MUTEX);
      assertThat(lock(one, MUTEX)).isEqualTo(Errno.EDEADLK);
      assertThat(tryLock(one, MUTEX)).isEqualTo(Errno.EDEADLK);
    }

    @Test
    void keepsTheMarkOfADeadOwner() {
      kernel.space.store32(PAGE, OWNER_DIED);
      assertThat(tryLock(one, MUTEX)).isEqualTo(0L);
      assertThat(word(MUTEX)).isEqualTo(OWNER_DIED | 11);
    }

    @Test
    void forgetsThatSomebodyWaitedOnceNobodyDoes() {
      kernel.space.store32(PAGE, WAITERS);
      assertThat(lock(one, MUTEX)).isEqualTo(0L);
      assertThat(word(MUTEX)).isEqualTo(11);
    }

    @Test
    void whatANonexistentTaskHasFailsAndMarksTheWord() {
      kernel.space.store32(PAGE, 999);
      assertThat(lock(one, MUTEX)).isEqualTo(Errno.ESRCH);
      assertThat(word(MUTEX)).isEqualTo(WAITERS | 999);
    }

    @Test
    void whatAKernelThreadHasIsRefused() {
      two.kernelThread = true;
      kernel.space.store32(PAGE, 12);
      assertThat(lock(one, MUTEX)).isEqualTo(Errno.EPERM);
    }

    @Test
    void whatAnotherHasIsOnlyMarkedByATrial() {
      kernel.space.store32(PAGE, 12);
      assertThat(tryLock(one, MUTEX)).isEqualTo(Errno.EAGAIN);
      assertThat(word(MUTEX)).isEqualTo(WAITERS | 12);
    }

    @Test
    void isHandedOnInTheOrderOfWaiting() {
      lock(one, MUTEX);
      CompletableFuture<Object> second = blocked(1, two, MUTEX);
      CompletableFuture<Object> third = blocked(2, three, MUTEX);
      assertThat(word(MUTEX)).isEqualTo(WAITERS | 11);
      assertThat(unlock(one, MUTEX)).isEqualTo(0L);
      assertThat(word(MUTEX)).isEqualTo(WAITERS | 12);
      assertThat(result(second)).isEqualTo(0L);
      assertThat(third).isNotDone();
      assertThat(unlock(one, MUTEX)).isEqualTo(Errno.EPERM);
      assertThat(unlock(two, MUTEX)).isEqualTo(0L);
      assertThat(word(MUTEX)).isEqualTo(WAITERS | 13);
      assertThat(result(third)).isEqualTo(0L);
      assertThat(unlock(three, MUTEX)).isEqualTo(0L);
      assertThat(word(MUTEX)).isZero();
    }

    @Test
    void givesUpWhenItsTimeHasCome() {
      lock(one, MUTEX);
      CompletableFuture<Object> second =
          two.startSleeping(1, t -> locking(t, MUTEX, Deadline.monotonic(10)));
      kernel.manualClock.advance(10);
      assertThat(result(second)).isEqualTo(Errno.ETIMEDOUT);
      assertThat(unlock(one, MUTEX)).isEqualTo(0L);
      assertThat(word(MUTEX)).isZero();
    }

    @Test
    void isAlwaysCalledAgainAfterASignal() {
      lock(one, MUTEX);
      CompletableFuture<Object> second = blocked(1, two, MUTEX);
      two.signal();
      assertThat(result(second)).isEqualTo(Errno.ERESTARTNOINTR);
    }

    @Test
    void inACircleIsADeadlock() {
      lock(one, MUTEX);
      lock(two, OTHER);
      CompletableFuture<Object> first = blocked(1, one, OTHER);
      assertThat(lock(two, MUTEX)).isEqualTo(Errno.EDEADLK);
      assertThat(unlock(two, OTHER)).isEqualTo(0L);
      assertThat(result(first)).isEqualTo(0L);
    }

    @Test
    void refusesAWordThatWasTamperedWith() {
      lock(one, MUTEX);
      CompletableFuture<Object> second = blocked(1, two, MUTEX);
      kernel.space.store32(PAGE, WAITERS | 13);
      assertThat(lock(one, MUTEX)).isEqualTo(Errno.EINVAL);
      assertThat(unlock(three, MUTEX)).isEqualTo(Errno.EINVAL);
      kernel.space.store32(PAGE, WAITERS | 11);
      assertThat(unlock(one, MUTEX)).isEqualTo(0L);
      result(second);
    }

    @Test
    void doesNotMixWithPlainWaits() {
      lock(one, MUTEX);
      CompletableFuture<Object> second = blocked(1, two, MUTEX);
      assertThat(kernel.locked(() -> kernel.futexes.wake(one, MUTEX, 1, Futex.MATCH_ANY)))
          .isEqualTo(Errno.EINVAL);
      assertThat(kernel.locked(() -> kernel.futexes.requeue(one, MUTEX, 1, OTHER, 1, null)))
          .isEqualTo(Errno.EINVAL);
      unlock(one, MUTEX);
      result(second);
    }
  }

  @Nested
  class DyingWithALock {
    @Test
    void handsItToTheFirstWhoWaitsAndSaysSo() {
      lock(one, MUTEX);
      CompletableFuture<Object> second = blocked(1, two, MUTEX);
      CompletableFuture<Object> third = blocked(2, three, MUTEX);
      exit(one);
      assertThat(result(second)).isEqualTo(0L);
      assertThat(word(MUTEX)).isEqualTo(OWNER_DIED | WAITERS | 12);
      assertThat(third).isNotDone();
      assertThat(unlock(two, MUTEX)).isEqualTo(0L);
      assertThat(result(third)).isEqualTo(0L);
      assertThat(word(MUTEX)).isEqualTo(WAITERS | 13);
    }

    @Test
    void skipsAWaiterWhoseMemoryIsGone() {
      lock(one, MUTEX);
      CompletableFuture<Object> second = blocked(1, two, MUTEX);
      kernel.space.unmap(PAGE, 4096);
      exit(one);
      assertThat(result(second)).isEqualTo(Errno.EFAULT);
    }

    @Test
    void leavesItToNobodyIfNobodyWaits() {
      lock(one, MUTEX);
      exit(one);
      assertThat(word(MUTEX)).isEqualTo(11);
      assertThat(lock(two, MUTEX)).isEqualTo(Errno.ESRCH);
    }
  }

  @Nested
  class Requeueing {
    private CompletableFuture<Object> waiting(int sleepers, Task task, @Nullable Deadline end) {
      return task.startSleeping(
          sleepers,
          t ->
              () -> {
                pi.waitRequeue(t, CONDITION, 0, MUTEX, end);
                return 0;
              });
    }

    private Object requeue(int moveCount) {
      return kernel.locked(() -> pi.requeue(one, CONDITION, 1, MUTEX, moveCount, 0));
    }

    @Test
    void givesAFreeLockToTheFirstAndMovesTheOthers() {
      CompletableFuture<Object> second = waiting(1, two, null);
      CompletableFuture<Object> third = waiting(2, three, null);
      assertThat(requeue(Integer.MAX_VALUE)).isEqualTo(2L);
      assertThat(result(second)).isEqualTo(0L);
      assertThat(word(MUTEX)).isEqualTo(WAITERS | 12);
      assertThat(third).isNotDone();
      unlock(two, MUTEX);
      assertThat(result(third)).isEqualTo(0L);
      assertThat(word(MUTEX)).isEqualTo(WAITERS | 13);
    }

    @Test
    void doesNotMarkALockThatNobodyWillWaitFor() {
      CompletableFuture<Object> second = waiting(1, two, null);
      assertThat(requeue(0)).isEqualTo(1L);
      assertThat(result(second)).isEqualTo(0L);
      assertThat(word(MUTEX)).isEqualTo(12);
    }

    @Test
    void makesAllWaitForALockThatIsTaken() {
      lock(one, MUTEX);
      CompletableFuture<Object> second = waiting(1, two, null);
      CompletableFuture<Object> third = waiting(2, three, null);
      assertThat(requeue(0)).isEqualTo(1L);
      assertThat(word(MUTEX)).isEqualTo(WAITERS | 11);
      assertThat(requeue(5)).isEqualTo(1L);
      assertThat(second).isNotDone();
      unlock(one, MUTEX);
      assertThat(result(second)).isEqualTo(0L);
      assertThat(third).isNotDone();
      unlock(two, MUTEX);
      assertThat(result(third)).isEqualTo(0L);
    }

    @Test
    void insistsOnTheLockThatTheWaitersNamed() {
      CompletableFuture<Object> second = waiting(1, two, null);
      assertThat(kernel.locked(() -> pi.requeue(one, CONDITION, 1, OTHER, 0, 0)))
          .isEqualTo(Errno.EINVAL);
      assertThat(kernel.locked(() -> kernel.futexes.wake(one, CONDITION, 1, -1)))
          .isEqualTo(Errno.EINVAL);
      assertThat(kernel.locked(() -> kernel.futexes.requeue(one, CONDITION, 1, MUTEX, 1, null)))
          .isEqualTo(Errno.EINVAL);
      requeue(0);
      result(second);
    }

    @Test
    void refusesPlainWaiters() {
      CompletableFuture<Object> plain =
          two.startSleeping(
              1,
              t ->
                  () -> {
                    kernel.futexes.wait(t, CONDITION, 0, Futex.MATCH_ANY, null);
                    return 0;
                  });
      assertThat(requeue(1)).isEqualTo(Errno.EINVAL);
      kernel.locked(() -> kernel.futexes.wake(one, CONDITION, 1, -1));
      result(plain);
    }

    @Test
    void timesOutBeforeAndAfterBeingMoved() {
      lock(one, MUTEX);
      CompletableFuture<Object> second = waiting(1, two, Deadline.monotonic(10));
      kernel.manualClock.advance(10);
      assertThat(result(second)).isEqualTo(Errno.ETIMEDOUT);
      CompletableFuture<Object> third = waiting(1, three, Deadline.monotonic(20));
      assertThat(requeue(1)).isEqualTo(1L);
      kernel.manualClock.advance(10);
      assertThat(result(third)).isEqualTo(Errno.ETIMEDOUT);
      unlock(one, MUTEX);
      assertThat(word(MUTEX)).isZero();
    }

    @Test
    void afterASignalStartsAnewBeforeAndFailsAfterBeingMoved() {
      lock(one, MUTEX);
      CompletableFuture<Object> second = waiting(1, two, null);
      two.signal();
      assertThat(result(second)).isEqualTo(Errno.ERESTARTNOINTR);
      CompletableFuture<Object> third = waiting(1, three, null);
      requeue(1);
      three.signal();
      assertThat(result(third)).isEqualTo(Errno.EAGAIN);
    }
  }
}
