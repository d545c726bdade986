package dev.forklift.board.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.board.BadInputException;
import dev.forklift.board.time.MachineClock;
import dev.forklift.board.time.Timeline;
import dev.forklift.board.time.WakeUp;
import dev.forklift.board.tree.TreeNode;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/// The serial port as its driver sees it: registers four bytes apart.
final class Uart16550Test {
  private static final int DATA = 0;
  private static final int IER = 4;
  private static final int IIR = 8;
  private static final int FCR = 8;
  private static final int LCR = 12;
  private static final int MCR = 16;
  private static final int LSR = 20;
  private static final int MSR = 24;
  private static final int SCRATCH = 28;

  private final Queue<Integer> typed = new ArrayDeque<>();
  private final StringBuilder shown = new StringBuilder();
  private Runnable arrived = () -> {};
  private boolean raised;
  private final Device uart;

  Uart16550Test() throws BadInputException {
    Console console =
        new Console() {
          @Override
          public int read() {
            return typed.isEmpty() ? -1 : typed.remove();
          }

          @Override
          public void write(int value) {
            shown.append((char) value);
          }

          @Override
          public void listen(Runnable listener) {
            arrived = listener;
          }
        };
    TreeNode node = new TreeNode("serial").with("reg-shift", 2);
    uart =
        new Uart16550()
            .create(
                new Placement(
                    node,
                    List.of(up -> raised = up),
                    new Timeline(MachineClock.counted(() -> 0)),
                    console,
                    DeviceMemory.none(),
                    new WakeUp(() -> {}),
                    PowerSwitch.NONE));
  }

  private void type(String text) {
    text.chars().forEach(typed::add);
    arrived.run();
  }

  private int get(int register) {
    return uart.load(register, 4);
  }

  private void set(int register, int value) {
    uart.store(register, 4, value);
  }

  @Test
  void whatIsSentIsShownAtOnce() {
    assertThat(get(LSR) & 0x60).isEqualTo(0x60);
    set(DATA, 'h');
    set(DATA, 'i');
    assertThat(shown.toString()).isEqualTo("hi");
    assertThat(get(LSR) & 0x60).isEqualTo(0x60);
  }

  @Test
  void inputInterruptsUntilAllIsRead() {
    set(FCR, 1);
    set(IER, 1);
    assertThat(raised).isFalse();
    type("ab");
    assertThat(raised).isTrue();
    assertThat(get(IIR)).isEqualTo(0xc4);
    assertThat(get(LSR) & 1).isEqualTo(1);
    assertThat(get(DATA)).isEqualTo('a');
    assertThat(raised).isTrue();
    assertThat(get(DATA)).isEqualTo('b');
    assertThat(raised).isFalse();
    assertThat(get(LSR) & 1).isZero();
    assertThat(get(IIR)).isEqualTo(0xc1);
  }

  @Test
  void inputWaitsUntilADriverHasSetThePortUp() {
    type("early");
    assertThat(get(LSR) & 1).isZero();
    set(FCR, 7);
    set(IER, 1);
    set(FCR, 0);
    set(FCR, 1);
    StringBuilder read = new StringBuilder();
    while ((get(LSR) & 1) != 0) {
      read.append((char) get(DATA));
    }
    assertThat(read.toString()).isEqualTo("early");
  }

  @Test
  void whoAsksAgainAndAgainNeedsNoInterrupts() {
    type("x");
    int polls = 0;
    while ((get(LSR) & 1) == 0) {
      polls++;
      assertThat(polls).isLessThan(20);
    }
    assertThat(get(DATA)).isEqualTo('x');
  }

  @Test
  void theInterruptOfAnEmptySenderComesOnceForEachTime() {
    set(IER, 2);
    assertThat(raised).as("enabled while there is nothing to send").isTrue();
    assertThat(get(IIR) & 0xf).isEqualTo(2);
    assertThat(raised).as("told").isFalse();
    set(DATA, '!');
    assertThat(raised).isTrue();
    set(IER, 0);
    assertThat(raised).isFalse();
  }

  @Test
  void theDivisorStandsWhereDataAndInterruptsAre() {
    set(LCR, 0x83);
    set(DATA, 0x1b);
    set(IER, 0x02);
    assertThat(get(DATA)).isEqualTo(0x1b);
    assertThat(get(IER)).isEqualTo(0x02);
    set(LCR, 0x03);
    assertThat(get(IER)).isZero();
    assertThat(shown.toString()).isEmpty();
  }

  @Test
  void inALoopItHearsItself() {
    set(FCR, 1);
    set(MCR, 0x1f);
    assertThat(get(MSR)).isEqualTo(0xf0);
    set(MCR, 0x1a);
    assertThat(get(MSR)).as("what drivers know it by").isEqualTo(0x90);
    set(DATA, 'q');
    assertThat(get(DATA)).isEqualTo('q');
    assertThat(shown.toString()).isEmpty();
    set(MCR, 0);
    assertThat(get(MSR)).isEqualTo(0xb0);
  }

  @Test
  void aByteOfARegisterCanBeReached() {
    uart.store(SCRATCH, 1, 0xa5);
    assertThat(uart.load(SCRATCH, 1)).isEqualTo(0xa5);
    assertThat(uart.load(SCRATCH + 1, 1)).isZero();
    assertThat(uart.load(0x100, 4)).as("behind all registers").isZero();
  }
}
