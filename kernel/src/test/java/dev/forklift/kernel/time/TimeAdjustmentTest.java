package dev.forklift.kernel.time;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.TimeLayout;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.time.TimeAdjustment.Answer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class TimeAdjustmentTest {
  private static final DataModel NIOS2 = new DataModel(4, 4, ByteOrder.LITTLE_ENDIAN);
  private static final DataModel BIG64 = new DataModel(8, 8, ByteOrder.BIG_ENDIAN);

  private final FakeProcess process = new FakeProcess();

  private static Timex request(int modes, long offset, long constant, long tick) {
    return new Timex(modes, offset, 0, 0, 0, 0, constant, 0, 0, tick, 0);
  }

  private Object adjust(Timex request) {
    return process.locked(() -> process.clocks.adjustment().adjust(request, process));
  }

  @Test
  void showsAnUnsynchronisedClockAtFirst() {
    process.clock.advance(5_000);
    Answer answer = (Answer) adjust(request(0, 0, 0, 0));
    assertThat(answer.state()).isEqualTo(5);
    assertThat(answer.timex())
        .isEqualTo(
            new Timex(0, 0, 0, 16_000_000, 16_000_000, 0x40, 2, 1_700_000_000, 5, 10_000, 0));
  }

  @Test
  void refusesChangesWithoutPrivilegeAndBadOnesWithIt() {
    assertThat(adjust(request(0x4000, 0, 0, 20_000))).isEqualTo(Errno.EINVAL);
    assertThat(adjust(request(0x8000, 0, 0, 0))).isEqualTo(Errno.EINVAL);
    process.credentials = Credentials.of(1000, 1000);
    assertThat(adjust(request(0x4000, 0, 0, 10_000))).isEqualTo(Errno.EPERM);
    assertThat(adjust(request(0x8001, 0, 0, 0))).isEqualTo(Errno.EPERM);
    assertThat(adjust(request(0xa001, 0, 0, 0))).isInstanceOf(Answer.class);
    assertThat(adjust(request(0, 0, 0, 0))).isInstanceOf(Answer.class);
  }

  @Test
  void keepsWhatIsAskedForAndShowsIt() {
    adjust(new Timex(0x4000 | 0x10 | 2 | 4, 0, 1 << 30, 5, 0, 0x2000, 0, 0, 0, 10_100, 0));
    Answer answer = (Answer) adjust(request(0, 0, 0, 0));
    assertThat(answer.state()).isZero();
    assertThat(answer.timex().tick()).isEqualTo(10_100);
    assertThat(answer.timex().freq()).isEqualTo(500 << 16);
    assertThat(answer.timex().maxerror()).isEqualTo(5);
    assertThat(answer.timex().status()).isZero();
  }

  @Test
  void remembersWhatIsLeftOfASlowStep() {
    assertThat(((Answer) adjust(request(0x8001, 300, 0, 0))).timex().offset()).isZero();
    assertThat(((Answer) adjust(request(0xa001, 0, 0, 0))).timex().offset()).isEqualTo(300);
  }

  @Test
  void stepsTheClock() {
    long before = process.clock.realtimeNanos();
    adjust(new Timex(0x100, 0, 0, 0, 0, 0, 0, -2, 500_000, 0, 0));
    assertThat(process.clock.realtimeNanos()).isEqualTo(before - 1_500_000_000);
    assertThat(adjust(new Timex(0x100, 0, 0, 0, 0, 0, 0, 0, 1_000_000, 0, 0)))
        .isEqualTo(Errno.EINVAL);
  }

  @Test
  void movesTaiAway() {
    adjust(request(0x80, 0, 37, 0));
    assertThat(process.locked(() -> process.clocks.find(11, process).now()))
        .isEqualTo(process.clock.realtimeNanos() + 37_000_000_000L);
  }

  @Test
  void liesInMemoryAsInLinux() {
    Timex timex = new Timex(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    byte[] old = timex.toBytes(TimeLayout.old(NIOS2));
    ByteBuffer view = ByteBuffer.wrap(old).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(old).hasSize(128);
    assertThat(view.getInt(4)).isEqualTo(2);
    assertThat(view.getInt(20)).isEqualTo(6);
    assertThat(view.getInt(28)).isEqualTo(1);
    assertThat(view.getInt(36)).isEqualTo(8);
    assertThat(view.getInt(44)).isEqualTo(10);
    assertThat(view.getInt(80)).isEqualTo(11);

    for (TimeLayout layout : new TimeLayout[] {TimeLayout.time64(NIOS2), TimeLayout.old(BIG64)}) {
      byte[] wide = timex.toBytes(layout);
      view = ByteBuffer.wrap(wide).order(layout.model().order());
      assertThat(wide).hasSize(208);
      assertThat(view.getLong(8)).isEqualTo(2);
      assertThat(view.getInt(40)).isEqualTo(6);
      assertThat(view.getLong(72)).isEqualTo(8);
      assertThat(view.getLong(88)).isEqualTo(10);
      assertThat(view.getInt(160)).isEqualTo(11);
      assertThat(Timex.fromBytes(layout, wide))
          .isEqualTo(new Timex(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0));
    }
  }
}
