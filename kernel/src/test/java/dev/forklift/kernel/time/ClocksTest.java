package dev.forklift.kernel.time;

import static dev.forklift.kernel.time.FakeProcess.MILLISECOND;
import static dev.forklift.kernel.time.FakeProcess.TID;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.abi.ClockId;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Timespec;
import dev.forklift.kernel.cred.Credentials;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClocksTest {
  private static final String OK = "ok";

  private final FakeProcess process = new FakeProcess();

  /// A question to a clock.
  @FunctionalInterface
  private interface Question {
    Object ask(PosixClock clock) throws Errno;
  }

  private Object ask(int id, Question question) {
    return process.locked(() -> question.ask(process.clocks.find(id, process)));
  }

  private Object now(int id) {
    return ask(id, PosixClock::now);
  }

  private static String symbol(Object answer) {
    return answer instanceof Errno e ? e.symbol() : OK;
  }

  /// What Linux 6.12 answers for each clock, asked of the real kernel: reading, its resolution,
  /// setting, sleeping, making a timer, adjusting.
  @ParameterizedTest
  @CsvSource({
    // id, get, resolution, set, sleep, timer, adjust
    "0, ok, 4000000, ok, ok, ok, ok",
    "1, ok, 4000000, EINVAL, ok, ok, EOPNOTSUPP",
    "2, ok, 1, EINVAL, ok, ok, EOPNOTSUPP",
    "3, ok, 1, EINVAL, EOPNOTSUPP, ok, EOPNOTSUPP",
    "4, ok, 4000000, EINVAL, EOPNOTSUPP, EOPNOTSUPP, EOPNOTSUPP",
    "5, ok, 4000000, EINVAL, EOPNOTSUPP, EOPNOTSUPP, EOPNOTSUPP",
    "6, ok, 4000000, EINVAL, EOPNOTSUPP, EOPNOTSUPP, EOPNOTSUPP",
    "7, ok, 4000000, EINVAL, ok, ok, EOPNOTSUPP",
    "8, EINVAL, EINVAL, EINVAL, EOPNOTSUPP, EOPNOTSUPP, EOPNOTSUPP",
    "9, EINVAL, EINVAL, EINVAL, EOPNOTSUPP, EOPNOTSUPP, EOPNOTSUPP",
    "10, EINVAL, EINVAL, EINVAL, EINVAL, EINVAL, EINVAL",
    "11, ok, 4000000, EINVAL, ok, ok, EOPNOTSUPP",
    "12, EINVAL, EINVAL, EINVAL, EINVAL, EINVAL, EINVAL",
    "-1, EINVAL, EINVAL, EINVAL, EINVAL, EINVAL, EOPNOTSUPP",
    "-2, ok, 1, EPERM, EINVAL, ok, EOPNOTSUPP",
    "-3, ok, 4000000, EPERM, EINVAL, ok, EOPNOTSUPP",
    "-4, ok, 4000000, EPERM, EINVAL, ok, EOPNOTSUPP",
    "-5, EINVAL, EINVAL, EINVAL, EOPNOTSUPP, EOPNOTSUPP, EINVAL",
    "-6, ok, 1, EPERM, ok, ok, EOPNOTSUPP",
    "-7, ok, 4000000, EPERM, ok, ok, EOPNOTSUPP",
    "-8, ok, 4000000, EPERM, ok, ok, EOPNOTSUPP",
    "-9, EINVAL, EINVAL, EINVAL, EINVAL, EINVAL, EOPNOTSUPP",
    "-79998, EINVAL, EINVAL, EINVAL, EINVAL, EINVAL, EOPNOTSUPP",
  })
  void answerAsLinuxDoes(
      int id,
      String get,
      String resolution,
      String set,
      String sleep,
      String timer,
      String adjust) {
    assertThat(symbol(now(id))).as("get").isEqualTo(get);
    Object said = ask(id, PosixClock::resolution);
    assertThat(said instanceof Errno e ? e.symbol() : said.toString())
        .as("resolution")
        .isEqualTo(resolution);
    assertThat(
            symbol(
                ask(
                    id,
                    clock -> {
                      clock.requireSettable();
                      clock.set(new Timespec(1, 0));
                      return 0;
                    })))
        .as("set")
        .isEqualTo(set);
    assertThat(
            symbol(
                ask(
                    id,
                    clock -> {
                      clock.requireSleep();
                      return clock.sleepBase(false);
                    })))
        .as("sleep")
        .isEqualTo(sleep);
    assertThat(
            symbol(
                ask(
                    id,
                    clock -> {
                      clock.requireTimers();
                      return clock.timerBase(false);
                    })))
        .as("timer")
        .isEqualTo(timer);
    assertThat(
            symbol(
                ask(
                    id,
                    clock -> {
                      clock.requireAdjustable();
                      return 0;
                    })))
        .as("adjust")
        .isEqualTo(adjust);
  }

  @Test
  void showTheTimeOfTheKernelsClock() {
    process.clock.advance(7 * MILLISECOND);
    assertThat(now(ClockId.CLOCK_MONOTONIC)).isEqualTo(7 * MILLISECOND);
    assertThat(now(ClockId.CLOCK_BOOTTIME)).isEqualTo(7 * MILLISECOND);
    assertThat(now(ClockId.CLOCK_MONOTONIC_COARSE)).isEqualTo(4 * MILLISECOND);
    assertThat(now(ClockId.CLOCK_REALTIME)).isEqualTo(process.clock.realtimeNanos());
    assertThat((long) now(ClockId.CLOCK_REALTIME_COARSE) % Ticks.NANOS).isZero();
  }

  @Test
  void showCpuTime() {
    process.cpu.user = 5;
    process.cpu.system = 3;
    FakeProcess.FakeCpu other = new FakeProcess.FakeCpu();
    other.user = 100;
    process.others.put(7, other);
    assertThat(now(ClockId.CLOCK_PROCESS_CPUTIME_ID)).isEqualTo(8L);
    assertThat(now(ClockId.CLOCK_THREAD_CPUTIME_ID)).isEqualTo(8L);
    assertThat(now(-8 | ClockId.CPUCLOCK_VIRT)).isEqualTo(5L);
    assertThat(now(~7 << 3 | ClockId.CPUCLOCK_SCHED)).isEqualTo(100L);
    assertThat(now(~8 << 3 | ClockId.CPUCLOCK_SCHED)).isEqualTo(Errno.EINVAL);
  }

  @Test
  void ofAProcessCanBeReadByAnyOfItsOwnThreadsIds() {
    int id = ~TID << 3 | ClockId.CPUCLOCK_SCHED;
    process.cpu.user = 5;
    assertThat(now(id)).isEqualTo(5L);
    assertThat(ask(id, PosixClock::resolution)).isEqualTo(Errno.EINVAL);
  }

  private Object setRealtime(long seconds, long nanos) {
    return ask(
        ClockId.CLOCK_REALTIME,
        clock -> {
          clock.set(new Timespec(seconds, nanos));
          return OK;
        });
  }

  @Test
  void canBeSetByThePrivilegedToATimeAfterBoot() {
    process.clock.advance(5_000 * MILLISECOND);
    assertThat(setRealtime(1_000_000, 500)).isEqualTo(OK);
    process.clock.advance(1);
    assertThat(now(ClockId.CLOCK_REALTIME)).isEqualTo(1_000_000_000_000_501L);
    assertThat(setRealtime(4, 0)).isEqualTo(Errno.EINVAL);
    assertThat(setRealtime(Long.MAX_VALUE, 0)).isEqualTo(Errno.EINVAL);
    process.credentials = Credentials.of(1000, 1000);
    assertThat(setRealtime(1_000_000, 0)).isEqualTo(Errno.EPERM);
    assertThat(setRealtime(1_000_000, -1)).isEqualTo(Errno.EINVAL);
  }

  @Test
  void countClockTicksAsTimesDoes() {
    assertThat(Ticks.clockT(1_239 * MILLISECOND)).isEqualTo(123);
    // 0.71 s after boot the real kernel said 1717956989.
    process.clock.advance(710 * MILLISECOND);
    assertThat(Ticks.sinceSomeTime(process.clock)).isEqualTo(1717956989L);
  }
}
