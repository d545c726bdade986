package dev.forklift.arch.nios2;

import static dev.forklift.arch.nios2.ControlRegister.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.board.BadInputException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// CPUs without memory management, and what they may have instead: as the Processor Reference Guide
/// has them ("Programming Model").
@Timeout(60)
@ParameterizedClass
@EnumSource(BoardEngine.class)
final class BareProcessorTest {
  private static final int EA = 29;
  private static final String STAY = BareBoard.END;

  /// Goes on behind what raised the exception.
  private static final String SKIP = "mov r20,ea\n rdctl r21,estatus\n rdctl r22,status\n eret";

  private final BoardEngine engine;
  private final BareBoard board;

  BareProcessorTest(BoardEngine engine) {
    this.engine = engine;
    board = new BareBoard(engine);
  }

  @Test
  void addressesAreThoseOfMemoryAndBit31LeadsPastTheCache() throws BadInputException {
    board.run(
        """
        movi r8,77
        stw r8,0(r4)
        movhi r9,0x8000
        or r9,r9,r4
        ldw r10,0(r9)
        addi r8,r8,1
        stwio r8,0(r9)
        ldw r11,0(r4)\
        """,
        STAY);
    assertThat(board.register(10)).isEqualTo(77);
    assertThat(board.register(11)).isEqualTo(78);
  }

  @Test
  void thereIsNoUserModeAndNobodyKnowsOfHandlers() throws BadInputException {
    board.run("movi r8,7\n wrctl status,r8\n rdctl r9,status\n trap 0\n movi r10,1", SKIP);
    assertThat(board.register(9)).as("neither U nor EH").isEqualTo(RSIE | PIE);
    assertThat(board.register(22)).as("in the handler").isEqualTo(RSIE);
    assertThat(board.register(21)).isEqualTo(RSIE | PIE);
    assertThat(board.register(10)).as("it came back").isEqualTo(1);
  }

