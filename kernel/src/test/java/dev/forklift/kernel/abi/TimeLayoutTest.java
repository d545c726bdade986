package dev.forklift.kernel.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class TimeLayoutTest {
  private static final DataModel NIOS2 = new DataModel(4, 4, ByteOrder.LITTLE_ENDIAN);
  private static final DataModel BIG64 = new DataModel(8, 8, ByteOrder.BIG_ENDIAN);
  private static final TimeLayout OLD = TimeLayout.old(NIOS2);
  private static final TimeLayout NEW = TimeLayout.time64(NIOS2);

  private static byte[] littleEndian(int... words) {
    ByteBuffer buffer = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int word : words) {
      buffer.putInt(word);
    }
    return buffer.array();
  }

  @Test
  void oldTimesHave32BitsAndASign() {
    assertThat(OLD.timespec(littleEndian(-1, 5))).isEqualTo(new Timespec(-1, 5));
    assertThat(OLD.bytes(new Timespec(7, 8))).isEqualTo(littleEndian(7, 8));
    assertThat(OLD.timespecBytes()).isEqualTo(8);
  }

  @Test
  void newTimesHave64BitsAndPaddedNanoseconds() {
    byte[] bytes = littleEndian(1, 1, 5, 0x7777);
    assertThat(NEW.timespec(bytes)).isEqualTo(new Timespec((1L << 32) + 1, 5));
    assertThat(NEW.bytes(new Timespec((1L << 32) + 1, 5))).isEqualTo(littleEndian(1, 1, 5, 0));
    assertThat(NEW.timespecBytes()).isEqualTo(16);
  }

  @Test
  void timesOf64BitGuestsAreTheSameInOldAndNew() {
    TimeLayout old = TimeLayout.old(BIG64);
    assertThat(old).isEqualTo(TimeLayout.time64(BIG64));
    byte[] bytes = ByteBuffer.allocate(16).putLong(-2).putLong(1L << 33).array();
    assertThat(old.timespec(bytes)).isEqualTo(new Timespec(-2, 1L << 33));
  }

  @Test
  void microsecondsBecomeNanosecondsAndStayInvalidIfTheyWere() {
    assertThat(OLD.timeval(littleEndian(3, 999_999))).isEqualTo(new Timespec(3, 999_999_000));
    assertThat(OLD.timeval(littleEndian(3, 1_000_000)).isValid()).isFalse();
    assertThat(OLD.timeval(littleEndian(3, -1)).isValid()).isFalse();
    assertThat(OLD.timevalBytes(new Timespec(3, 4_999))).isEqualTo(littleEndian(3, 4));
  }

  @Test
  void intervalsComeBeforeValues() {
    Itimerspec setting = new Itimerspec(new Timespec(1, 2000), new Timespec(3, 4000));
    assertThat(OLD.bytes(setting)).isEqualTo(littleEndian(1, 2000, 3, 4000));
    assertThat(OLD.itimerspec(littleEndian(1, 2000, 3, 4000))).isEqualTo(setting);
    assertThat(OLD.itimervalBytes(setting)).isEqualTo(littleEndian(1, 2, 3, 4));
    assertThat(OLD.itimerval(littleEndian(1, 2, 3, 4))).isEqualTo(setting);
    assertThat(NEW.itimerspec(NEW.bytes(setting))).isEqualTo(setting);
    assertThat(NEW.itimerspecBytes()).isEqualTo(32);
  }

  @Test
  void nanosecondsAreCountedWithoutOverflow() {
    assertThat(new Timespec(2, 3).toNanos()).isEqualTo(2_000_000_003L);
    assertThat(new Timespec(Long.MAX_VALUE, 0).toNanos()).isEqualTo(Long.MAX_VALUE);
    assertThat(new Timespec(9_223_372_036L, 999_999_999).toNanos()).isEqualTo(Long.MAX_VALUE);
    assertThat(Timespec.ofNanos(-1)).isEqualTo(new Timespec(-1, 999_999_999));
    assertThat(new Timespec(0, 1_000_000_000).isValid()).isFalse();
    assertThat(new Timespec(-1, 0).isValid()).isFalse();
    assertThat(new Timespec(0, 0).isValid()).isTrue();
  }

  @Test
  void clocksOfProcessesAreTakenApart() {
    int clock = ~1234 << 3 | 4 | ClockId.CPUCLOCK_SCHED;
    assertThat(ClockId.pid(clock)).isEqualTo(1234);
    assertThat(ClockId.isThread(clock)).isTrue();
    assertThat(ClockId.counted(clock)).isEqualTo(ClockId.CPUCLOCK_SCHED);
    assertThat(ClockId.isFile(clock)).isFalse();
    assertThat(ClockId.isFile(~5 << 3 | ClockId.CLOCKFD)).isTrue();
    assertThat(ClockId.pid(-6)).isZero();
  }
}
