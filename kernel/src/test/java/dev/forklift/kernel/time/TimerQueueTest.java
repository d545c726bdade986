package dev.forklift.kernel.time;

import static dev.forklift.kernel.time.FakeProcess.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.KernelLock;
import dev.forklift.kernel.wait.Sleeper;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TimerQueueTest {
  private final FakeProcess process = new FakeProcess();
  private final TimerQueue queue = process.queue;
  private final List<String> events = new ArrayList<>();
  private boolean stopped;

  private KernelTimer timer(String name) {
    return new KernelTimer(() -> events.add(name));
  }

  private void locked(Runnable what) {
    process.locked(() -> {
      what.run();
      return 0;
    });
  }

  private void expire() {
    locked(queue::expire);
  }

  /// Waits until the timer thread has done its work.
  private void awaitEvents(String... expected) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!process.locked(() -> List.copyOf(events)).equals(List.of(expected))) {
      assertThat(System.nanoTime() - end).as("late for %s", List.of(expected)).isNegative();
      Thread.onSpinWait();
    }
  }

  @Test
  void timersExpireInTheOrderTheyAreDueAndThenInTheOrderTheyWereArmed() {
    locked(() -> {
      timer("late").arm(queue.monotonic(), 300);
      timer("first").arm(queue.monotonic(), 100);
      timer("second").arm(queue.monotonic(), 100);
      timer("real").arm(queue.realtime(), process.clock.realtimeNanos() + 200);
    });
    process.clock.advance(250);
    expire();
    assertThat(events).containsExactly("first", "second", "real");
    process.clock.advance(50);
    expire();
    assertThat(events).endsWith("late");
  }

  @Test
  void aTimerExpiresNotBeforeItsTimeAndOnlyOnce() {
    KernelTimer timer = timer("once");
    locked(() -> timer.arm(queue.monotonic(), 100));
    process.clock.advance(99);
    expire();
    assertThat(events).isEmpty();
    assertThat(timer.isArmed()).isTrue();
    process.clock.advance(1);
    expire();
    expire();
    assertThat(events).containsExactly("once");
    assertThat(timer.isArmed()).isFalse();
  }

  @Test
  void aCancelledTimerDoesNotExpireNotEvenIfAnotherCancelsIt() {
    KernelTimer victim = timer("victim");
    KernelTimer killer = new KernelTimer(victim::cancel);
    locked(() -> {
      killer.arm(queue.monotonic(), 100);
      victim.arm(queue.monotonic(), 100);
    });
    process.clock.advance(100);
    expire();
    assertThat(events).isEmpty();
  }

  @Test
  void armingAgainMovesATimer() {
    KernelTimer timer = timer("moved");
    locked(() -> {
      timer.arm(queue.monotonic(), 100);
      timer.arm(queue.monotonic(), 200);
    });
    process.clock.advance(100);
    expire();
    assertThat(events).isEmpty();
    process.clock.advance(100);
    expire();
    assertThat(events).containsExactly("moved");
  }

  @Test
  void settingTheRealtimeClockMakesItsTimersDue() {
    long now = process.clock.realtimeNanos();
    locked(() -> {
      timer("real").arm(queue.realtime(), now + 1000);
      timer("monotonic").arm(queue.monotonic(), 1000);
      process.clock.setRealtime(now + 2000);
    });
    expire();
    assertThat(events).containsExactly("real");
  }

  @Test
  void theTimerThreadSleepsUntilTheFirstIsDueAndHearsOfEarlierOnesAndOfTheClockBeingSet() {
    Sleeper thread = process.task;
    locked(() -> timer("far").arm(queue.monotonic(), 1_000_000));
    CompletableFuture<Object> runner =
        process.startSleeping(
            1,
            () -> {
              queue.run(thread, () -> stopped);
              return "ended";
            });
    locked(() -> timer("near").arm(queue.monotonic(), 100));
    process.clock.advance(100);
    awaitEvents("near");

    long now = process.clock.realtimeNanos();
    locked(() -> timer("real").arm(queue.realtime(), now + 1000));
    process.clock.awaitSleepers(1);
    locked(() -> process.clock.setRealtime(now + 1000));
    awaitEvents("near", "real");

    locked(() -> {
      stopped = true;
      thread.wake();
    });
    assertThat(result(runner)).isEqualTo("ended");
  }

  @Test
  void timersExpireOnTheHostsClock() throws InterruptedException {
    KernelLock lock = new KernelLock();
    KernelClock clock = KernelClock.host();
    TimerQueue host = new TimerQueue(clock);
    CountDownLatch expired = new CountDownLatch(3);
    Sleeper sleeper = new HostSleeper(lock, clock);
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              lock.acquire();
              host.run(sleeper, () -> expired.getCount() == 0);
              lock.release();
            });
    lock.acquire();
    long start = clock.monotonicNanos();
    for (long delay : new long[] {30_000_000, 10_000_000, 20_000_000}) {
      new KernelTimer(expired::countDown).arm(host.monotonic(), start + delay);
    }
    lock.release();
    assertThat(expired.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(clock.monotonicNanos() - start).isGreaterThanOrEqualTo(30_000_000);
    thread.join(20_000);
    assertThat(thread.isAlive()).isFalse();
  }

  private static final class HostSleeper extends Sleeper {
    HostSleeper(KernelLock lock, KernelClock clock) {
      super(lock, clock);
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

  @Test
  void timersOnCpuTimeExpireWhenThatHasBeenSpent() throws Errno {
    TimerBase base = queue.cpu(process.cpu, CpuClock.Counted.USER);
    locked(() -> timer("cpu").arm(base, 50 * FakeProcess.MILLISECOND));
    process.pass(100);
    assertThat(events).isEmpty();
    process.cpu.system += 100 * FakeProcess.MILLISECOND;
    process.pass(100);
    assertThat(events).isEmpty();
    process.runFor(49);
    assertThat(events).isEmpty();
    process.runFor(5);
    assertThat(events).containsExactly("cpu");
  }

  @Test
  void aProcessOfManyThreadsIsLookedAtInTime() {
    process.cpu.runners = 4;
    TimerBase base = queue.cpu(process.cpu, CpuClock.Counted.TOTAL);
    locked(() -> timer("cpu").arm(base, 400 * FakeProcess.MILLISECOND));
    for (int i = 0; i < 100; i++) {
      process.cpu.user += 4 * FakeProcess.MILLISECOND;
      process.pass(1);
    }
    process.pass(4);
    assertThat(events).containsExactly("cpu");
  }

  @Test
  void aFarCpuTimerIsNotLookedAtAllTheTime() {
    TimerBase base = queue.cpu(process.cpu, CpuClock.Counted.TOTAL);
    locked(() -> timer("cpu").arm(base, 10_000 * FakeProcess.MILLISECOND));
    assertThat(process.locked(queue::untilNext)).isEqualTo(10_000 * FakeProcess.MILLISECOND);
  }
}
