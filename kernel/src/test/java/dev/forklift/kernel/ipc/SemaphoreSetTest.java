package dev.forklift.kernel.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.KernelLock;
import dev.forklift.kernel.wait.Sleeper;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Operations on sets of semaphores: all or nothing, in turn, and undone.
class SemaphoreSetTest {
  private static final int NOWAIT = IpcTable.IPC_NOWAIT;
  private static final int UNDO = SemOperation.SEM_UNDO;

  private final UserNamespace owner = UserNamespace.initial();
  private final Semaphores semaphores = new Semaphores(owner);
  private final FrameBudget budget = new FrameBudget(1 << 20);
  private final KernelLock lock = new KernelLock();
  private final Object process = new Object();
  private final IpcUser user =
      new IpcUser(Credentials.of(0, 0, owner), new TestSleeper(lock), process);
  private final SemUndoList undo = new SemUndoList();
  private int id;

  @BeforeEach
  void makeThree() throws Errno {
    lock.acquire();
    id = semaphores.get(user, budget, 0, 3, 0600);
  }

  @AfterEach
  void release() {
    lock.release();
  }

  private SemaphoreSet set() throws Errno {
    return semaphores.look(user, id);
  }

  private void operate(Supplier<SemUndoList> list, SemOperation... operations) throws Errno {
    semaphores.operate(user, id, List.of(operations), list, 0);
  }

  private void operate(SemOperation... operations) throws Errno {
    operate(() -> undo, operations);
  }

  private SemaphoreSet.Waiter waiter(SemOperation... operations) throws Errno {
    SemaphoreSet.Waiter waiter = new SemaphoreSet.Waiter(List.of(operations), null, user);
    assertThat(set().perform(waiter)).isFalse();
    set().await(waiter);
    return waiter;
  }

  private static SemOperation op(int number, int change, int flags) {
    return new SemOperation(number, change, flags);
  }

  @Test
  void whatCannotAllBeDoneIsNotDoneAtAll() throws Errno {
    assertThatThrownBy(() -> operate(op(0, 3, UNDO), op(1, -1, NOWAIT))).isSameAs(Errno.EAGAIN);
    assertThat(set().values()).containsExactly(0, 0, 0);
    undo.leave(process);
    assertThat(set().values()).as("nothing was left to undo").containsExactly(0, 0, 0);
  }

  @Test
  void theListIsUndoneWhenItsLastUserLeaves() throws Errno {
    operate(op(0, 3, UNDO), op(1, 2, 0), op(2, 5, UNDO));
    SemUndoList shared = undo.share();
    shared.leave(process);
    assertThat(set().values()).containsExactly(3, 2, 5);
    undo.leave(process);
    assertThat(set().values()).containsExactly(0, 2, 0);
  }

  @Test
  void undoingStaysWithinTheRange() throws Errno {
    operate(op(0, 5, UNDO));
    operate(op(0, -4, 0));
    undo.leave(process);
    assertThat(set().value(0)).isZero();
  }

  @Test
  void settingAValueForgetsWhatWasToBeUndone() throws Errno {
    operate(op(0, 5, UNDO), op(1, 5, UNDO));
    semaphores.setValue(user, id, 0, 9);
    undo.leave(process);
    assertThat(set().values()).containsExactly(9, 0, 0);
  }

  @Test
  void anAdjustmentBeyondItsRangeIsRefused() throws Errno {
    operate(op(0, 32767, UNDO));
    operate(op(0, -32767, 0));
    operate(op(0, 1, UNDO));
    assertThatThrownBy(() -> operate(op(0, 1, UNDO))).isSameAs(Errno.ERANGE);
  }

  @Test
  void thoseWhoWaitGoOnInTurn() throws Errno {
    SemaphoreSet.Waiter large = waiter(op(0, -3, 0));
    SemaphoreSet.Waiter small = waiter(op(0, -1, 0));
    SemaphoreSet.Waiter next = waiter(op(0, -1, 0));
    operate(op(0, 1, 0));
    assertThat(large.isDone()).isFalse();
    assertThat(small.isDone()).isTrue();
    assertThat(next.isDone()).isFalse();
    operate(op(0, 4, 0));
    assertThat(large.isDone()).isTrue();
    assertThat(next.isDone()).isTrue();
    assertThat(set().value(0)).isZero();
  }

  @Test
  void oneWhoGoesOnMayLetAnotherGoOn() throws Errno {
    SemaphoreSet.Waiter first = waiter(op(0, -1, 0), op(1, 1, 0));
    SemaphoreSet.Waiter second = waiter(op(1, -1, 0));
    SemaphoreSet.Waiter zero = waiter(op(2, 0, 0), op(0, -9, 0));
    operate(op(0, 1, 0));
    assertThat(first.isDone()).isTrue();
    assertThat(second.isDone()).isTrue();
    assertThat(zero.isDone()).isFalse();
  }

  @Test
  void whoWaitsLearnsThatTheSetIsGone() throws Errno {
    SemaphoreSet.Waiter waiter = waiter(op(0, -1, 0));
    semaphores.remove(user, id);
    assertThat(waiter.failure()).isSameAs(Errno.EIDRM);
    assertThat(budget.used()).isZero();
  }

  @Test
  void aUndoListTakesMemoryUntilItIsDone() throws Errno {
    long before = budget.used();
    operate(op(0, 1, UNDO));
    assertThat(budget.used()).isGreaterThan(before);
    undo.leave(process);
    assertThat(budget.used()).isEqualTo(before);
  }

  @Test
  void semaphoresBeyondTheMemoryThereIsAreRefused() {
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 100; i++) {
                semaphores.get(user, budget, 0, 32000, 0600);
              }
            })
        .isSameAs(Errno.ENOMEM);
  }

  private static final class TestSleeper extends Sleeper {
    TestSleeper(KernelLock lock) {
      super(lock, KernelClock.host());
    }

    @Override
    public boolean signalPending() {
      return false;
    }

    @Override
    public boolean fatalSignalPending() {
      return false;
    }
  }
}
