package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.arch.nios2.Nios2Linux;
import dev.forklift.kernel.fs.tmpfs.Tmpfs;
import dev.forklift.kernel.gdb.GdbServer;
import dev.forklift.kernel.machine.Machine;
import dev.forklift.kernel.machine.MachineConfig;
import dev.forklift.kernel.machine.Outcome;
import dev.forklift.kernel.machine.Stdio;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A debugger at a program, packet by packet.
class GdbServerTest {
  private static final Path PROGRAM = Checkout.ROOT.resolve("verification/guest/bin/debuggee");
  private static final int SP = 27;
  private static final int PC = 32;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final List<String> said = new ArrayList<>();
  private ElfSymbolTable symbols;
  private GdbServer server;
  private RunningMachine running;
  private RspClient gdb;

  @BeforeEach
  void listen() throws Exception {
    symbols = new ElfSymbolTable(PROGRAM);
    server = new GdbServer(0);
  }

  @AfterEach
  void hangUp() throws Exception {
    if (gdb != null) {
      gdb.close();
    }
    server.close();
    // Whoever is left without its debugger goes on, and comes to its end.
    if (running != null) {
      outcome();
    }
  }

  private void debug(String... arguments) throws Exception {
    var root = GuestRun.rootWith("debuggee", PROGRAM);
    Machine machine =
        new Machine(
            MachineConfig.of(
                new Nios2Linux(),
                (systems, budget) -> new Tmpfs(systems, "tmpfs", budget, root),
                new Stdio(new ByteArrayInputStream(new byte[0]), out, out)));
    machine.traceProgram(server.start(machine.kernel(), said::add));
    machine.start(GuestRun.program("debuggee", List.of(arguments), List.of()));
    running = RunningMachine.of(machine);
    gdb = new RspClient(server.port());
    assertThat(gdb.ask("qSupported:swbreak+;exec-events+")).contains("swbreak+", "QPassSignals+");
  }

  private Outcome outcome() throws Exception {
    return running.end(60_000);
  }

  private String breakAt(String function) throws Exception {
    return gdb.ask("Z0,%x,4".formatted(symbols.address(function)));
  }

  private String unbreakAt(String function) throws Exception {
    return gdb.ask("z0,%x,4".formatted(symbols.address(function)));
  }

  @Test
  void theProgramWaitsBeforeItsFirstInstruction() throws Exception {
    debug("count");

    assertThat(gdb.ask("?")).startsWith("T05").contains("thread:");
    assertThat(gdb.register(PC)).isEqualTo(symbols.address("_start"));
    assertThat(out.size()).isZero();
    assertThat(running.hasEnded()).isFalse();
  }

  @Test
  void runningToTheEndTellsTheStatus() throws Exception {
    debug("count");

    assertThat(gdb.ask("vCont;c")).isEqualTo("W07");
    assertThat(outcome().exitCode()).isEqualTo(7);
    assertThat(out.toString(StandardCharsets.ISO_8859_1)).contains("counter 8");
  }

  @Test
  void aBreakpointStopsAtItsInstructionAndIsNotSeenInMemory() throws Exception {
    debug("count");
    long innermost = symbols.address("innermost");
    int code = gdb.word(innermost);

    assertThat(breakAt("innermost")).isEqualTo("OK");
    String stop = gdb.ask("vCont;c");

    assertThat(stop).startsWith("T05swbreak:;");
    assertThat(gdb.register(PC)).isEqualTo(innermost);
    assertThat(gdb.word(innermost)).isEqualTo(code);
    // As debuggers go on: without the breakpoint for one instruction.
    assertThat(unbreakAt("innermost")).isEqualTo("OK");
    assertThat(gdb.ask("vCont;s:%x".formatted(RspClient.thread(stop)))).startsWith("T05");
    assertThat(gdb.register(PC)).isEqualTo(innermost + 4);
    assertThat(breakAt("innermost")).isEqualTo("OK");
    assertThat(gdb.ask("vCont;c")).startsWith("T05swbreak:;");
    assertThat(gdb.register(PC)).isEqualTo(innermost);
    assertThat(unbreakAt("innermost")).isEqualTo("OK");
    assertThat(gdb.ask("c")).isEqualTo("W07");
  }

  @Test
  void everyInstructionCanBeStepped() throws Exception {
    debug("count");

    long last = gdb.register(PC);
    for (int i = 0; i < 200; i++) {
      assertThat(gdb.ask("s")).startsWith("T05");
      long pc = gdb.register(PC);
      assertThat(pc).as("step %d", i).isNotEqualTo(last);
      last = pc;
    }
  }

