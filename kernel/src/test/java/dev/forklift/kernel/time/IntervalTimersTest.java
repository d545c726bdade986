package dev.forklift.kernel.time;

import static dev.forklift.kernel.abi.Signal.SIGALRM;
import static dev.forklift.kernel.abi.Signal.SIGPROF;
import static dev.forklift.kernel.abi.Signal.SIGVTALRM;
import static dev.forklift.kernel.time.FakeProcess.MILLISECOND;
import static dev.forklift.kernel.time.IntervalTimers.ITIMER_PROF;
import static dev.forklift.kernel.time.IntervalTimers.ITIMER_REAL;
import static dev.forklift.kernel.time.IntervalTimers.ITIMER_VIRTUAL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Itimerspec;
import dev.forklift.kernel.abi.Timespec;
import org.junit.jupiter.api.Test;

class IntervalTimersTest {
  private final FakeProcess process = new FakeProcess();
  private final IntervalTimers timers = new IntervalTimers(process.queue, process.cpu, process);

  private static Itimerspec millis(long interval, long value) {
    return Itimerspec.ofNanos(interval * MILLISECOND, value * MILLISECOND);
  }

  private Object set(int which, Itimerspec setting) {
    return process.locked(() -> timers.set(which, setting));
  }

  private Object get(int which) {
    return process.locked(() -> timers.get(which));
  }

  private void take() {
    process.locked(() -> {
      timers.alarmTaken();
      return 0;
    });
  }

  @Test
  void theRealTimerSendsOneSignalAndIsOver() {
    assertThat(set(ITIMER_REAL, millis(0, 10))).isEqualTo(millis(0, 0));
    process.pass(4);
    assertThat(get(ITIMER_REAL)).isEqualTo(millis(0, 6));
    process.pass(6);
    assertThat(process.raised).containsExactly(SIGALRM);
    assertThat(get(ITIMER_REAL)).isEqualTo(millis(0, 0));
    take();
    process.pass(50);
    assertThat(process.raised).hasSize(1);
  }

  @Test
  void aRepeatingRealTimerGoesOnInStepWhenItsSignalIsTaken() {
    set(ITIMER_REAL, millis(10, 10));
    process.pass(35);
    assertThat(process.raised).containsExactly(SIGALRM);
    assertThat(get(ITIMER_REAL)).isEqualTo(millis(10, 0));
    take();
    assertThat(get(ITIMER_REAL)).isEqualTo(millis(10, 5));
    process.pass(5);
    assertThat(process.raised).containsExactly(SIGALRM, SIGALRM);
  }

  @Test
  void setSaysWhatWasSetBeforeAndZeroDisarms() {
    set(ITIMER_REAL, millis(7, 10));
    assertThat(set(ITIMER_REAL, millis(3, 0))).isEqualTo(millis(7, 10));
    assertThat(get(ITIMER_REAL)).isEqualTo(millis(0, 0));
    process.pass(50);
    assertThat(process.raised).isEmpty();
  }

  @Test
  void aRealTimerThatIsDueIsShownWithOneMicrosecondLeft() {
    set(ITIMER_REAL, millis(0, 10));
    process.clock.advance(10 * MILLISECOND);
    assertThat(get(ITIMER_REAL)).isEqualTo(Itimerspec.ofNanos(0, 1000));
  }

  @Test
  void theCpuTimersCountOnlyWhatIsSpent() {
    set(ITIMER_VIRTUAL, millis(0, 20));
    set(ITIMER_PROF, millis(0, 20));
    process.pass(100);
    assertThat(process.raised).isEmpty();
    for (int i = 0; i < 30; i++) {
      process.cpu.system += MILLISECOND;
      process.pass(1);
    }
    assertThat(process.raised).containsExactly(SIGPROF);
    process.runFor(30);
    assertThat(process.raised).containsExactly(SIGPROF, SIGVTALRM);
  }

  @Test
  void theCpuTimersAreSetOneTickLateAsOnLinux() {
    set(ITIMER_VIRTUAL, millis(1, 10));
    assertThat(get(ITIMER_VIRTUAL)).isEqualTo(millis(1, 14));
    assertThat(set(ITIMER_VIRTUAL, millis(5, 0))).isEqualTo(millis(1, 14));
    assertThat(get(ITIMER_VIRTUAL)).isEqualTo(millis(5, 0));
  }

  @Test
  void aRepeatingCpuTimerGoesOnByItself() {
    set(ITIMER_PROF, millis(20, 20));
    process.runFor(110);
    assertThat(process.raised).containsExactly(SIGPROF, SIGPROF, SIGPROF, SIGPROF, SIGPROF);
  }

  @Test
  void alarmCountsInSecondsAndRounds() {
    assertThat(process.locked(() -> timers.alarm(5))).isEqualTo(0L);
    process.clock.advance(1_400 * MILLISECOND);
    assertThat(process.locked(() -> timers.alarm(1))).isEqualTo(4L);
    process.clock.advance(400 * MILLISECOND);
    assertThat(process.locked(() -> timers.alarm(1))).isEqualTo(1L);
    process.clock.advance(900 * MILLISECOND);
    assertThat(process.locked(() -> timers.alarm(0))).isEqualTo(1L);
    assertThat(process.locked(() -> timers.alarm(0))).isEqualTo(0L);
  }

  @Test
  void refusesWhatIsNoTimerOrNoTime() {
    assertThat(get(3)).isEqualTo(Errno.EINVAL);
    assertThat(set(-1, millis(0, 0))).isEqualTo(Errno.EINVAL);
    Itimerspec bad = new Itimerspec(new Timespec(0, 0), new Timespec(0, -1));
    assertThat(set(ITIMER_REAL, bad)).isEqualTo(Errno.EINVAL);
  }

  @Test
  void theEndOfTheProcessDisarmsAll() {
    set(ITIMER_REAL, millis(1, 1));
    set(ITIMER_PROF, millis(1, 1));
    process.locked(() -> {
      timers.release();
      return 0;
    });
    process.runFor(50);
    assertThat(process.raised).isEmpty();
    assertThat(process.locked(process.queue::untilNext)).isEqualTo(Long.MAX_VALUE);
  }
}
