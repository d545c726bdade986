package dev.forklift.arch.nios2;

import static dev.forklift.arch.nios2.ControlRegister.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.board.BadInputException;
import dev.forklift.board.tree.TreeNode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// The vectored interrupt controller and a CPU that listens to it: as the Processor Reference Guide
/// ("Exception Flow with the EIC Interface") and the Embedded Peripherals User Guide have them.
@Timeout(60)
@ParameterizedClass
@EnumSource(BoardEngine.class)
final class VectoredInterruptsTest {
  private static final int VIC = 9;
  private static final String STAY = BareBoard.END;

  /// Handlers are 32 bytes apart.
  private static final int TABLE = 0x0800_0400;

  private final BareBoard board;

  VectoredInterruptsTest(BoardEngine engine) {
    board = new BareBoard(engine);
  }

  @BeforeEach
  void makeBoard() {
    board.cpu("altr,eic-present", 1).cpu("altr,num-of-shadow-reg-sets", 3);
    board
        .tree
        .made("sopc@0")
        .with("interrupt-parent", VIC)
        .with(
            new TreeNode("vic@18002000")
                .with("compatible", "altr,vic-1.0")
                .with("reg", 0x1800_2000, 0x100)
                .with("interrupt-controller")
                .with("#interrupt-cells", 1)
                .with("interrupt-parent", 1)
                .with("phandle", VIC));
  }

  /// With r5 at the controller, a stack of its own for each set, and all lines enabled.
  private static final String SET_UP =
      """
      movhi r5,0x1800
      ori r5,r5,0x2000
      movhi r8,%d
      ori r8,r8,%d
      stwio r8,168(r5)
      movi r8,3
      stwio r8,160(r5)
      movi r8,-1
      stwio r8,128(r5)
      """
          .formatted(TABLE >>> 16, TABLE & 0xffff);

  private static String config(int line, int level, int set) {
    return "movi r8,%d\n stwio r8,%d(r5)\n".formatted((set << 7) | level, 4 * line);
  }

  private static String nonMaskable(int line, int level, int set) {
    return "movi r8,%d\n stwio r8,%d(r5)\n".formatted((set << 7) | (1 << 6) | level, 4 * line);
  }

  /// Raises lines by software, and goes on where an interrupt may be taken.
  private static String raise(int lines) {
    return "movi r8,%d\n stwio r8,148(r5)\n wrctl badaddr,zero\n".formatted(lines);
  }

  private static String status(int value) {
    return "movhi r8,%d\n ori r8,r8,%d\n wrctl status,r8\n".formatted(value >>> 16, value & 0xffff);
  }

  private static String nesting() {
    return "movi r8,2\n wrctl config,r8\n";
  }

  /// Puts a handler there for a line.
  private void run(String program, String... handlers) throws BadInputException {
    board.make();
    for (int i = 0; i < handlers.length; i++) {
      board.at(TABLE + 32L * i, handlers[i]);
    }
    board.runMade(SET_UP + program, STAY);
  }

  @Test
  void anInterruptGoesToItsHandlerWithItsRegisterSet() throws BadInputException {
    run(
        config(1, 5, 2) + status(RSIE | PIE) + "movi r9,7\n" + raise(2),
        STAY,
        "rdctl r10,status\n mov r11,sstatus\n rdprs r12,r9,0\n mov r13,ea\n " + STAY);
    int current = 2 << CRS_SHIFT;
    assertThat(board.register(10))
        .as("level, handler, set; neither PIE, as nothing nests, nor RSIE")
        .isEqualTo(IH | (5 << IL_SHIFT) | current);
    assertThat(board.register(11)).isEqualTo(RSIE | PIE | SRS);
    assertThat(board.register(12)).as("r9 of the previous set").isEqualTo(7);
    assertThat(board.pc()).isBetween(TABLE + 32L, TABLE + 64L);
    assertThat(board.cause()).isEqualTo(2);
  }

  @Test
  void eretComesBackToTheSetThatWasInterrupted() throws BadInputException {
    run(
        config(0, 1, 1) + status(RSIE | PIE) + "movi r9,7\n" + raise(1) + "rdctl r10,status",
        "movhi r5,0x1800\n ori r5,r5,0x2000\n movi r8,1\n stwio r8,156(r5)\n addi ea,ea,-4\n movi"
            + " r9,1\n eret");
    assertThat(board.register(9)).isEqualTo(7);
    assertThat(board.register(10)).isEqualTo(RSIE | PIE);
  }

