package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.board.cpu.Processor.BootArguments;
import dev.forklift.board.cpu.ProcessorType;
import dev.forklift.board.cpu.Stop;
import dev.forklift.board.device.DeviceType;
import dev.forklift.board.gdb.BoardDebugger;
import dev.forklift.board.machine.Board;
import dev.forklift.board.machine.BoardConfig;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A debugger at a board that counts down.
@Timeout(60)
class BoardDebuggerTest {
  private static final long START = 0xc800_0000L;
  private static final long LOOP = START + 8;
  private static final long STORE = START + 12;
  private static final long BRANCH = START + 16;
  private static final long STAY = START + 20;
  private static final long COUNT = 0xc810_0000L;

  private static final int[] CODE = {
    (2 << 22) | (0x7fff << 6) | 0x34, // movhi r2,0x7fff
    (3 << 22) | (0xc810 << 6) | 0x34, // movhi r3,0xc810
    (2 << 27) | (2 << 22) | (0xffff << 6) | 0x04, // addi r2,r2,-1
    (3 << 27) | (2 << 22) | 0x15, // stw r2,0(r3)
    (2 << 27) | (0xfff4 << 6) | 0x1e, // bne r2,zero,-12
    0xffff_ff06 // br -4
  };

  private static final int PC = 32;
  private static final int STATUS = 33;
  private static final int RSIE = 1 << 23;

  private BoardDebugger debugger;
  private Board board;
  private RspClient gdb;
  private final CompletableFuture<Stop> end = new CompletableFuture<>();

  @BeforeEach
  void start() throws Exception {
    debugger = new BoardDebugger(0);
    board =
        Board.of(
            BootedBoard.named("10m50"),
            new BoardConfig(
                debugger.engine(),
                ProcessorType.all(),
                DeviceType.all(BoardDebuggerTest.class.getClassLoader()),
                InputStream.nullInputStream(),
                OutputStream.nullOutputStream(),
                true,
                _ -> {}));
    ByteBuffer code = ByteBuffer.allocate(4 * CODE.length).order(ByteOrder.LITTLE_ENDIAN);
    code.asIntBuffer().put(CODE);
    board.memory().write(board.processor().physical(START), code.array(), 0, code.capacity());
    board.processor().boot(START, BootArguments.NONE);
    Thread.ofPlatform().daemon().start(() -> end.complete(debugger.run(board)));
    gdb = new RspClient(debugger.port());
  }

  @AfterEach
  void stop() throws Exception {
    gdb.close();
    board.quit();
    debugger.close();
  }

  private Stop end() throws Exception {
    return end.get(30, TimeUnit.SECONDS);
  }

  @Test
  void itWaitsBeforeTheFirstInstructionAndDescribesItself() throws Exception {
    assertThat(gdb.ask("?")).startsWith("T05").contains("20:000000c8;", "thread:1;");
    assertThat(gdb.ask("qSupported:swbreak+")).contains("qXfer:features:read+", "swbreak+");
    assertThat(gdb.ask("qXfer:features:read:target.xml:0,1ff0"))
        .startsWith("l<?xml")
        .contains("org.gnu.gdb.nios2.cpu", "name=\"tlbmisc\" bitsize=\"32\"");
    assertThat(gdb.ask("qXfer:features:read:target.xml:10,8")).startsWith("m").hasSize(9);
    assertThat(gdb.ask("qfThreadInfo")).isEqualTo("m1");
    assertThat(gdb.register(STATUS)).isEqualTo(RSIE);
    assertThat(gdb.word(START)).isEqualTo(CODE[0]);
  }

