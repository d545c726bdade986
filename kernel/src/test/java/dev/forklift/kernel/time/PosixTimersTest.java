package dev.forklift.kernel.time;

import static dev.forklift.kernel.abi.ClockId.CLOCK_MONOTONIC;
import static dev.forklift.kernel.abi.ClockId.CLOCK_MONOTONIC_RAW;
import static dev.forklift.kernel.abi.ClockId.CLOCK_PROCESS_CPUTIME_ID;
import static dev.forklift.kernel.abi.ClockId.CLOCK_REALTIME;
import static dev.forklift.kernel.abi.ClockId.CLOCK_REALTIME_ALARM;
import static dev.forklift.kernel.time.FakeProcess.MILLISECOND;
import static dev.forklift.kernel.time.FakeProcess.TID;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Itimerspec;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.abi.Timespec;
import dev.forklift.kernel.time.TimerTarget.TimerSignal;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class PosixTimersTest {
  private static final int SIGNAL = 40;

  private final FakeProcess process = new FakeProcess();
  private final PosixTimers timers = new PosixTimers(process);
  private int lastId = -1;

  private Object create(int clock, @Nullable SigEvent event) {
    return process.locked(() -> {
      timers.create(process.clocks.find(clock, process), event, id -> lastId = id);
      return lastId;
    });
  }

  private int monotonic() {
    return (int) create(CLOCK_MONOTONIC, signalling());
  }

  private static SigEvent signalling() {
    return new SigEvent(77, SIGNAL, SigEvent.SIGEV_SIGNAL, 0);
  }

  private static SigEvent silent() {
    return new SigEvent(0, 0, SigEvent.SIGEV_NONE, 0);
  }

  private static Itimerspec millis(long interval, long value) {
    return Itimerspec.ofNanos(interval * MILLISECOND, value * MILLISECOND);
  }

  private Object set(int id, long interval, long value) {
    return process.locked(() -> timers.set(id, false, millis(interval, value)));
  }

  private Object get(int id) {
    return process.locked(() -> timers.get(id));
  }

  private Object overrun(int id) {
    return process.locked(() -> timers.overrun(id));
  }

  /// Takes the pending signal of a timer.
  private Object take(int id) {
    return process.locked(() -> {
      assertThat(process.pending.remove(id)).isTrue();
      return timers.taken(id);
    });
  }

  @Nested
  class Creating {
    @Test
    void countsIdsAndUsesNoneAgain() {
      assertThat(create(CLOCK_MONOTONIC, null)).isEqualTo(0);
      assertThat(create(CLOCK_REALTIME, null)).isEqualTo(1);
      process.locked(() -> {
        timers.delete(1);
        return 0;
      });
      assertThat(create(CLOCK_MONOTONIC, null)).isEqualTo(2);
      assertThat(timers.ids()).containsExactly(0, 2);
    }

    @Test
    void withoutAnEventSendsAlarmWithTheId() {
      create(CLOCK_MONOTONIC, null);
      int id = (int) create(CLOCK_MONOTONIC, null);
      set(id, 0, 1);
      process.pass(1);
      assertThat(process.sent).containsExactly(new TimerSignal(Signal.SIGALRM, id, id, 0));
    }

    @Test
    void refusesBadEventsAndUsesUpAnId() {
      assertThat(create(CLOCK_MONOTONIC, new SigEvent(0, 0, SigEvent.SIGEV_SIGNAL, 0)))
          .isEqualTo(Errno.EINVAL);
      assertThat(create(CLOCK_MONOTONIC, new SigEvent(0, 65, SigEvent.SIGEV_SIGNAL, 0)))
          .isEqualTo(Errno.EINVAL);
      assertThat(create(CLOCK_MONOTONIC, new SigEvent(0, SIGNAL, 3, 0))).isEqualTo(Errno.EINVAL);
      assertThat(create(CLOCK_MONOTONIC, new SigEvent(0, SIGNAL, 5, TID))).isEqualTo(Errno.EINVAL);
      assertThat(create(CLOCK_MONOTONIC, new SigEvent(0, SIGNAL, 4, 1))).isEqualTo(Errno.EINVAL);
      assertThat(create(CLOCK_MONOTONIC, new SigEvent(0, SIGNAL, 4, TID))).isEqualTo(5);
      assertThat(create(CLOCK_MONOTONIC, new SigEvent(0, 99, SigEvent.SIGEV_NONE, 0))).isEqualTo(6);
      assertThat(create(CLOCK_MONOTONIC, new SigEvent(0, SIGNAL, SigEvent.SIGEV_THREAD, 0)))
          .isEqualTo(7);
    }

    @Test
    void refusesClocksWithoutTimers() {
      assertThat(create(CLOCK_MONOTONIC_RAW, null)).isEqualTo(Errno.EOPNOTSUPP);
      assertThat(create(10, null)).isEqualTo(Errno.EINVAL);
      assertThat(lastId).isEqualTo(-1);
      assertThat(create(CLOCK_REALTIME_ALARM, null)).isEqualTo(Errno.EOPNOTSUPP);
      assertThat(lastId).isEqualTo(0);
      assertThat(timers.ids()).isEmpty();
    }

    @Test
    void endsAtTheLimitOfQueuedSignals() {
      process.signalSlots = 1;
      assertThat(create(CLOCK_MONOTONIC, null)).isEqualTo(0);
      assertThat(create(CLOCK_MONOTONIC, null)).isEqualTo(Errno.EAGAIN);
      process.locked(() -> {
        timers.deleteAll();
        return 0;
      });
      assertThat(process.signalSlots).isEqualTo(1);
      assertThat(create(CLOCK_MONOTONIC, null)).isEqualTo(1);
    }

    @Test
    void makesNoTimerIfTheIdCannotBeTold() {
      Object answer =
          process.locked(() -> {
            timers.create(
                process.clocks.find(CLOCK_MONOTONIC, process),
                null,
                id -> {
                  throw Errno.EFAULT;
                });
            return 0;
          });
      assertThat(answer).isEqualTo(Errno.EFAULT);
      assertThat(timers.ids()).isEmpty();
      assertThat(process.signalSlots).isEqualTo(100);
    }
  }

  @Nested
  class Expiring {
    @Test
    void onceSendsTheSignalAndLeavesNothingSet() {
      int id = monotonic();
      set(id, 0, 10);
      process.pass(9);
      assertThat(process.sent).isEmpty();
      assertThat(get(id)).isEqualTo(millis(0, 1));
      process.pass(1);
      assertThat(process.sent).containsExactly(new TimerSignal(SIGNAL, id, 77, 0));
      assertThat(get(id)).isEqualTo(millis(0, 0));
      assertThat(take(id)).isEqualTo(0);
      process.pass(50);
      assertThat(process.sent).hasSize(1);
    }

    @Test
    void repeatedlyCountsWhatIsMissedUntilTheSignalIsTaken() {
      int id = monotonic();
      set(id, 20, 20);
      process.pass(110);
      assertThat(process.sent).hasSize(1);
      assertThat(overrun(id)).isEqualTo(0);
      assertThat(get(id)).isEqualTo(millis(20, 10));
      assertThat(take(id)).isEqualTo(4);
      assertThat(overrun(id)).isEqualTo(4);
      process.pass(10);
      assertThat(process.sent).hasSize(2);
      assertThat(take(id)).isEqualTo(0);
      assertThat(overrun(id)).isEqualTo(0);
    }

    @Test
    void whilePendingFromAnEarlierSettingIsMerged() {
      int id = monotonic();
      set(id, 0, 20);
      process.pass(20);
      set(id, 0, 20);
      process.pass(20);
      assertThat(process.sent).hasSize(1);
      assertThat(take(id)).isEqualTo(1);
      assertThat(overrun(id)).isEqualTo(0);
    }

    @Test
    void isForgottenWhenDisarmedButForThePendingSignal() {
      int id = monotonic();
      set(id, 20, 20);
      process.pass(50);
      assertThat(set(id, 0, 0)).isEqualTo(millis(20, 10));
      assertThat(get(id)).isEqualTo(millis(0, 0));
      assertThat(take(id)).isEqualTo(0);
      process.pass(50);
      assertThat(process.sent).hasSize(1);
    }

    @Test
    void goesOnWhileTheSignalIsIgnored() {
      int id = monotonic();
      process.ignoring = true;
      set(id, 20, 20);
      process.pass(70);
      assertThat(get(id)).isEqualTo(millis(20, 10));
      process.ignoring = false;
      process.pass(10);
      assertThat(process.sent).hasSize(1);
    }

    @Test
    void fasterThanTheTicksDoesNotRunWildWhileIgnored() {
      int id = monotonic();
      process.ignoring = true;
      process.locked(() -> timers.set(id, false, Itimerspec.ofNanos(1, 1)));
      process.clock.advance(1000);
      process.locked(() -> {
        process.queue.expire();
        return 0;
      });
      assertThat((long) process.locked(process.queue::untilNext))
          .isBetween(Ticks.NANOS - 10, Ticks.NANOS);
    }

    @Test
    void ofASilentTimerIsOnlySeenByLooking() {
      int id = (int) create(CLOCK_MONOTONIC, silent());
      set(id, 0, 20);
      process.pass(5);
      assertThat(get(id)).isEqualTo(millis(0, 15));
      process.pass(20);
      assertThat(get(id)).isEqualTo(millis(0, 0));
      set(id, 30, 20);
      process.pass(70);
      assertThat(get(id)).isEqualTo(millis(30, 10));
      assertThat(process.sent).isEmpty();
      assertThat(process.locked(process.queue::untilNext)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void atATimeOfTheRealtimeClockFollowsThatWhenItIsSet() {
      int absolute = (int) create(CLOCK_REALTIME, signalling());
      int relative = (int) create(CLOCK_REALTIME, signalling());
      long now = process.clock.realtimeNanos();
      Itimerspec setting =
          new Itimerspec(new Timespec(0, 0), Timespec.ofNanos(now + 100 * MILLISECOND));
      process.locked(() -> timers.set(absolute, true, setting));
      set(relative, 0, 100);
      process.locked(() -> {
        process.clock.setRealtime(now + 200 * MILLISECOND);
        process.queue.expire();
        return 0;
      });
      assertThat(process.sent).extracting(TimerSignal::timer).containsExactly(absolute);
    }

    @Test
    void ofCpuTimeComesWhenThatIsSpent() {
      int id = (int) create(CLOCK_PROCESS_CPUTIME_ID, signalling());
      set(id, 20, 20);
      process.pass(100);
      assertThat(process.sent).isEmpty();
      process.runFor(24);
      assertThat(process.sent).hasSize(1);
      assertThat(take(id)).isEqualTo(0);
      process.runFor(20);
      assertThat(process.sent).hasSize(2);
    }

    @Test
    void forAThreadThatHasEndedStops() {
      int id = (int) create(CLOCK_MONOTONIC, new SigEvent(0, SIGNAL, 4, TID));
      process.threads.clear();
      set(id, 10, 10);
      process.pass(50);
      assertThat(process.sent).isEmpty();
      assertThat(process.locked(process.queue::untilNext)).isEqualTo(Long.MAX_VALUE);
    }
  }

  @Test
  void ofADeletedTimerNothingComesButWhatWasPending() {
    int id = monotonic();
    set(id, 10, 10);
    process.pass(10);
    process.locked(() -> {
      timers.delete(id);
      return 0;
    });
    assertThat(take(id)).isEqualTo(0);
    process.pass(50);
    assertThat(process.sent).hasSize(1);
    assertThat(get(id)).isEqualTo(Errno.EINVAL);
    assertThat(overrun(id)).isEqualTo(Errno.EINVAL);
    assertThat(set(id, 0, 0)).isEqualTo(Errno.EINVAL);
  }

  @Test
  void refusesTimesThatAreNone() {
    int id = monotonic();
    Timespec zero = new Timespec(0, 0);
    for (Timespec bad :
        new Timespec[] {new Timespec(-1, 0), new Timespec(0, -1), new Timespec(0, 1_000_000_000)}) {
      assertThat(process.locked(() -> timers.set(id, false, new Itimerspec(zero, bad))))
          .isEqualTo(Errno.EINVAL);
      assertThat(process.locked(() -> timers.set(id, false, new Itimerspec(bad, zero))))
          .isEqualTo(Errno.EINVAL);
    }
  }
}
