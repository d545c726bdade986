package dev.forklift.board.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.board.BadInputException;
import dev.forklift.board.time.MachineClock;
import dev.forklift.board.time.Timeline;
import dev.forklift.board.time.WakeUp;
import dev.forklift.board.tree.TreeNode;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A timer of 100 MHz, so that one tick is one step of the clock, which counts by ten nanoseconds.
final class IntervalTimerTest {
  private static final int STATUS = 0;
  private static final int CONTROL = 4;
  private static final int PERIOD_LOW = 8;
  private static final int PERIOD_HIGH = 12;
  private static final int SNAP_LOW = 16;
  private static final int SNAP_HIGH = 20;

  private static final int ITO = 1;
  private static final int CONT = 2;
  private static final int START = 4;
  private static final int STOP = 8;

  private long ticks;
  private boolean raised;
  private final Timeline timeline = new Timeline(MachineClock.counted(() -> ticks));
  private final Device timer;

  IntervalTimerTest() throws BadInputException {
    timer = timer(100_000_000);
  }

  private Device timer(int hertz) throws BadInputException {
    TreeNode node = new TreeNode("timer").with("clock-frequency", hertz);
    List<InterruptLine> lines = List.of(up -> raised = up);
    return new IntervalTimer()
        .create(
            new Placement(
                node,
                lines,
                timeline,
                Console.NOBODY,
                DeviceMemory.none(),
                new WakeUp(() -> {}),
                PowerSwitch.NONE));
  }

  private void set(int register, int value) {
    timer.store(register, 4, value);
  }

  private int get(int register) {
    return timer.load(register, 4);
  }

  private void pass(long more) {
    ticks += more;
    timeline.runDue();
  }

  private int snapshot() {
    set(SNAP_LOW, 0);
    return get(SNAP_HIGH) << 16 | get(SNAP_LOW);
  }

  @Test
  void aPeriodTakesOneTickMoreThanItSays() {
    set(PERIOD_LOW, 99);
    set(PERIOD_HIGH, 0);
    set(CONTROL, START | ITO);
    pass(99);
    assertThat(raised).isFalse();
    assertThat(get(STATUS)).isEqualTo(2);
    pass(1);
    assertThat(raised).isTrue();
    assertThat(get(STATUS)).as("timed out, and does not run any more").isEqualTo(1);
    assertThat(timeline.next()).isEqualTo(Timeline.NEVER);
  }

  @Test
  void anyStoreToStatusLetsTheInterruptDown() {
    set(PERIOD_LOW, 9);
    set(PERIOD_HIGH, 0);
    set(CONTROL, START | ITO | CONT);
    pass(10);
    assertThat(raised).isTrue();
    set(STATUS, 0);
    assertThat(raised).isFalse();
    pass(10);
    assertThat(raised).as("it goes on").isTrue();
  }

  @Test
  void withoutItsEnableBitNothingIsRaised() {
    set(PERIOD_LOW, 9);
    set(PERIOD_HIGH, 0);
    set(CONTROL, START);
    pass(10);
    assertThat(raised).isFalse();
    set(CONTROL, ITO);
    assertThat(raised).isTrue();
  }

  @Test
  void aSnapshotTellsWhatIsLeft() {
    set(PERIOD_LOW, 0x2345);
    set(PERIOD_HIGH, 0x1);
    set(CONTROL, START | CONT);
    pass(0x45);
    assertThat(snapshot()).isEqualTo(0x1_2300);
    pass(5);
    assertThat(get(SNAP_LOW)).as("the old one").isEqualTo(0x2300);
    pass(0x1_2346);
    assertThat(snapshot()).as("a whole period later").isEqualTo(0x1_2300 - 5);
  }

  @Test
  void whoStopsItFindsItWhereItWas() {
    set(PERIOD_LOW, 1000);
    set(PERIOD_HIGH, 0);
    set(CONTROL, START);
    pass(300);
    set(CONTROL, STOP);
    pass(5000);
    assertThat(snapshot()).isEqualTo(700);
    set(CONTROL, START);
    pass(100);
    assertThat(snapshot()).isEqualTo(600);
  }

  @Test
  void aNewPeriodStopsIt() {
    set(PERIOD_LOW, 1000);
    set(PERIOD_HIGH, 0);
    set(CONTROL, START);
    set(PERIOD_LOW, 500);
    assertThat(get(STATUS)).isZero();
    assertThat(snapshot()).isEqualTo(500);
  }

  @Test
  void timeOutsThatWereSleptThroughAreToldOnce() {
    set(PERIOD_LOW, 9);
    set(PERIOD_HIGH, 0);
    set(CONTROL, START | ITO | CONT);
    pass(95);
    set(STATUS, 0);
    timeline.runDue();
    assertThat(raised).isFalse();
    pass(5);
    assertThat(raised).as("at a hundred, as if it had kept up").isTrue();
  }

  @Test
  void aTimerWithoutAClockIsRefused() {
    assertThatThrownBy(() -> timer(0)).hasMessageContaining("0 Hz");
  }
}