  @Test
  void registersAndMemoryCanBeChanged() throws Exception {
    debug("count");
    assertThat(breakAt("outer")).isEqualTo("OK");
    assertThat(gdb.ask("c")).startsWith("T05");
    long counter = symbols.address("counter");

    assertThat(gdb.word(counter)).isEqualTo(41);
    assertThat(gdb.ask("M%x,4:64000000".formatted(counter))).isEqualTo("OK");
    assertThat(gdb.word(counter)).isEqualTo(100);
    assertThat(gdb.ask("P4=10000000")).isEqualTo("OK");
    assertThat(gdb.register(4)).isEqualTo(16);
    String all = gdb.ask("g");
    assertThat(all).hasSize(49 * 8);
    assertThat(all.substring(4 * 8, 5 * 8)).isEqualTo("10000000");
    assertThat(gdb.ask("G" + all)).isEqualTo("OK");
    assertThat(gdb.ask("m7fffff00,4")).startsWith("E");
    assertThat(gdb.ask("M10,1:00")).startsWith("E");
    // The address in r4 is nothing that can be written.
    assertThat(unbreakAt("outer")).isEqualTo("OK");
    assertThat(gdb.ask("c")).startsWith("T0b");
  }

  @Test
  void aWatchpointStopsBehindTheStore() throws Exception {
    debug("count");
    long counter = symbols.address("counter");

    assertThat(gdb.ask("Z2,%x,4".formatted(counter))).isEqualTo("OK");
    assertThat(gdb.ask("c")).startsWith("T05watch:%x;".formatted(counter));
    assertThat(gdb.word(counter)).isEqualTo(1);
    assertThat(gdb.ask("c")).startsWith("T05watch:");
    assertThat(gdb.ask("z2,%x,4".formatted(counter))).isEqualTo("OK");
    assertThat(gdb.ask("c")).isEqualTo("W07");
  }

  @Test
  void aSignalIsShownAndMayBeHeldBack() throws Exception {
    debug("handler");

    assertThat(gdb.ask("c")).startsWith("T1e");
    assertThat(gdb.ask("qXfer:siginfo:read::0,80")).startsWith("l\n\0\0\0");
    assertThat(gdb.ask("vCont;c")).isEqualTo("W00");
  }

  @Test
  void aSignalThatIsPassedOnRunsItsHandler() throws Exception {
    debug("handler");
    assertThat(breakAt("on_signal")).isEqualTo("OK");

    String stop = gdb.ask("c");
    assertThat(stop).startsWith("T1e");
    assertThat(gdb.ask("vCont;C1e:%x;c".formatted(RspClient.thread(stop)))).startsWith("T05");
    assertThat(gdb.register(PC)).isEqualTo(symbols.address("on_signal"));
    // The handler crashes.
    assertThat(unbreakAt("on_signal")).isEqualTo("OK");
    assertThat(gdb.ask("c")).startsWith("T0b");
    assertThat(gdb.ask("C0b")).isEqualTo("X0b");
    assertThat(outcome().signal()).isEqualTo(11);
  }

  @Test
  void signalsOfNoInterestAreNotShown() throws Exception {
    debug("terminate");

    assertThat(gdb.ask("QPassSignals:0f")).isEqualTo("OK");
    assertThat(gdb.ask("c")).isEqualTo("X0f");
  }

  @Test
  void anInterruptStopsALoopAndASleep() throws Exception {
    for (String how : new String[] {"spin", "sleep"}) {
      debug(how);
      gdb.send("c");
      Thread.sleep(200);
      gdb.raw("\3");
      assertThat(gdb.receive()).startsWith("T02");
      long pc = gdb.register(PC);
      assertThat(gdb.ask("?")).startsWith("T02");
      assertThat(gdb.register(PC)).isEqualTo(pc);
      assertThat(gdb.register(SP)).isBetween(0x7f00_0000L, 0x7fff_0000L);
      gdb.send("k");
      assertThat(outcome().signal()).isEqualTo(9);
      gdb.close();
      server.close();
      server = new GdbServer(0);
    }
  }

  /// Seen from the debugger it is at the trap, about to make the call; and so it goes on.
  @Test
  void aSleepThatWasInterruptedGoesOn() throws Exception {
    debug("threads");
    assertThat(breakAt("outer")).isEqualTo("OK");
    gdb.send("c");
    Thread.sleep(20);
    gdb.raw("\3");
    String stop = gdb.receive();
    if (stop.startsWith("T02")) {
      stop = gdb.ask("c");
    }
    assertThat(stop).startsWith("T05swbreak");
    assertThat(unbreakAt("outer")).isEqualTo("OK");
    assertThat(gdb.ask("c")).isEqualTo("W00");
    assertThat(outcome().exitCode()).isZero();
    assertThat(out.toString(StandardCharsets.ISO_8859_1)).contains("joined");
  }

