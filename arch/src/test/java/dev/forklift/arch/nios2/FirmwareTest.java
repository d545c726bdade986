package dev.forklift.arch.nios2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.board.BadInputException;
import dev.forklift.board.cpu.ProcessorType;
import dev.forklift.board.cpu.Stop;
import dev.forklift.board.device.Device;
import dev.forklift.board.device.DeviceType;
import dev.forklift.board.device.Placement;
import dev.forklift.board.device.RegisterTable;
import dev.forklift.board.machine.Board;
import dev.forklift.board.machine.BoardConfig;
import dev.forklift.board.tree.Fdt;
import dev.forklift.board.tree.TreeNode;
import dev.forklift.board.virtio.NetworkLink;
import dev.forklift.board.virtio.VirtioConsole;
import dev.forklift.board.virtio.VirtioEntropy;
import dev.forklift.board.virtio.VirtioNetwork;
import dev.forklift.board.virtio.VirtioSlots;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Small programs on the whole 10M50 board, without any kernel.
@Timeout(60)
@ParameterizedClass
@EnumSource(BoardEngine.class)
final class FirmwareTest {
  private static final long CODE = 0xc800_1000L;
  private static final long EXCEPTION = 0xc800_0120L;
  private static final int DIRECT_PAST_CACHE = 0xe000_0000;

  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
  private final List<String> remarks = new ArrayList<>();
  private final List<DeviceType> devices =
      new ArrayList<>(DeviceType.all(FirmwareTest.class.getClassLoader()));
  private final BoardEngine engine;
  private String typed = "";
  private boolean counted;

  FirmwareTest(BoardEngine engine) {
    this.engine = engine;
  }

  private Board board(TreeNode tree) throws BadInputException {
    InputStream input = new ByteArrayInputStream(typed.getBytes(StandardCharsets.US_ASCII));
    return Board.of(
        tree,
        new BoardConfig(
            engine.create(), ProcessorType.all(), devices, input, shown, counted, remarks::add));
  }

  private Board board(String program, String handler) throws BadInputException {
    Board board = board(Board10m50.tree());
    put(board, CODE, program);
    put(board, EXCEPTION, handler);
    board.processor().cpu().setPc(CODE);
    return board;
  }

  private static void put(Board board, long address, String text) {
    byte[] code = board.processor().cpu().isa().instructions().assembler().assemble(address, text);
    board.memory().write(board.processor().physical(address), code, 0, code.length);
  }

  private String shown() {
    return shown.toString(StandardCharsets.US_ASCII);
  }

  @Test
  void aMachineThatWaitsForNothingIsHalted() throws BadInputException {
    Board board = board("movi r2,1\n .word 0xffffff06", "nop");
    assertThat(board.run().kind()).isEqualTo(Stop.Kind.HALTED);
    assertThat(board.processor().cpu().register(2)).isEqualTo(1);
  }

  @Test
  void aLoopThatCountsInARegisterIsNotHalted() throws BadInputException {
    Board board =
        board(
            "movhi r2,20\n loop: addi r2,r2,-1\n bne r2,zero,loop\n movi r3,7\n .word 0xffffff06",
            "nop");
    assertThat(board.run().kind()).isEqualTo(Stop.Kind.HALTED);
    assertThat(board.processor().cpu().register(3)).isEqualTo(7);
  }

  /// As a call with saved registers has it: the same registers in each round, while what counts
  /// stands on the stack.
  @Test
  void aLoopThatCountsOnTheStackIsNotTakenForIdle() throws BadInputException {
    counted = true;
    Board board =
        board(
            """
            movhi sp,0xc810
            movhi r4,0xf800
            ori r4,r4,0x1440
            movi r8,4
            stwio r8,4(r4)
            movi r8,1
            wrctl status,r8
            movui r9,30000
            stw zero,-4(sp)
            loop: ldw r2,-4(sp)
            addi r2,r2,1
            stw r2,-4(sp)
            beq r2,r9,end
            movi r2,0
            br loop
            end: wrctl status,zero
            stwio zero,16(r4)
            ldwio r3,20(r4)
            .word 0xffffff06\
            """,
            "nop");
    assertThat(board.run().kind()).isEqualTo(Stop.Kind.HALTED);
    assertThat(board.processor().cpu().register(3))
        .as("the upper half of a counter of 75 MHz that counts down, after 2 ms")
        .isBetween(0xfff0L, 0xffffL);
  }