  @Test
  void withoutASetOfItsOwnEstatusIsUsed() throws BadInputException {
    run(config(0, 1, 0) + status(RSIE | PIE) + raise(1), "rdctl r10,status\n" + STAY);
    assertThat(board.control(ESTATUS)).isEqualTo(RSIE | PIE);
    assertThat(board.register(10)).isEqualTo(IH | (1 << IL_SHIFT));
  }

  @Test
  void theHighestLevelIsFirstAndOfTwoTheLowerLine() throws BadInputException {
    run(
        config(0, 3, 0) + config(1, 9, 0) + config(2, 9, 0) + raise(7) + status(RSIE | PIE) + "nop",
        "movi r10,1\n" + STAY,
        "movi r10,2\n" + STAY,
        "movi r10,3\n" + STAY);
    assertThat(board.register(10)).isEqualTo(2);
  }

  @Test
  void onlyAHigherLevelInterruptsAHandler() throws BadInputException {
    String[] handlers = {
      "movi r10,1\n" + STAY, "movhi r5,0x1800\n ori r5,r5,0x2000\n" + raise(5) + STAY, STAY
    };
    run(nesting() + config(0, 3, 2) + config(1, 9, 1) + status(RSIE | PIE) + raise(2), handlers);
    assertThat(board.pc()).as("a lower one has to wait").isBetween(TABLE + 32L, TABLE + 64L);
    run(nesting() + config(0, 12, 2) + config(1, 9, 1) + status(RSIE | PIE) + raise(2), handlers);
    assertThat(board.register(10)).as("a higher one does not").isEqualTo(1);
  }

  @Test
  void theSameSetIsNotUsedTwiceUnlessAllowed() throws BadInputException {
    String program = config(0, 3, 0) + "%s" + raise(1);
    run(program.formatted(status(PIE)), "movi r10,1\n" + STAY);
    assertThat(board.register(10)).as("without RSIE").isZero();
    run(program.formatted(status(PIE | RSIE)), "movi r10,1\n" + STAY);
    assertThat(board.register(10)).isEqualTo(1);
  }

  @Test
  void whatCannotBeForbiddenIsTakenOnce() throws BadInputException {
    run(
        nonMaskable(0, 1, 1) + nonMaskable(1, 2, 2) + status(0) + raise(1),
        "rdctl r10,status\n movhi r5,0x1800\n ori r5,r5,0x2000\n" + raise(2) + STAY,
        "movi r11,1\n" + STAY);
    assertThat(board.register(10) & NMI).isEqualTo(NMI);
    assertThat(board.register(11)).as("not while one is handled").isZero();
  }

  @Test
  void levelZeroNeverInterrupts() throws BadInputException {
    run(config(0, 0, 1) + status(RSIE | PIE) + raise(1) + "movi r10,1", STAY);
    assertThat(board.register(10)).isEqualTo(1);
  }

  @Test
  void theControllerShowsWhatItSees() throws BadInputException {
    run(
        config(3, 4, 0)
            + raise(8)
            + "ldwio r9,164(r5)\n ldwio r10,172(r5)\n ldwio r11,140(r5)\n ldwio r12,12(r5)\n"
            + "movi r8,8\n stwio r8,136(r5)\n ldwio r13,140(r5)\n ldwio r14,164(r5)");
    assertThat(board.register(9)).isEqualTo((1 << 31) | 3);
    assertThat(board.register(10)).isEqualTo(TABLE + 3 * 32);
    assertThat(board.register(11)).isEqualTo(8);
    assertThat(board.register(12)).isEqualTo(4);
    assertThat(board.register(13)).as("not enabled any more").isZero();
    assertThat(board.register(14)).isZero();
  }

  @Test
  void aDevicesLineLeadsToIt() throws BadInputException {
    run(
        config(0, 1, 1)
            + status(RSIE | PIE)
            + """
            movhi r4,0x1800
            ori r4,r4,0x1440
            movi r8,100
            stwio r8,8(r4)
            stwio zero,12(r4)
            movi r8,5
            stwio r8,4(r4)
            wait: br wait
            """,
        "movi r10,1\n wrctl status,zero\n" + STAY);
    assertThat(board.register(10)).isEqualTo(1);
  }

  @Test
  void aCpuWithoutTheInterfaceIsSaidSo() throws BadInputException {
    board.cpu("altr,eic-present", 0).make();
    assertThat(board.remarks)
        .containsExactly("/sopc@0/vic@18002000: the CPU takes no interrupts from there");
  }
}