  @Test
  void anExceptionInAHandlerForgetsTheFirst() throws BadInputException {
    board.run("trap 0", "bne r20,zero,second\n movi r20,1\n trap 1\n second: " + STAY);
    assertThat(board.register(EA)).isEqualTo((int) BareBoard.EXCEPTION + 12);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "trap 3              |  3",
        ".word 0xffffffff    |  5",
        "wrprs r2,r3         |  5",
        "rdprs r2,r3,4       |  5",
        "ldw r2,2(r4)        |  6",
        "ldh r2,1(r4)        |  6",
        "sthio r2,1(r4)      |  6",
        "movi r5,2 ; jmp r5  |  7",
        "movi r5,2 ; callr r5|  7",
        "movi ra,1 ; ret    |  7",
        "div r2,r4,zero      |  8",
        "divu r2,r4,zero     |  8",
      })
  void exceptionsHaveTheirCauses(String text, int cause) throws BadInputException {
    board.run(text.replace(';', '\n'), STAY);
    assertThat(board.cause()).isEqualTo(cause);
    assertThat(board.pc()).isEqualTo(BareBoard.EXCEPTION);
    assertThat(board.register(2)).as("nothing was written").isZero();
  }

  @Test
  void theSmallestByMinusOneIsADivisionError() throws BadInputException {
    board.run("movhi r8,0x8000\n movi r9,-1\n div r2,r8,r9", STAY);
    assertThat(board.cause()).isEqualTo(8);
  }

  @ParameterizedTest
  @CsvSource({
    "mul r2_r4_r4,altr;has-mul",
    "muli r2_r4_3,altr;has-mul",
    "mulxss r2_r4_r4,altr;has-mulx",
    "mulxsu r2_r4_r4,altr;has-mulx",
    "mulxuu r2_r4_r4,altr;has-mulx",
    "div r2_r4_r4,altr;has-div",
    "divu r2_r4_r4,altr;has-div"
  })
  void whatTheTreeDoesNotSayIsLeftToSoftware(String text, String property)
      throws BadInputException {
    board.cpu(property.replace(';', ','), 0).run(text.replace('_', ','), STAY);
    assertThat(board.cause()).as("unimplemented instruction").isEqualTo(4);
    BareBoard whole = new BareBoard(engine).run(text.replace('_', ','), STAY);
    assertThat(whole.cause()).as("where it is there").isZero();
  }

  @Test
  void aBreakComesBackByBret() throws BadInputException {
    board.run(
        "movi r8,1\n wrctl status,r8\n break 5\n movi r9,7\n rdctl r10,status",
        "rdctl r20,status\n rdctl r21,bstatus\n bret");
    assertThat(board.register(20)).isEqualTo(RSIE);
    assertThat(board.register(21)).isEqualTo(RSIE | PIE);
    assertThat(board.register(9)).isEqualTo(7);
    assertThat(board.register(10)).isEqualTo(RSIE | PIE);
  }

  @Test
  void eretToAnOddAddressIsAMisalignedDestination() throws BadInputException {
    board.run("movi ea,2\n eret", STAY);
    assertThat(board.cause()).isEqualTo(7);
  }

  @Test
  void cpusThatCannotBeAreRefused() {
    assertThatThrownBy(() -> new BareBoard(engine).cpu("altr,num-of-shadow-reg-sets", 64).make())
        .hasMessageContaining("0 to 63 shadow register sets, not 64");
    assertThatThrownBy(
            () -> new BareBoard(engine).cpu("altr,has-mpu", 1).cpu("altr,has-mmu", 1).make())
        .isInstanceOf(BadInputException.class);
    for (String property :
        new String[] {
          "altr,mpu-num-inst-regions", "altr,mpu-num-data-regions", "altr,mpu-min-region-size"
        }) {
      for (int value : new int[] {0, -1, 33, Integer.MIN_VALUE}) {
        assertThatThrownBy(
                () -> new BareBoard(engine).cpu("altr,has-mpu", 1).cpu(property, value).make())
            .hasMessageContaining("there is no MPU with");
      }
    }
  }

  /// The memory protection unit.
  @Nested
  final class Protection {
    // Permissions.
    private static final int NONE = 0;
    private static final int EXECUTE_BOTH = 2;
    private static final int SUPERVISOR_READS = 1;
    private static final int BOTH_READ = 2;
    private static final int SUPERVISOR_WRITES = 4;
    private static final int USER_READS = 5;
    private static final int BOTH_WRITE = 6;

    private static final int ALL_MEMORY = 0x7800_0000;

    private final StringBuilder program = new StringBuilder();

    /// A region, and its mask or limit.
    private void region(boolean data, int index, int base, int bound, int permission) {
      program.append(
          """
          movhi r8,%d
          ori r8,r8,%d
          wrctl mpubase,r8
          movhi r8,%d
          ori r8,r8,%d
          wrctl mpuacc,r8
          """
              .formatted(
                  base >>> 16,
                  (base & 0xffff) | (index << 1) | (data ? 1 : 0),
                  bound >>> 16,
                  (bound & 0xffff) | (permission << 2) | 1));
    }

    /// Code may run, and data be used, anywhere in the board's memory.
    private void everything() {
      // A region that nobody has set up is all of memory, and forbidden. One without a mask, but
      // with a base, is nowhere.
      for (int i = 0; i < 7; i++) {
        region(false, i, 0x4000_0000, 0, NONE);
        region(true, i, 0x4000_0000, 0, NONE);
      }
      region(false, 7, 0x0800_0000, ALL_MEMORY, EXECUTE_BOTH);
      region(true, 7, 0x0800_0000, ALL_MEMORY, BOTH_WRITE);
    }

    private void enabled(String rest) throws BadInputException {
      board.cpu("altr,has-mpu", 1);
      board.run(program + "movi r8,1\n wrctl config,r8\n" + rest, STAY);
    }

    private static final String TO_USER =
        """
        nextpc r9
        addi ea,r9,16
        movi r8,2
        wrctl estatus,r8
        eret
        """;

    @Test
    void untilItIsEnabledAllIsAllowed() throws BadInputException {
      board.cpu("altr,has-mpu", 1).run("stw r4,0(r4)\n ldw r9,0(r4)", STAY);
      assertThat(board.cause()).isZero();
      assertThat(board.register(9)).isEqualTo(BareBoard.DATA);
    }

    @Test
    void whatIsInNoRegionIsRefused() throws BadInputException {
      region(false, 0, 0x0800_0000, ALL_MEMORY, EXECUTE_BOTH);
      enabled("ldw r9,4(r4)");
      assertThat(board.cause()).as("data region violation").isEqualTo(17);
      assertThat(board.control(BADADDR)).isEqualTo(BareBoard.DATA + 4);
      assertThat(board.pc()).isEqualTo(BareBoard.EXCEPTION);
    }

    @Test
    void codeInNoRegionIsRefused() throws BadInputException {
      everything();
      // The handler may run, the rest of the page may not.
      region(false, 0, 0x0900_0000, 0x7fff_f000, NONE);
      enabled("movhi r9,0x900\n jmp r9");
      assertThat(board.cause()).as("instruction region violation").isEqualTo(16);
      assertThat(board.control(BADADDR)).isEqualTo(0x0900_0000);
      assertThat(board.register(EA)).isEqualTo(0x0900_0004);
    }

    @ParameterizedTest
    @CsvSource({
      NONE + ",       no, no, no, no",
      SUPERVISOR_READS + ",  yes, no, no, no",
      BOTH_READ + ",  yes, no, yes, no",
      SUPERVISOR_WRITES + ", yes, yes, no, no",
      USER_READS + ", yes, yes, yes, no",
      BOTH_WRITE + ", yes, yes, yes, yes"
    })
    void permissionsAreThoseOfTheTable(
        int permission, String reads, String writes, String userReads, String userWrites)
        throws BadInputException {
      String[] expected = {reads, writes, userReads, userWrites};
      String[] tries = {"ldw r9,0(r4)", "stw r9,0(r4)", "ldw r9,0(r4)", "stw r9,0(r4)"};
      for (int i = 0; i < tries.length; i++) {
        Protection one = new Protection();
        BareBoard fresh = new BareBoard(engine).cpu("altr,has-mpu", 1);
        one.everything();
        one.region(true, 0, BareBoard.DATA, 0x7fff_f000, permission);
        // User mode ends with a trap: a jump to itself there might be interrupted.
        fresh.run(
            one.program
                + "movi r8,1\n wrctl config,r8\n"
                + (i < 2 ? "" : TO_USER)
                + tries[i]
                + "\n trap 0",
            STAY);
        assertThat(fresh.cause())
            .as("permission %d, %s, %s", permission, tries[i], i < 2 ? "supervisor" : "user")
            .isEqualTo(expected[i].equals("yes") ? 3 : 17);
      }
    }

    @Test
    void theFirstRegionCountsAndMayBeSmallerThanAPage() throws BadInputException {
      everything();
      board.cpu("altr,mpu-min-region-size", 64);
      region(true, 2, BareBoard.DATA + 64, 0x7fff_ffc0, NONE);
      enabled("stw r4,60(r4)\n stw r4,128(r4)\n ldw r9,60(r4)\n stb r4,64(r4)");
      assertThat(board.cause()).isEqualTo(17);
      assertThat(board.register(9)).as("beside it").isEqualTo(BareBoard.DATA);
      assertThat(board.control(BADADDR)).isEqualTo(BareBoard.DATA + 64);
    }

    @Test
    void aRegionMayHaveALimit() throws BadInputException {
      board.cpu("altr,mpu-use-limit", 1).cpu("altr,mpu-min-region-size", 256);
      region(false, 0, 0x0800_0000, 0x1000_0000, EXECUTE_BOTH);
      region(true, 0, BareBoard.DATA, BareBoard.DATA + 0x300, BOTH_WRITE);
      enabled("stw r4,0x2fc(r4)\n ldw r9,0x2fc(r4)\n ldw r10,0x300(r4)");
      assertThat(board.register(9)).isEqualTo(BareBoard.DATA);
      assertThat(board.control(BADADDR)).isEqualTo(BareBoard.DATA + 0x300);
    }

    @Test
    void regionsCanBeReadBack() throws BadInputException {
      everything();
      region(true, 3, BareBoard.DATA, 0x7fff_f000, USER_READS);
      program.append("movi r8,0\n wrctl mpubase,r8\n");
      board.cpu("altr,has-mpu", 1);
      board.run(
          program
              + """
              movi r8,7
              wrctl mpubase,r8
              movi r8,2
              wrctl mpuacc,r8
              rdctl r9,mpubase
              rdctl r10,mpuacc\
              """,
          STAY);
      assertThat(board.register(9)).isEqualTo(BareBoard.DATA | 7);
      assertThat(board.register(10)).isEqualTo(0x7fff_f000 | (USER_READS << 2));
    }

    @Test
    void aChangedRegionCountsAtOnce() throws BadInputException {
      everything();
      String setUp = program.toString();
      program.setLength(0);
      region(true, 0, BareBoard.DATA, 0x7fff_f000, BOTH_READ);
      String protect = program.toString();
      program.setLength(0);
      program.append(setUp);
      enabled("stw r4,0(r4)\n ldw r9,0(r4)\n" + protect + "ldw r10,0(r4)\n stw r9,0(r4)");
      assertThat(board.register(10)).isEqualTo(BareBoard.DATA);
      assertThat(board.cause()).isEqualTo(17);
    }

    @Test
    void userModeMayNotDoWhatASupervisorMay() throws BadInputException {
      everything();
      enabled(TO_USER + "wrctl status,zero");
      assertThat(board.cause()).as("supervisor-only instruction").isEqualTo(10);
      assertThat(board.control(ESTATUS)).isEqualTo(RSIE | U);
    }

    @Test
    void numbersOfRegionsThatThereAreNotHurtNobody() throws BadInputException {
      board.cpu("altr,mpu-num-data-regions", 3);
      region(true, 31, BareBoard.DATA, 0x7fff_f000, NONE);
      everything();
      program.append("movi r8,2\n wrctl mpuacc,r8\n");
      board.cpu("altr,has-mpu", 1).run(program.toString(), STAY);
      assertThat(board.cause()).isZero();
    }
  }

  /// Shadow register sets.
  @Nested
  final class Sets {
    private void run(int sets, String program, String handler) throws BadInputException {
      board.cpu("altr,num-of-shadow-reg-sets", sets).run(program, handler);
    }

    private static final String PREVIOUS_IS_2 = "movhi r8,2\n wrctl status,r8\n";

    @Test
    void registersOfThePreviousSetAreReadAndWritten() throws BadInputException {
      run(
          3,
          PREVIOUS_IS_2
              + """
              movi r9,40
              movi r10,1
              wrprs r10,r9
              rdprs r11,r10,2
              rdprs r12,r10,-2
              rdprs r13,zero,5
              wrprs zero,r9
              rdprs r14,zero,0\
              """,
          STAY);
      assertThat(board.register(10)).as("the current set's own").isEqualTo(1);
      assertThat(board.register(11)).isEqualTo(42);
      assertThat(board.register(12)).isEqualTo(38);
      assertThat(board.register(13)).isEqualTo(5);
      assertThat(board.register(14)).as("zero is zero everywhere").isZero();
    }

    @Test
    void eretChangesToAnotherSetAndAnExceptionBack() throws BadInputException {
      run(
          2,
          """
          movi r9,9
          movhi r8,1
          wrctl status,r8
          movhi r10,0x800
          wrprs r10,r10
          movui r8,1024
          wrctl estatus,r8
          nextpc r11
          addi ea,r11,8
          eret
          ori r10,r10,5
          mov r12,r9
          trap 0\
          """,
          "rdctl r20,estatus\n rdctl r21,status\n rdprs r22,r10,0\n rdprs r23,r12,0\n " + STAY);
      assertThat(board.register(20) & ~RSIE).as("it was set 1").isEqualTo(1 << CRS_SHIFT);
      assertThat(board.register(21) & ~RSIE).as("and is the previous").isEqualTo(1 << PRS_SHIFT);
      assertThat(board.register(22)).isEqualTo(0x0800_0005);
      assertThat(board.register(23)).as("r9 of set 1").isZero();
      assertThat(board.register(9)).isEqualTo(9);
    }

    @Test
    void whatHasFewerBitsThanAFieldKeepsThose() throws BadInputException {
      run(2, "movhi r8,0x3f\n wrctl status,r8\n rdctl r9,status\n wrprs r5,r8", STAY);
      assertThat(board.register(9) & ~RSIE).as("two bits for 0 to 2").isEqualTo(3 << PRS_SHIFT);
    }
  }
}