  /// Two ticks of 20 ms: long against what a JVM needs that has just started.
  private static final String TWO_TICKS =
      """
      movhi r4,0xf800
      ori r4,r4,0x1440
      movui r5,37500
      stwio r5,8(r4)
      movi r5,22
      stwio r5,12(r4)
      movi r5,7
      stwio r5,4(r4)
      movi r5,1
      wrctl ienable,r5
      wrctl status,r5
      wait: beq r6,zero,wait
      movi r7,1
      again: bge r7,r6,again
      wrctl status,zero
      .word 0xffffff06\
      """;

  private static final String COUNT_TICKS =
      "stwio zero,0(r4)\n addi r6,r6,1\n addi ea,ea,-4\n eret";

  @Test
  void theTimerInterruptsAndWaitingForItTakesNoInstructions() throws BadInputException {
    Board board = board(TWO_TICKS, COUNT_TICKS);
    assertThat(board.run().kind()).isEqualTo(Stop.Kind.HALTED);
    assertThat(board.processor().cpu().register(6)).isEqualTo(2);
    // A tick would be some hundred thousand instructions even here.
    assertThat(board.processor().cpu().instructions()).isLessThan(20_000);
  }

  @Test
  void withCountedTimeTwoRunsTakeTheSameInstructions() throws BadInputException {
    counted = true;
    Board first = board(TWO_TICKS, COUNT_TICKS);
    Board second = board(TWO_TICKS, COUNT_TICKS);
    assertThat(first.run()).isEqualTo(second.run());
    assertThat(first.processor().cpu().instructions())
        .isEqualTo(second.processor().cpu().instructions());
  }

  @Test
  void theSerialPortTalksBothWays() throws BadInputException {
    typed = "az";
    Board board =
        board(
            """
            movhi r4,0xf800
            ori r4,r4,0x1600
            movi r8,2
            next: ldwio r5,20(r4)
            andi r5,r5,1
            beq r5,zero,next
            ldwio r5,0(r4)
            addi r5,r5,-32
            stwio r5,0(r4)
            addi r8,r8,-1
            bne r8,zero,next
            .word 0xffffff06\
            """,
            "nop");
    assertThat(board.run().kind()).isEqualTo(Stop.Kind.HALTED);
    assertThat(shown()).isEqualTo("AZ");
  }

  @Test
  void whoGoesWhereThereIsNothingIsLost() throws BadInputException {
    Stop stop = board("movhi r2,0xd000\n jmp r2", "nop").run();
    assertThat(stop.kind()).isEqualTo(Stop.Kind.LOST);
    assertThat(stop.reason()).isEqualTo("the CPU went to 0xd0000000, where there is no memory");
    assertThat(board("movhi r2,0xd400\n jmp r2", "nop").run().kind()).isEqualTo(Stop.Kind.RESET);
  }

  @Test
  void aHandlerThatCannotRunIsTheEnd() throws BadInputException {
    Board both = board(changed("altr,exception-addr", 0x2000));
    put(both, CODE, "trap 0");
    both.processor().cpu().setPc(CODE);
    Stop stop = both.run();
    assertThat(stop.kind()).isEqualTo(Stop.Kind.LOST);
    assertThat(stop.reason()).startsWith("the CPU takes one exception after another at 0x");
  }

  @Test
  void garbageForEveryDeviceRegisterIsBorne() throws BadInputException {
    counted = true;
    Board board =
        board(
            """
            movhi r4,0xf800
            ori r4,r4,0x1400
            movi r8,300
            movhi r2,0x1234
            ori r2,r2,0x5677
            next: stwio r2,0(r4)
            ldwio r3,0(r4)
            sthio r2,2(r4)
            stbio r2,1(r4)
            ldbio r3,3(r4)
            muli r2,r2,27655
            addi r2,r2,1
            addi r4,r4,4
            addi r8,r8,-1
            bne r8,zero,next
            .word 0xffffff06\
            """,
            "nop");
    assertThat(board.run().kind()).isEqualTo(Stop.Kind.HALTED);
  }

  /// What `break 1` does, with its function in r4 and its arguments at r5.
  private Board semihosted(String program) throws BadInputException {
    Board board = board(program, "movi r16,77\n .word 0xffffff06");
    board.semihost();
    return board;
  }