  @Test
  void allThreadsStopTogetherAndOneCanBeSteppedAlone() throws Exception {
    debug("threads");
    assertThat(breakAt("outer")).isEqualTo("OK");
    String stop = gdb.ask("c");
    int main = RspClient.thread(stop);

    String[] threads = gdb.ask("qfThreadInfo").substring(1).split(",");
    assertThat(threads).hasSize(3);
    assertThat(gdb.ask("qsThreadInfo")).isEqualTo("l");
    int spinning = 0;
    for (String thread : threads) {
      assertThat(gdb.ask("T" + thread)).isEqualTo("OK");
      assertThat(gdb.ask("Hg" + thread)).isEqualTo("OK");
      long pc = gdb.register(PC);
      if (pc >= symbols.address("spin_in_thread") && pc < symbols.address("spin_in_thread") + 64) {
        spinning = Integer.parseInt(thread, 16);
      }
    }
    assertThat(spinning).isPositive();
    int quiet = gdb.word(symbols.address("quiet"));
    Thread.sleep(50);
    assertThat(gdb.word(symbols.address("quiet"))).as("nothing runs").isEqualTo(quiet);
    assertThat(gdb.ask("vCont;s:%x".formatted(spinning)))
        .contains("thread:%x;".formatted(spinning));
    assertThat(gdb.ask("Hg%x".formatted(main))).isEqualTo("OK");
    assertThat(gdb.register(PC)).isEqualTo(symbols.address("outer"));
    assertThat(gdb.ask("T7777")).startsWith("E");
    assertThat(unbreakAt("outer")).isEqualTo("OK");
    assertThat(gdb.ask("vCont;c")).isEqualTo("W00");
  }

  @Test
  void afterDetachingTheProgramRunsOn() throws Exception {
    debug("count");
    assertThat(breakAt("innermost")).isEqualTo("OK");
    assertThat(gdb.ask("c")).startsWith("T05");

    assertThat(gdb.ask("D")).isEqualTo("OK");

    assertThat(outcome().exitCode()).isEqualTo(7);
  }

  @Test
  void aDebuggerThatVanishesLeavesTheProgramRunning() throws Exception {
    debug("count");
    assertThat(breakAt("innermost")).isEqualTo("OK");
    assertThat(gdb.ask("c")).startsWith("T05");

    gdb.close();

    assertThat(outcome().exitCode()).isEqualTo(7);
    assertThat(said).anyMatch(line -> line.contains("goes on"));
  }

  @Test
  void childrenRunWithoutTheDebugger() throws Exception {
    debug("child");
    assertThat(breakAt("crash_in_child")).isEqualTo("OK");

    assertThat(gdb.ask("QPassSignals:14")).isEqualTo("OK");
    assertThat(gdb.ask("c")).isEqualTo("W00");
    assertThat(outcome().exitCode()).isZero();
    assertThat(out.toString(StandardCharsets.ISO_8859_1)).contains("child: killed by SIGSEGV");
  }

  @Test
  void theDebuggerReadsTheProgramOutOfTheGuest() throws Exception {
    debug("count");

    String name = gdb.ask("qXfer:exec-file:read:3:0,100");
    assertThat(name).isEqualTo("l/job/debuggee");
    String fd = gdb.ask("vFile:open:" + hex("/job/debuggee") + ",0,0");
    assertThat(fd).startsWith("F").doesNotStartWith("F-");
    String data = gdb.ask("vFile:pread:" + fd.substring(1) + ",4,0");
    assertThat(data).isEqualTo("F4;\177ELF");
    assertThat(gdb.ask("vFile:close:" + fd.substring(1))).isEqualTo("F0");
    assertThat(gdb.ask("vFile:open:" + hex("/no/such") + ",0,0")).isEqualTo("F-1,2");
    assertThat(gdb.ask("qXfer:features:read:target.xml:0,1000"))
        .startsWith("l<?xml")
        .contains(
            "org.gnu.gdb.nios2.cpu", "name=\"pc\" bitsize=\"32\" type=\"code_ptr\" regnum=\"32\"");
  }

  @Test
  void nonsenseIsAnsweredWithErrors() throws Exception {
    debug("count");

    for (String packet :
        new String[] {
          "mzz,4",
          "m10",
          "Mx",
          "Z0",
          "Z0,10",
          "P",
          "pffffffff",
          "G00",
          "Hg-5",
          "vCont;x",
          "vFile:pread:1",
          "Z0,zz,4",
          "qXfer:auxv:read::zz,1",
          "X10,5:abc"
        }) {
      assertThat(gdb.ask(packet)).as(packet).startsWith("E");
    }
    for (String packet : new String[] {"", "!", "vMustReplyEmpty", "qNoSuch", "Z9,0,0", "~~"}) {
      assertThat(gdb.ask(packet)).as(packet).isEmpty();
    }
    gdb.raw("$g#00");
    gdb.raw("noise");
    assertThat(gdb.ask("qAttached")).isEqualTo("0");
    assertThat(gdb.ask("vCont;c")).isEqualTo("W07");
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
