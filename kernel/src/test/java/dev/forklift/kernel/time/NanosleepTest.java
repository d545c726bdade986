package dev.forklift.kernel.time;

import static dev.forklift.kernel.time.FakeProcess.MILLISECOND;
import static dev.forklift.kernel.time.FakeProcess.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.abi.ClockId;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Timespec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class NanosleepTest {
  private final FakeProcess process = new FakeProcess();
  private final List<Timespec> remainders = new ArrayList<>();

  private PosixClock clock(int id) throws Errno {
    return process.clocks.find(id, process);
  }

  private FakeProcess.Call sleep(int clock, long millis) {
    return () -> {
      Nanosleep.sleep(process, clock(clock), millis * MILLISECOND, remainders::add);
      return 0L;
    };
  }

  private FakeProcess.Call sleepUntil(int clock, long nanos) {
    return () -> {
      Nanosleep.sleepUntil(process, clock(clock), nanos);
      return 0L;
    };
  }

  @Test
  void sleepsAsLongAsAskedAndNoShorter() {
    CompletableFuture<Object> sleeper =
        process.startSleeping(1, sleep(ClockId.CLOCK_MONOTONIC, 10));
    process.clock.advance(10 * MILLISECOND - 1);
    process.clock.awaitSleepers(1);
    assertThat(sleeper).isNotDone();
    process.clock.advance(1);
    assertThat(result(sleeper)).isEqualTo(0L);
    assertThat(remainders).isEmpty();
  }

  @Test
  void doesNotSleepAtAllForNothingOrUntilThePast() {
    assertThat(process.locked(sleep(ClockId.CLOCK_MONOTONIC, 0))).isEqualTo(0L);
    assertThat(process.locked(sleepUntil(ClockId.CLOCK_MONOTONIC, 0))).isEqualTo(0L);
    process.task.signalled = true;
    assertThat(process.locked(sleep(ClockId.CLOCK_MONOTONIC, 0))).isEqualTo(0L);
  }

  @Test
  void tellsASignalWhatIsLeftAndGoesOnUntilTheSameTime() {
    CompletableFuture<Object> sleeper =
        process.startSleeping(1, sleep(ClockId.CLOCK_MONOTONIC, 10));
    process.clock.advance(4 * MILLISECOND);
    process.signal();
    assertThat(result(sleeper)).isEqualTo(Errno.ERESTART_RESTARTBLOCK);
    assertThat(remainders).containsExactly(Timespec.ofNanos(6 * MILLISECOND));

    process.clock.advance(3 * MILLISECOND);
    process.task.signalled = false;
    sleeper = process.startSleeping(1, process.task::restart);
    process.signal();
    assertThat(result(sleeper)).isEqualTo(Errno.ERESTART_RESTARTBLOCK);
    assertThat(remainders).last().isEqualTo(Timespec.ofNanos(3 * MILLISECOND));

    process.task.signalled = false;
    sleeper = process.startSleeping(1, process.task::restart);
    process.clock.advance(3 * MILLISECOND);
    assertThat(result(sleeper)).isEqualTo(0L);
  }

  @Test
  void isNotGoneOnWithAfterItsBlockWasForgotten() {
    process.task.signalled = true;
    process.locked(sleep(ClockId.CLOCK_MONOTONIC, 10));
    process.task.forgetRestart();
    assertThat(process.locked(process.task::restart)).isEqualTo(Errno.EINTR);
  }

  @Test
  void untilATimeIsSimplyCalledAgain() {
    process.task.signalled = true;
    assertThat(process.locked(sleepUntil(ClockId.CLOCK_MONOTONIC, 1000)))
        .isEqualTo(Errno.ERESTARTNOHAND);
    assertThat(remainders).isEmpty();
  }

  @Test
  void saysThatTheRemainderCannotBeStored() {
    process.task.signalled = true;
    Object answer =
        process.locked(() -> {
          Nanosleep.sleep(
              process,
              clock(ClockId.CLOCK_MONOTONIC),
              1000,
              _ -> {
                throw Errno.EFAULT;
              });
          return 0L;
        });
    assertThat(answer).isEqualTo(Errno.EFAULT);
  }

  @Test
  void untilATimeOfTheRealtimeClockFollowsThatWhenItIsSetAndForAWhileDoesNot() {
    long now = process.clock.realtimeNanos();
    CompletableFuture<Object> absolute =
        process.startSleeping(1, sleepUntil(ClockId.CLOCK_REALTIME, now + 10 * MILLISECOND));
    process.locked(() -> {
      process.clock.setRealtime(now + 20 * MILLISECOND);
      return 0;
    });
    assertThat(result(absolute)).isEqualTo(0L);

    CompletableFuture<Object> relative =
        process.startSleeping(1, sleep(ClockId.CLOCK_REALTIME, 10));
    process.locked(() -> {
      process.clock.setRealtime(now + 2_000 * MILLISECOND);
      return 0;
    });
    process.clock.advance(9 * MILLISECOND);
    process.clock.awaitSleepers(1);
    assertThat(relative).isNotDone();
    process.clock.advance(MILLISECOND);
    assertThat(result(relative)).isEqualTo(0L);
  }

  @Test
  void onCpuTimeWaitsUntilThatIsSpent() {
    CompletableFuture<Object> sleeper =
        process.startSleeping(1, sleep(ClockId.CLOCK_PROCESS_CPUTIME_ID, 10));
    process.pass(50);
    process.clock.awaitSleepers(1);
    assertThat(sleeper).isNotDone();
    process.runFor(20);
    assertThat(result(sleeper)).isEqualTo(0L);
  }
}