  @Test
  void semihostedFirmwareEndsWithAStatus() throws BadInputException {
    assertThat(semihosted("movi r4,0\n movi r5,7\n break 1").run()).isEqualTo(Stop.ended(7));
    Stop large = semihosted("movi r4,0\n movi r5,-1\n break 1").run();
    assertThat(large.kind()).isEqualTo(Stop.Kind.ENDED);
    assertThat(large.status()).as("eight bits, as of a process").isEqualTo(255);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0xabc1", "0xabc2"})
  void theToolsLibraryEndsWithAComparison(String mark) throws BadInputException {
    String program = "movi r2,9\n cmpltui zero,zero,%s\n movi r3,1\n .word 0xffffff06";
    assertThat(semihosted(program.formatted(mark)).run()).isEqualTo(Stop.ended(9));
    Board alone = board(program.formatted(mark), "nop");
    assertThat(alone.run().kind()).as("without a tool it is nothing").isEqualTo(Stop.Kind.HALTED);
    assertThat(alone.processor().cpu().register(3)).isEqualTo(1);
  }

  @Test
  void semihostedFirmwarePrints() throws BadInputException {
    Board board =
        semihosted(
            """
            movhi r6,0xc810
            movi r7,1
            stw r7,0(r6)
            addi r7,r6,64
            stw r7,4(r6)
            movi r8,3
            stw r8,8(r6)
            movi r8,72
            stb r8,0(r7)
            movi r8,105
            stb r8,1(r7)
            movi r8,33
            stb r8,2(r7)
            movi r4,5
            mov r5,r6
            break 1
            ldw r9,0(r6)
            ldw r10,4(r6)
            movi r4,0
            movi r5,0
            break 1\
            """);
    assertThat(board.run()).isEqualTo(Stop.ended(0));
    assertThat(shown()).isEqualTo("Hi!");
    assertThat(board.processor().cpu().register(9)).isEqualTo(3);
    assertThat(board.processor().cpu().register(10)).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 13, 99, -1})
  void whatATestDoesNotNeedIsRefused(int function) throws BadInputException {
    Board board =
        semihosted(
            "movi r4,%d\n movhi r5,0xc810\n break 1\n ldw r9,0(r5)\n .word 0xffffff06"
                .formatted(function));
    assertThat(board.run().kind()).isEqualTo(Stop.Kind.HALTED);
    assertThat(board.processor().cpu().register(9)).isEqualTo(-1);
  }

  @Test
  void argumentsThatAreNotThereHurtNobody() throws BadInputException {
    for (String address : List.of("0x4000", "0xd000", "0xffff")) {
      for (int function : new int[] {5, 6, 12, 14}) {
        Board board =
            semihosted(
                "movi r4,%d\n movhi r5,%s\n ori r5,r5,0xfffe\n break 1\n .word 0xffffff06"
                    .formatted(function, address));
        assertThat(board.run().kind()).isEqualTo(Stop.Kind.HALTED);
      }
    }
  }

  @Test
  void withoutSemihostingABreakIsABreak() throws BadInputException {
    Board board = board("movi r4,0\n movi r5,7\n break 1", "movi r16,77\n .word 0xffffff06");
    assertThat(board.run().kind()).isEqualTo(Stop.Kind.HALTED);
    assertThat(board.processor().cpu().register(16)).isEqualTo(77);
    Board other = semihosted("movi r4,0\n movi r5,7\n break 2");
    assertThat(other.run().kind()).isEqualTo(Stop.Kind.HALTED);
    assertThat(other.processor().cpu().register(16)).isEqualTo(77);
  }

  private Stop finished(int command) throws BadInputException {
    TreeNode tree = Board10m50.tree();
    tree.with(
        new TreeNode("test@19000000")
            .with("compatible", "sifive,test1", "sifive,test0")
            .with("reg", 0x1900_0000, 0x1000));
    Board board = board(tree);
    put(
        board,
        CODE,
        "movhi r4,%d\n movhi r5,%d\n ori r5,r5,%d\n stwio r5,0(r4)\n wait: br wait"
            .formatted((DIRECT_PAST_CACHE + 0x1900_0000) >>> 16, command >>> 16, command & 0xffff));
    board.processor().cpu().setPc(CODE);
    return board.run();
  }