  @Test
  void itStepsAndStopsAtBreakpointsAndWatchedAccesses() throws Exception {
    assertThat(gdb.ask("qSupported:swbreak+")).isNotEmpty();
    assertThat(gdb.ask("s")).startsWith("T05");
    assertThat(gdb.register(PC)).isEqualTo(START + 4);
    assertThat(gdb.ask("vCont;s:1")).startsWith("T05");
    assertThat(gdb.register(PC)).isEqualTo(LOOP);
    assertThat(gdb.ask("Z0,%x,4".formatted(BRANCH))).isEqualTo("OK");
    assertThat(gdb.ask("c")).startsWith("T05swbreak:;");
    assertThat(gdb.register(PC)).isEqualTo(BRANCH);
    assertThat(gdb.register(2)).isEqualTo(0x7ffe_ffff);
    assertThat(gdb.word(BRANCH)).as("the code is as it was").isEqualTo(CODE[4]);
    assertThat(gdb.ask("z0,%x,4".formatted(BRANCH))).isEqualTo("OK");
    assertThat(gdb.ask("Z2,%x,4".formatted(COUNT))).isEqualTo("OK");
    assertThat(gdb.ask("vCont;c")).startsWith("T05watch:%x;".formatted(COUNT));
    assertThat(gdb.register(PC)).isEqualTo(STORE + 4);
    assertThat(gdb.word(COUNT)).isEqualTo(0x7ffe_fffe);
  }

  @Test
  void itIsInterruptedChangedAndGoesOnToItsEnd() throws Exception {
    gdb.send("c");
    Thread.sleep(100);
    gdb.raw("\u0003");
    assertThat(gdb.receive()).startsWith("T02");
    assertThat(gdb.register(PC)).isBetween(LOOP, BRANCH);
    assertThat(gdb.ask("P2=05000000")).isEqualTo("OK");
    assertThat(gdb.register(2)).isEqualTo(5);
    assertThat(gdb.ask("M%x,4:01020304".formatted(COUNT + 8))).isEqualTo("OK");
    assertThat(gdb.word(COUNT + 8)).isEqualTo(0x0403_0201);
    assertThat(gdb.ask("P%x=%08x".formatted(PC, Integer.reverseBytes((int) STAY)))).isEqualTo("OK");
    assertThat(gdb.ask("c")).isEqualTo("W00");
    assertThat(end().kind()).isEqualTo(Stop.Kind.HALTED);
  }

  @Test
  void memoryThatIsNotThereIsAnError() throws Exception {
    assertThat(gdb.ask("m1000,4")).as("not in the TLB").isEqualTo("E01");
    assertThat(gdb.ask("M1000,1:00")).isEqualTo("E01");
    assertThat(gdb.ask("p7f")).isEqualTo("E01");
    assertThat(gdb.ask("mx,4")).isEqualTo("E01");
    assertThat(gdb.ask("Z0,zz,4")).isEqualTo("E01");
  }

  @Test
  void userModeHidesNothing() throws Exception {
    String user = "%08x".formatted(Integer.reverseBytes(RSIE | 2));
    assertThat(gdb.ask("P%x=%s".formatted(STATUS, user))).isEqualTo("OK");
    assertThat(gdb.register(STATUS)).isEqualTo(RSIE | 2);
    assertThat(gdb.word(START)).isEqualTo(CODE[0]);
    assertThat(board.processor().isUserMode()).isTrue();
  }

  @Test
  void withoutADebuggerItGoesOn() throws Exception {
    assertThat(gdb.ask("P%x=%08x".formatted(PC, Integer.reverseBytes((int) STAY)))).isEqualTo("OK");
    assertThat(gdb.ask("Z0,%x,4".formatted(STAY))).isEqualTo("OK");
    assertThat(gdb.ask("D")).isEqualTo("OK");
    assertThat(end().kind()).isEqualTo(Stop.Kind.HALTED);
  }

  @Test
  void aDebuggerThatIsGoneLeavesItRunning() throws Exception {
    assertThat(gdb.ask("P%x=%08x".formatted(PC, Integer.reverseBytes((int) STAY)))).isEqualTo("OK");
    gdb.close();
    assertThat(end().kind()).isEqualTo(Stop.Kind.HALTED);
  }

  @Test
  void itIsKilledOrQuitWhileItWaits() throws Exception {
    board.quit();
    debugger.look();
    assertThat(end().kind()).isEqualTo(Stop.Kind.QUIT);
  }
}
