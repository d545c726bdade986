package dev.forklift.kernel.futex;

import static dev.forklift.kernel.futex.FakeKernel.PAGE;
import static dev.forklift.kernel.futex.FakeKernel.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.futex.FakeKernel.Task;
import dev.forklift.kernel.wait.KernelClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Real threads that change words without the kernel lock, as guest code does.
class FutexHandOverTest {
  private static final Futex WORD = new Futex(PAGE, false);
  private static final Futex CONDITION = new Futex(PAGE + 128, false);

  private final FakeKernel kernel = new FakeKernel(KernelClock.host());
  private final AddressSpace space = kernel.space;
  private final List<CompletableFuture<Object>> threads = new ArrayList<>();
  private final AtomicInteger tids = new AtomicInteger(100);

  /// Runs guest code on a thread of its own.
  private void guest(Consumer<Task> code) {
    Task task = kernel.task(tids.incrementAndGet());
    CompletableFuture<Object> done = new CompletableFuture<>();
    threads.add(done);
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            code.accept(task);
            done.complete("done");
          } catch (RuntimeException | AssertionError e) {
            done.completeExceptionally(e);
          }
        });
  }

  private void join() {
    threads.forEach(thread -> assertThat(result(thread)).isEqualTo("done"));
  }

  /// Waits for a futex; that the word had changed is as good.
  private void await(Task task, Futex futex, int value) {
    Object answer =
        kernel.locked(() -> {
          kernel.futexes.wait(task, futex, value, Futex.MATCH_ANY, null);
          return 0;
        });
    assertThat(answer).isIn(0L, Errno.EAGAIN);
  }

  private void wake(Task task, Futex futex, int count) {
    kernel.locked(() -> kernel.futexes.wake(task, futex, count, Futex.MATCH_ANY));
  }

  @Test
  void twoThreadsPassATokenAHundredThousandTimes() {
    int rounds = 50_000;
    for (int side = 0; side < 2; side++) {
      int mine = side;
      guest(task -> {
        for (int i = 0; i < rounds; i++) {
          while (space.load32(PAGE) != mine) {
            await(task, WORD, 1 - mine);
          }
          space.store32(PAGE, 1 - mine);
          wake(task, WORD, 1);
        }
      });
    }
    join();
  }

  /// The three-state mutex: 0 free, 1 taken, 2 taken and somebody may wait.
  private void lock(Task task) {
    if (space.compareExchange32(PAGE, 0, 1) == 0) {
      return;
    }
    while (exchange(2) != 0) {
      await(task, WORD, 2);
    }
  }

  private void unlock(Task task) {
    if (exchange(0) == 2) {
      wake(task, WORD, 1);
    }
  }

  private int exchange(int value) {
    int old;
    do {
      old = space.load32(PAGE);
    } while (space.compareExchange32(PAGE, old, value) != old);
    return old;
  }

  @Test
  void aMutexMadeOfAFutexExcludes() {
    int[] counter = new int[1];
    for (int i = 0; i < 4; i++) {
      guest(task -> {
        for (int n = 0; n < 25_000; n++) {
          lock(task);
          counter[0]++;
          unlock(task);
        }
      });
    }
    join();
    assertThat(counter[0]).isEqualTo(100_000);
  }

  @Test
  void aLockHandedOverByTheKernelExcludes() {
    int[] counter = new int[1];
    PiFutexes pi = kernel.futexes.pi();
    for (int i = 0; i < 4; i++) {
      guest(task -> {
        for (int n = 0; n < 10_000; n++) {
          if (space.compareExchange32(PAGE, 0, task.tid) != 0) {
            assertThat(
                    kernel.locked(() -> {
                      pi.lock(task, WORD, null);
                      return 0;
                    }))
                .isEqualTo(0L);
          }
          counter[0]++;
          if (space.compareExchange32(PAGE, task.tid, 0) != task.tid) {
            assertThat(
                    kernel.locked(() -> {
                      pi.unlock(task, WORD);
                      return 0;
                    }))
                .isEqualTo(0L);
          }
        }
      });
    }
    join();
    assertThat(counter[0]).isEqualTo(40_000);
    assertThat(space.load32(PAGE)).isZero();
  }

  @Test
  void aBroadcastByRequeueReachesEverybody() {
    int waiters = 8;
    int rounds = 500;
    AtomicInteger arrived = new AtomicInteger();
    for (int i = 0; i < waiters; i++) {
      guest(task -> {
        for (int round = 0; round < rounds; round++) {
          arrived.incrementAndGet();
          while (space.load32(PAGE + 128) == round) {
            await(task, CONDITION, round);
          }
          // As a condition variable does: the mutex is taken as if others waited.
          while (exchange(2) != 0) {
            await(task, WORD, 2);
          }
          unlock(task);
        }
      });
    }
    guest(task -> {
      for (int round = 0; round < rounds; round++) {
        while (arrived.get() != waiters * (round + 1)) {
          Thread.onSpinWait();
        }
        lock(task);
        space.store32(PAGE + 128, round + 1);
        kernel.locked(
            () -> kernel.futexes.requeue(task, CONDITION, 1, WORD, Integer.MAX_VALUE, null));
        // Those moved wait for the mutex without having marked it.
        exchange(2);
        unlock(task);
      }
    });
    join();
  }
}