  @Test
  void aRegisterInTheTreeEndsTheRun() throws BadInputException {
    assertThat(finished(0x5555)).isEqualTo(Stop.ended(0));
    assertThat(finished(0x0003_3333)).isEqualTo(Stop.ended(3));
    assertThat(finished(0x7777).kind()).isEqualTo(Stop.Kind.RESET);
    assertThat(finished(0x1234).kind()).isEqualTo(Stop.Kind.HALTED);
  }

  /// Prints a line, and then does as `rest` says.
  private Stop afterWords(String line, String rest) throws BadInputException {
    counted = true;
    Board board =
        board(
            """
            movhi r4,0xf800
            ori r4,r4,0x1600
            movhi r6,0xc810
            next: ldbu r5,0(r6)
            beq r5,zero,rest
            stwio r5,0(r4)
            addi r6,r6,1
            br next
            rest:
            """
                + rest,
            "nop");
    byte[] bytes = (line + "\0").getBytes(StandardCharsets.US_ASCII);
    board.memory().write(0x0810_0000, bytes, 0, bytes.length);
    return board.run();
  }

  private static final String PANIC =
      "[    1.2] ---[ end Kernel panic - not syncing: VFS: no root ]---\r\n";

  @Test
  void aKernelThatPanickedIsNoticedThoughItGoesOn() throws BadInputException {
    Stop stop = afterWords(PANIC, "movhi r4,0xf800\n ori r4,r4,0x1440\n w: ldwio r2,16(r4)\n br w");
    assertThat(stop).isEqualTo(new Stop(Stop.Kind.PANICKED, "the kernel panicked: VFS: no root"));
    assertThat(stop.status()).isEqualTo(1);
  }

  @Test
  void whoOnlySaysSoIsLeftAlone() throws BadInputException {
    String twoSeconds = "movhi r2,0x3000\n w: addi r2,r2,-16\n bne r2,zero,w\n .word 0xffffff06";
    assertThat(afterWords("Kernel panic - not syncing\n", twoSeconds).kind())
        .as("other words")
        .isEqualTo(Stop.Kind.HALTED);
    assertThat(afterWords(PANIC, "movi r2,1\n .word 0xffffff06").kind())
        .as("it rests")
        .isEqualTo(Stop.Kind.HALTED);
  }

  /// A device of a user's own.
  private static final class Adder implements DeviceType {
    private int sum;

    @Override
    public Set<String> compatible() {
      return Set.of("acme,adder-1.0");
    }

    @Override
    public Device create(Placement place) {
      return new RegisterTable(4).writable("sum", () -> sum, more -> sum += more);
    }
  }

  @Test
  void aDeviceOfAUsersOwnIsFoundByItsName() throws BadInputException {
    devices.add(new Adder());
    TreeNode tree = Board10m50.tree();
    tree.with(
        new TreeNode("adder@19000000")
            .with("compatible", "acme,adder-1.0")
            .with("reg", 0x1900_0000, 4));
    Board board = board(tree);
    put(
        board,
        CODE,
        "movhi r4,%d\n movi r5,20\n stwio r5,0(r4)\n stwio r5,0(r4)\n ldwio r6,0(r4)\n .word 0xffffff06"
            .formatted((DIRECT_PAST_CACHE + 0x1900_0000) >>> 16));
    board.processor().cpu().setPc(CODE);
    assertThat(board.run().kind()).isEqualTo(Stop.Kind.HALTED);
    assertThat(board.processor().cpu().register(6)).isEqualTo(40);
  }

  @Test
  void whatIsNotKnownIsNamedOnce() throws BadInputException {
    TreeNode tree = Board10m50.tree();
    tree.with(
        new TreeNode("adder@19000000")
            .with("compatible", "acme,adder-1.0")
            .with("reg", 0x1900_0000, 4));
    var _ = board(tree);
    assertThat(remarks)
        .containsExactly(
            "no such device is known: /adder@19000000 (acme,adder-1.0); it reads as zero");
  }

