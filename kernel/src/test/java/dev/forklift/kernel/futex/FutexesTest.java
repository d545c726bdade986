package dev.forklift.kernel.futex;

import static dev.forklift.kernel.futex.FakeKernel.PAGE;
import static dev.forklift.kernel.futex.FakeKernel.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.futex.FakeKernel.Task;
import dev.forklift.kernel.wait.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class FutexesTest {
  private static final Futex FIRST = new Futex(PAGE, false);
  private static final Futex SECOND = new Futex(PAGE + 64, false);

  private final FakeKernel kernel = new FakeKernel();
  private final Futexes futexes = kernel.futexes;
  private final Task caller = kernel.task(1);

  private FakeKernel.Call waiting(Task task, Futex futex, int bitset, Deadline deadline) {
    return () -> {
      futexes.wait(task, futex, 0, bitset, deadline);
      return 0;
    };
  }

  /// Starts a task that waits for `futex` and returns when it sleeps.
  private CompletableFuture<Object> waiter(int number, Futex futex) {
    return kernel
        .task(100 + number)
        .startSleeping(number, task -> waiting(task, futex, Futex.MATCH_ANY, null));
  }

  private Object wake(Futex futex, int count) {
    return kernel.locked(() -> futexes.wake(caller, futex, count, Futex.MATCH_ANY));
  }

  @Nested
  class Waiting {
    @Test
    void isRefusedIfTheWordIsNotAsExpected() {
      kernel.space.store32(PAGE, 7);
      assertThat(kernel.locked(waiting(caller, FIRST, Futex.MATCH_ANY, null)))
          .isEqualTo(Errno.EAGAIN);
    }

    @Test
    void looksAtTheWordBeforeTheTime() {
      Deadline past = Deadline.monotonic(0);
      assertThat(kernel.locked(waiting(caller, FIRST, Futex.MATCH_ANY, past)))
          .isEqualTo(Errno.ETIMEDOUT);
      kernel.space.store32(PAGE, 7);
      assertThat(kernel.locked(waiting(caller, FIRST, Futex.MATCH_ANY, past)))
          .isEqualTo(Errno.EAGAIN);
    }

    @Test
    void endsWhenItsTimeHasCome() {
      CompletableFuture<Object> waiter =
          kernel
              .task(2)
              .startSleeping(
                  1, task -> waiting(task, FIRST, Futex.MATCH_ANY, Deadline.monotonic(1000)));
      kernel.manualClock.advance(999);
      kernel.manualClock.awaitSleepers(1);
      assertThat(waiter).isNotDone();
      kernel.manualClock.advance(1);
      assertThat(result(waiter)).isEqualTo(Errno.ETIMEDOUT);
      assertThat(wake(FIRST, 1)).isEqualTo(0L);
    }

    @Test
    void untilATimeOfTheRealtimeClockEndsWhenThatIsSet() {
      long now = kernel.manualClock.realtimeNanos();
      CompletableFuture<Object> waiter =
          kernel
              .task(2)
              .startSleeping(
                  1, task -> waiting(task, FIRST, Futex.MATCH_ANY, Deadline.realtime(now + 1000)));
      kernel.locked(() -> {
        kernel.manualClock.setRealtime(now + 2000);
        return 0;
      });
      assertThat(result(waiter)).isEqualTo(Errno.ETIMEDOUT);
    }

    @Test
    void withoutATimeoutIsCalledAgainAfterASignal() {
      Task task = kernel.task(2);
      CompletableFuture<Object> waiter =
          task.startSleeping(1, t -> waiting(t, FIRST, Futex.MATCH_ANY, null));
      task.signal();
      assertThat(result(waiter)).isEqualTo(Errno.ERESTARTSYS);
      assertThat(wake(FIRST, 1)).isEqualTo(0L);
    }

    @Test
    void withATimeoutGoesOnAfterASignalUntilTheSameTime() {
      Task task = kernel.task(2);
      CompletableFuture<Object> waiter =
          task.startSleeping(1, t -> waiting(t, FIRST, Futex.MATCH_ANY, Deadline.monotonic(1000)));
      kernel.manualClock.advance(400);
      task.signal();
      assertThat(result(waiter)).isEqualTo(Errno.ERESTART_RESTARTBLOCK);

      task.signalled = false;
      CompletableFuture<Object> again = task.startSleeping(1, t -> t::restart);
      kernel.manualClock.advance(599);
      kernel.manualClock.awaitSleepers(1);
      kernel.manualClock.advance(1);
      assertThat(result(again)).isEqualTo(Errno.ETIMEDOUT);
    }

    @Test
    void goneOnWithAfterASignalIsStillWoken() {
      Task task = kernel.task(2);
      CompletableFuture<Object> waiter =
          task.startSleeping(1, t -> waiting(t, FIRST, Futex.MATCH_ANY, Deadline.monotonic(1000)));
      task.signal();
      result(waiter);
      task.signalled = false;
      CompletableFuture<Object> again = task.startSleeping(1, t -> t::restart);
      assertThat(wake(FIRST, 1)).isEqualTo(1L);
      assertThat(result(again)).isEqualTo(0L);
    }

    @Test
    void prefersBeingWokenToASignalAndToTheTime() {
      Task task = kernel.task(2);
      CompletableFuture<Object> waiter =
          task.startSleeping(1, t -> waiting(t, FIRST, Futex.MATCH_ANY, Deadline.monotonic(9)));
      kernel.locked(() -> {
        kernel.manualClock.advance(10);
        task.signalled = true;
        return futexes.wake(caller, FIRST, 1, Futex.MATCH_ANY);
      });
      assertThat(result(waiter)).isEqualTo(0L);
    }
  }

  @Nested
  class Waking {
    @Test
    void wakesAsManyAsAskedForInTheOrderTheyCame() {
      List<CompletableFuture<Object>> waiters = new ArrayList<>();
      for (int i = 1; i <= 4; i++) {
        waiters.add(waiter(i, FIRST));
      }
      assertThat(wake(FIRST, 2)).isEqualTo(2L);
      result(waiters.get(0));
      result(waiters.get(1));
      kernel.manualClock.awaitSleepers(2);
      assertThat(waiters.get(2)).isNotDone();
      assertThat(waiters.get(3)).isNotDone();
      assertThat(wake(FIRST, Integer.MAX_VALUE)).isEqualTo(2L);
      assertThat(wake(FIRST, Integer.MAX_VALUE)).isEqualTo(0L);
    }

    @Test
    void wakesOneIfAskedForNone() {
      CompletableFuture<Object> waiter = waiter(1, FIRST);
      assertThat(wake(FIRST, 0)).isEqualTo(1L);
      assertThat(result(waiter)).isEqualTo(0L);
    }

    @Test
    void wakesNoneIfAskedForNoneStrictly() {
      CompletableFuture<Object> waiter = waiter(1, FIRST);
      assertThat(kernel.locked(() -> futexes.wakeStrictly(caller, FIRST, 0, Futex.MATCH_ANY)))
          .isEqualTo(0L);
      assertThat(kernel.locked(() -> futexes.wakeStrictly(caller, FIRST, 1, Futex.MATCH_ANY)))
          .isEqualTo(1L);
      result(waiter);
    }

    @Test
    void wakesOnlyThoseWhoseBitSetMeetsTheGivenOne() {
      CompletableFuture<Object> one =
          kernel.task(2).startSleeping(1, task -> waiting(task, FIRST, 1, null));
      CompletableFuture<Object> two =
          kernel.task(3).startSleeping(2, task -> waiting(task, FIRST, 2, null));
      assertThat(kernel.locked(() -> futexes.wake(caller, FIRST, 9, 6))).isEqualTo(1L);
      result(two);
      assertThat(one).isNotDone();
      assertThat(wake(FIRST, 9)).isEqualTo(1L);
      result(one);
    }

    @Test
    void doesNotMeetSharedWaitersWithAPrivateCall() {
      CompletableFuture<Object> waiter = waiter(1, new Futex(PAGE, true));
      assertThat(wake(new Futex(PAGE, false), 9)).isEqualTo(0L);
      assertThat(wake(new Futex(PAGE, true), 9)).isEqualTo(1L);
      result(waiter);
    }

    @Test
    void afterAChildEndedFindsTheClearedWord() {
      kernel.space.store32(PAGE, 5);
      CompletableFuture<Object> joiner =
          kernel
              .task(2)
              .startSleeping(
                  1,
                  task ->
                      () -> {
                        futexes.wait(task, new Futex(PAGE, true), 5, Futex.MATCH_ANY, null);
                        return 0;
                      });
      kernel.locked(() -> {
        futexes.clearChildTid(caller, PAGE);
        futexes.clearChildTid(caller, 16);
        futexes.clearChildTid(caller, PAGE + 1);
        return 0;
      });
      assertThat(result(joiner)).isEqualTo(0L);
      assertThat(kernel.word(PAGE)).isZero();
    }
  }

  @Nested
  class Requeueing {
    private Object requeue(int wakeCount, int moveCount, Integer expected) {
      return kernel.locked(
          () -> futexes.requeue(caller, FIRST, wakeCount, SECOND, moveCount, expected));
    }

    @Test
    void wakesSomeMovesOthersAndCountsBoth() {
      List<CompletableFuture<Object>> waiters = new ArrayList<>();
      for (int i = 1; i <= 5; i++) {
        waiters.add(waiter(i, FIRST));
      }
      assertThat(requeue(1, 2, 0)).isEqualTo(3L);
      result(waiters.get(0));
      assertThat(wake(SECOND, 1)).isEqualTo(1L);
      result(waiters.get(1));
      assertThat(wake(FIRST, 9)).isEqualTo(2L);
      result(waiters.get(3));
      result(waiters.get(4));
      assertThat(wake(SECOND, 9)).isEqualTo(1L);
      result(waiters.get(2));
    }

    @Test
    void putsTheMovedBehindThoseWhoWaitThereAlready() {
      CompletableFuture<Object> there = waiter(1, SECOND);
      CompletableFuture<Object> moved = waiter(2, FIRST);
      assertThat(requeue(0, 1, null)).isEqualTo(1L);
      assertThat(wake(SECOND, 1)).isEqualTo(1L);
      result(there);
      assertThat(moved).isNotDone();
      wake(SECOND, 1);
      result(moved);
    }

    @Test
    void isRefusedIfTheWordIsNotAsExpected() {
      assertThat(requeue(1, 1, 3)).isEqualTo(Errno.EAGAIN);
      assertThat(requeue(1, 1, null)).isEqualTo(0L);
    }

    @Test
    void refusesNegativeCounts() {
      assertThat(requeue(-1, 1, 0)).isEqualTo(Errno.EINVAL);
      assertThat(requeue(1, -1, 0)).isEqualTo(Errno.EINVAL);
    }

    @Test
    void toTheSameFutexMovesNobodyAndCountsThem() {
      CompletableFuture<Object> waiter = waiter(1, FIRST);
      assertThat(kernel.locked(() -> futexes.requeue(caller, FIRST, 0, FIRST, 5, null)))
          .isEqualTo(1L);
      assertThat(wake(FIRST, 5)).isEqualTo(1L);
      result(waiter);
    }

    @Test
    void leavesTimeoutsWorkingAtTheNewPlace() {
      CompletableFuture<Object> waiter =
          kernel
              .task(2)
              .startSleeping(
                  1, task -> waiting(task, FIRST, Futex.MATCH_ANY, Deadline.monotonic(10)));
      assertThat(requeue(0, 1, null)).isEqualTo(1L);
      kernel.manualClock.advance(10);
      assertThat(result(waiter)).isEqualTo(Errno.ETIMEDOUT);
      assertThat(wake(SECOND, 5)).isEqualTo(0L);
    }
  }

  @Nested
  class WakingWithAnOperation {
    private static int encode(int operation, int operand, int comparison, int comparand) {
      return operation << 28 | (operand & 0xfff) << 12 | comparison << 24 | (comparand & 0xfff);
    }

    private Object operate(int encoded) {
      return kernel.locked(() -> futexes.wakeOperation(caller, FIRST, 1, SECOND, 1, encoded));
    }

    private int applied(int start, int encoded) {
      kernel.space.store32(PAGE + 64, start);
      assertThat(operate(encoded)).isEqualTo(0L);
      return kernel.word(PAGE + 64);
    }

    @Test
    void doesEachOperation() {
      assertThat(applied(9, encode(0, -5, 0, 0))).isEqualTo(-5);
      assertThat(applied(9, encode(1, -5, 0, 0))).isEqualTo(4);
      assertThat(applied(9, encode(2, 6, 0, 0))).isEqualTo(15);
      assertThat(applied(9, encode(3, 8, 0, 0))).isEqualTo(1);
      assertThat(applied(9, encode(4, 3, 0, 0))).isEqualTo(10);
      assertThat(applied(9, encode(8, 33, 0, 0))).isEqualTo(2);
    }

    @Test
    void wakesOnTheSecondOnlyIfTheOldValuePasses() {
      // For each comparison with 0: does -1 pass, does 0, does 1?
      int[][] passes = {{0, 1, 0}, {1, 0, 1}, {1, 0, 0}, {1, 1, 0}, {0, 0, 1}, {0, 1, 1}};
      for (int comparison = 0; comparison < passes.length; comparison++) {
        for (int old = -1; old <= 1; old++) {
          CompletableFuture<Object> first = waiter(1, FIRST);
          CompletableFuture<Object> second =
              kernel.task(50).startSleeping(2, t -> waiting(t, SECOND, Futex.MATCH_ANY, null));
          kernel.space.store32(PAGE + 64, old);
          assertThat(operate(encode(0, 0, comparison, 0)))
              .as("comparison %d with %d", comparison, old)
              .isEqualTo(1L + passes[comparison][old + 1]);
          result(first);
          wake(SECOND, 1);
          result(second);
          kernel.manualClock.awaitSleepers(0);
        }
      }
    }

    @Test
    void refusesUnknownOperationsBeforeAndUnknownComparisonsAfterTheChange() {
      kernel.space.store32(PAGE + 64, 7);
      assertThat(operate(encode(5, 1, 0, 0))).isEqualTo(Errno.ENOSYS);
      assertThat(kernel.word(PAGE + 64)).isEqualTo(7);
      assertThat(operate(encode(1, -8, 9, 0))).isEqualTo(Errno.ENOSYS);
      assertThat(kernel.word(PAGE + 64)).isEqualTo(-1);
    }
  }

  @Nested
  class WaitingForSeveral {
    private final List<Futexes.Expected> both =
        List.of(new Futexes.Expected(FIRST, 0), new Futexes.Expected(SECOND, 0));

    @Test
    void saysWhichWasWokenAndLeavesTheOthers() {
      CompletableFuture<Object> waiter =
          kernel.task(2).startSleeping(1, t -> () -> futexes.waitMultiple(t, both, null));
      assertThat(wake(SECOND, 5)).isEqualTo(1L);
      assertThat(result(waiter)).isEqualTo(1L);
      assertThat(wake(FIRST, 5)).isEqualTo(0L);
    }

    @Test
    void isRefusedIfOneWordIsNotAsExpected() {
      kernel.space.store32(PAGE + 64, 1);
      assertThat(kernel.locked(() -> futexes.waitMultiple(caller, both, null)))
          .isEqualTo(Errno.EAGAIN);
      assertThat(wake(FIRST, 5)).isEqualTo(0L);
    }

    @Test
    void looksAtAllAddressesBeforeAnyWord() {
      kernel.space.store32(PAGE, 1);
      List<Futexes.Expected> misaligned =
          List.of(
              new Futexes.Expected(FIRST, 0), new Futexes.Expected(new Futex(PAGE + 1, false), 0));
      assertThat(kernel.locked(() -> futexes.waitMultiple(caller, misaligned, null)))
          .isEqualTo(Errno.EINVAL);
    }

    @Test
    void endsWhenItsTimeHasCome() {
      CompletableFuture<Object> waiter =
          kernel
              .task(2)
              .startSleeping(1, t -> () -> futexes.waitMultiple(t, both, Deadline.monotonic(5)));
      kernel.manualClock.advance(5);
      assertThat(result(waiter)).isEqualTo(Errno.ETIMEDOUT);
    }

    @Test
    void isCalledAgainAfterASignal() {
      Task task = kernel.task(2);
      CompletableFuture<Object> waiter =
          task.startSleeping(1, t -> () -> futexes.waitMultiple(t, both, Deadline.monotonic(5)));
      task.signal();
      assertThat(result(waiter)).isEqualTo(Errno.ERESTARTSYS);
    }
  }
}
