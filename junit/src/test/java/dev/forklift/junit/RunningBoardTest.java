package dev.forklift.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.board.cpu.Stop;
import dev.forklift.board.device.Pins;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a test can do with a board, and what it is told when it goes wrong.
@Timeout(120)
@Board(firmware = "blink.elf")
class RunningBoardTest {
  private static final String LIGHTS = "gpio@180014d0";

  @Test
  void itHasNotBegunYet(RunningBoard board) {
    assertThat(board.instructions()).isZero();
    assertThat(board.pc()).isEqualTo(0x0800_0000L);
    assertThat(board.pins(LIGHTS).output()).isZero();
    assertThat(board.shown()).isEmpty();
  }

  @Test
  void itRunsUntilSomethingIsShown(RunningBoard board) {
    assertThat(board.runUntilShown("nk")).isEqualTo("bli");
    assertThat(board.shown()).startsWith("blink");
    assertThat(board.word("ticks")).isZero();
  }

  @Test
  void itRunsForSoManyInstructions(RunningBoard board) {
    board.runInstructions(10);
    assertThat(board.instructions()).isBetween(10L, 60L);
  }

  @Test
  void memoryAndRegistersCanBeReached(RunningBoard board) {
    board.runMillis(600);
    assertThat(board.word("ticks")).isEqualTo(2);
    board.setWord(board.symbol("ticks"), 41);
    board.runMillis(250);
    assertThat(board.word("ticks")).isEqualTo(42);
    assertThat(board.register("sp")).isEqualTo((int) board.symbol("stack"));
    board.setRegister("r2", 7);
    assertThat(board.register(2)).isEqualTo(7);
    assertThat(board.read(0x0800_0000L, 4)).isNotEqualTo(new byte[4]);
  }

  @Test
  void twoBoardsAreEqual(RunningBoard one, RunningBoard other) {
    one.runMillis(1000);
    other.runMillis(1000);
    assertThat(one).isNotSameAs(other);
    assertThat(one.instructions()).isEqualTo(other.instructions());
    assertThat(one.word("ticks")).isEqualTo(other.word("ticks")).isEqualTo(3);
  }

  @Test
  @Board(firmware = "blink.elf", patienceSeconds = 1)
  void whoWaitsForTheWrongThingIsTold(RunningBoard board) {
    assertThatThrownBy(() -> board.runUntilShown("blonk"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("the board has not shown \"blonk\" in 1 s")
        .hasMessageContaining("it has shown since: blink");
  }

  @Test
  void aBoardThatEndsInsteadIsTold(RunningBoard board) {
    board.write(0x0800_0000L, new byte[] {6, -1, -1, -1});
    assertThatThrownBy(() -> board.runMillis(100))
        .hasMessageContaining("the board has not run for 100 ms: halted");
  }

  @Test
  void itsEndIsAnAnswer(RunningBoard board) {
    // cmpltui zero,zero,0xabc2: the end, with the status in r2.
    board.write(0x0800_0000L, new byte[] {(byte) 0xb0, (byte) 0xf0, 0x2a, 0});
    board.setRegister("r2", 3);
    assertThat(board.run()).isEqualTo(Stop.ended(3));
  }

  @Test
  void whatIsNotThereIsNamed(RunningBoard board) {
    assertThatThrownBy(() -> board.symbol("tocks")).hasMessage("the firmware has no symbol tocks");
    assertThatThrownBy(() -> board.register("r99")).hasMessage("there is no register r99");
    assertThatThrownBy(() -> board.device("gpio@1")).hasMessage("0 devices have a node gpio@1");
    assertThatThrownBy(() -> board.pins("timer@880")).hasMessage("timer@880 has no pins");
    assertThatThrownBy(() -> board.read(0x4000_0000L, 4))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aButtonIsHighUntilItIsPressed(RunningBoard board) {
    Pins buttons = board.pins("gpio@180014c0");
    buttons.drive(0b110);
    board.runMillis(300);
    assertThat(board.pins(LIGHTS).output()).isEqualTo(1);
    buttons.drive(0b111);
    board.runMillis(250);
    assertThat(board.pins(LIGHTS).output()).isZero();
  }
}