  @Test
  void treesThatMakeNoMachineAreRefused() {
    assertThatThrownBy(() -> board(new TreeNode(""))).hasMessage("the device tree has no CPU");
    TreeNode other =
        new TreeNode("")
            .with(new TreeNode("cpus").with(new TreeNode("cpu@0").with("compatible", "acme,cpu")));
    assertThatThrownBy(() -> board(other)).hasMessage("no such CPU is known: acme,cpu");
    assertThatThrownBy(() -> board(changed("altr,tlb-num-ways", 0)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("there is no TLB with 256 entries, 0 ways");
    assertThatThrownBy(() -> board(changed("altr,tlb-num-entries", 100)))
        .isInstanceOf(BadInputException.class);
    TreeNode odd = Board10m50.tree();
    odd.with(
        new TreeNode("memory@1").with("device_type", "memory").with("reg", 0x0900_0000, 0x1000));
    assertThatThrownBy(() -> board(odd)).hasMessageContaining("two are at 0x9000000");
  }

  @Test
  void brokenTreesMakeAMachineOrARefusal() {
    byte[] whole = Fdt.write(Board10m50.tree());
    Random random = new Random(11);
    int made = 0;
    int refused = 0;
    for (int i = 0; i < 3000; i++) {
      byte[] broken = whole.clone();
      for (int j = random.nextInt(6); j >= 0; j--) {
        broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
      }
      try {
        var _ = board(Fdt.read(broken));
        made++;
      } catch (BadInputException e) {
        refused++;
      }
    }
    assertThat(made).isGreaterThan(100);
    assertThat(refused).isGreaterThan(100);
  }

  private static TreeNode changed(String property, int value) {
    TreeNode tree = Board10m50.tree();
    TreeNode cpus = tree.child("cpus");
    if (cpus == null) {
      throw new AssertionError("no CPUs");
    }
    cpus.children().getFirst().with(property, value);
    return tree;
  }

  /// Half a million stores and loads of all sizes, of numbers of all sizes, at all registers that
  /// there are, with virtio devices beside the board's own.
  private static final String GARBAGE =
      """
      movhi r9,0x41c6
      ori r9,r9,0x4e6d
      movhi r11,0xc810
      movhi r10,4
      loop: mul r8,r8,r9
      addi r8,r8,12345
      srli r2,r8,14
      andi r2,r2,0x3ff
      srli r3,r8,25
      andi r3,r3,0x1c
      add r3,r3,r11
      ldw r3,0(r3)
      add r2,r2,r3
      mul r4,r8,r9
      srli r5,r4,27
      srl r4,r4,r5
      srli r5,r8,24
      andi r5,r5,3
      beq r5,zero,bytes
      cmpeqi r6,r5,1
      bne r6,zero,halves
      srli r2,r2,2
      slli r2,r2,2
      stwio r4,0(r2)
      ldwio r4,0(r2)
      br next
      bytes: stbio r4,0(r2)
      ldbuio r4,0(r2)
      br next
      halves: srli r2,r2,1
      slli r2,r2,1
      sthio r4,0(r2)
      ldhuio r4,0(r2)
      next: addi r10,r10,-1
      bne r10,zero,loop
      .word 0xffffff06\
      """;

  @ParameterizedTest
  @ValueSource(ints = {1, 77})
  void garbageInEveryRegisterOfEveryDeviceHurtsNobody(int seed) throws BadInputException {
    TreeNode tree = Board10m50.tree();
    VirtioSlots slots = new VirtioSlots();
    slots.add(tree, VirtioEntropy.repeatable());
    slots.add(tree, new VirtioConsole());
    slots.add(tree, new VirtioNetwork(NetworkLink.UNPLUGGED));
    devices.addFirst(slots);
    typed = "anything";
    counted = true;
    Board board = board(tree);
    put(board, CODE, GARBAGE);
    put(board, EXCEPTION, ".word 0xffffff06");
    int[] bases = {
      0xf800_1400,
      0xf800_1600,
      0xe000_0800,
      0xfc00_0000,
      0xfc00_0200,
      0xfc00_0300,
      0xf800_1500,
      0xfc00_0000
    };
    ByteBuffer table = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
    table.asIntBuffer().put(bases);
    board.memory().write(0x0810_0000, table.array(), 0, 32);
    board.processor().cpu().setPc(CODE);
    board.processor().cpu().setRegister(8, seed);
    assertThat(board.run().kind()).isEqualTo(Stop.Kind.HALTED);
    assertThat(board.processor().cpu().register(10)).as("stores left").isZero();
    assertThat(board.processor().cpu().pc()).as("took no exception").isGreaterThan(CODE);
  }
}
