package dev.forklift.arch.nios2;

import static dev.forklift.arch.nios2.ControlRegister.*;
import static dev.forklift.arch.nios2.SystemMachine.DIRECT;
import static dev.forklift.arch.nios2.SystemMachine.EXCEPTION;
import static dev.forklift.arch.nios2.SystemMachine.FAST_MISS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.cpu.Exit;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Code of a whole machine does the same translated as evaluated, to the instruction.
@Timeout(60)
final class BoardTranslationTest {
  private static final int RWX = R | W | X;
  private static final long PAGE = 0x40_0000;
  private static final int FRAME = 0x80;

  /// Where the handler of misses keeps a register, behind its own code.
  private static final String FILL =
      """
      movhi et,0xc003
      stw r3,0x80(et)
      rdctl r3,pteaddr
      srli r3,r3,2
      andi r3,r3,7
      addi r3,r3,0x80
      movhi et,0x00e0
      or r3,r3,et
      wrctl tlbacc,r3
      movhi et,0xc003
      ldw r3,0x80(et)
      addi ea,ea,-4
      eret\
      """;

  /// What a machine is at the end.
  private record End(long pc, long[] registers, long instructions, byte[] memory) {
    @Override
    public boolean equals(Object other) {
      return other instanceof End that
          && pc == that.pc
          && instructions == that.instructions
          && Arrays.equals(registers, that.registers)
          && Arrays.equals(memory, that.memory);
    }

    @Override
    public int hashCode() {
      return Long.hashCode(pc);
    }

    @Override
    public String toString() {
      return "pc %x, %d instructions, memory %x, registers %s"
          .formatted(pc, instructions, Arrays.hashCode(memory), Arrays.toString(registers));
    }
  }

  private static End end(SystemMachine machine) {
    byte[] memory = new byte[1 << 20];
    machine.memory.read(0, memory, 0, memory.length);
    int slots = machine.isa.registers().count();
    return new End(
        machine.cpu.pc(),
        Arrays.copyOf(machine.cpu.file, slots),
        machine.cpu.instructions(),
        memory);
  }

  /// Runs the same on both engines, looking at different distances.
  private static SystemMachine bothDo(UnaryOperator<SystemMachine> program) {
    SystemMachine last = null;
    for (int instructions : new int[] {1, 7, 1000}) {
      SystemMachine evaluated = new SystemMachine(BoardEngine.EVALUATOR);
      program.apply(evaluated).run(instructions);
      last = new SystemMachine(BoardEngine.TRANSLATOR);
      program.apply(last).run(instructions);
      assertThat(end(last)).isEqualTo(end(evaluated));
      assertThat(last.cpu.compiledInstructions()).as("compiled").isPositive();
    }
    return last;
  }

  @Test
  void aHandlerThatStoresIntoItsOwnPageStaysTranslated() {
    SystemMachine machine =
        bothDo(fresh ->
            fresh
                .at(FAST_MISS, FILL)
                .program(
                    """
                    movi r2,200
                    loop: stw r2,0(r5)
                    ldw r6,0(r5)
                    add r7,r7,r6
                    add r5,r5,r8
                    and r5,r5,r9
                    or r5,r5,r10
                    addi r2,r2,-1
                    bne r2,zero,loop\
                    """)
                .set(5, PAGE)
                .set(8, 0x1_1000)
                .set(9, 0x7_7fff)
                .set(10, PAGE));
    assertThat(machine.register(7)).isEqualTo(200 * 201 / 2);
    var code = machine.space.codePage(FAST_MISS);
    assertThat(code.at(FAST_MISS)).isNotNull();
    assertThat(java.util.Objects.requireNonNull(code.at(FAST_MISS)).isRegion()).isTrue();
  }

  /// The page in r4, and what is written to pteaddr, tlbmisc and tlbacc to map it to one frame (r8,
  /// r9, r10) or to the next (r11).
  private static SystemMachine withTwoEntries(SystemMachine machine) {
    return machine
        .set(4, PAGE)
        .set(8, (PAGE >>> 12) << 2)
        .set(9, WE)
        .set(10, RWX | FRAME)
        .set(11, RWX | (FRAME + 1));
  }

  @Test
  void anEntryThatIsReplacedCountsAtOnce() {
    // Each round maps the page to another frame, loads from it, and maps it back.
    SystemMachine machine =
        bothDo(fresh -> {
          fresh.memory.write(0x80_000, new byte[] {5}, 0, 1);
          fresh.memory.write(0x81_000, new byte[] {70}, 0, 1);
          return withTwoEntries(
              fresh.program(
                  """
                  movi r2,50
                  loop: wrctl pteaddr,r8
                  wrctl tlbmisc,r9
                  wrctl tlbacc,r10
                  ldw r5,0(r4)
                  add r6,r6,r5
                  ldw r5,0(r4)
                  wrctl tlbmisc,r9
                  wrctl tlbacc,r11
                  ldw r7,0(r4)
                  add r6,r6,r7
                  addi r2,r2,-1
                  bne r2,zero,loop\
                  """));
        });
    assertThat(machine.register(6)).isEqualTo(50 * 75);
  }

  @Test
  void codeThatIsMappedElsewhereIsOtherCode() {
    // The loop calls a mapped function, and maps another page there in between.
    SystemMachine machine =
        bothDo(fresh ->
            withTwoEntries(
                fresh
                    .at(DIRECT + 0x8_0000, "addi r6,r6,1\n ret")
                    .at(DIRECT + 0x8_1000, "addi r6,r6,100\n ret")
                    .program(
                        """
                        movi r2,40
                        wrctl pteaddr,r8
                        loop: wrctl tlbmisc,r9
                        wrctl tlbacc,r10
                        callr r4
                        callr r4
                        wrctl tlbmisc,r9
                        wrctl tlbacc,r11
                        callr r4
                        addi r2,r2,-1
                        bne r2,zero,loop\
                        """)));
    assertThat(machine.register(6)).isEqualTo(40 * 102);
  }

  @Test
  void codeThatIsChangedIsOtherCodeFromTheNextJumpOn() {
    SystemMachine machine =
        bothDo(fresh -> {
          byte[] other = fresh.isa.instructions().assembler().assemble(0, "addi r6,r6,100");
          fresh.memory.write(0x9_0000, other, 0, other.length);
          byte[] first = fresh.isa.instructions().assembler().assemble(0, "addi r6,r6,1");
          fresh.memory.write(0x9_0004, first, 0, first.length);
          return fresh
              .at(DIRECT + 0x8_0000, "addi r6,r6,1\n ret")
              .program(
                  """
                  movi r2,40
                  loop: callr r4
                  ldw r3,0(r5)
                  stw r3,0(r4)
                  callr r4
                  ldw r3,4(r5)
                  stw r3,0(r4)
                  addi r2,r2,-1
                  bne r2,zero,loop\
                  """)
              .set(4, DIRECT + 0x8_0000)
              .set(5, DIRECT + 0x9_0000);
        });
    assertThat(machine.register(6)).isEqualTo(40 * 101);
  }

  @Test
  void userModeCannotEnterWhatTheSupervisorHasLinked() {
    // The supervisor calls the function by way of user code that it calls itself, then user mode
    // runs the same call.
    SystemMachine machine =
        bothDo(fresh ->
            fresh
                .map(0, PAGE, 0, RWX | G | FRAME)
                .at(EXCEPTION, "rdctl r20,exception\n mov r21,ea\n br 0")
                .at(DIRECT + 0x8_0000, "mov r16,ra\n callr r4\n mov ra,r16\n ret")
                .at(DIRECT + 0x9_0000, "addi r6,r6,1\n ret")
                .program(
                    """
                    movi r2,30
                    loop: callr r5
                    addi r2,r2,-1
                    bne r2,zero,loop
                    wrctl estatus,r8
                    mov ea,r5
                    eret\
                    """)
                .set(4, DIRECT + 0x9_0000)
                .set(5, PAGE)
                .set(8, U | PIE));
    assertThat(machine.register(6)).isEqualTo(30);
    assertThat(machine.register(20) >>> 2).as("supervisor-only instruction address").isEqualTo(9);
  }

  @Test
  void anEndlessLoopComesBackWhenItsInstructionsAreUsedUp() {
    SystemMachine machine = new SystemMachine(BoardEngine.TRANSLATOR);
    machine.program(
        "movi r8,1\n wrctl ienable,r8\n wrctl status,r8\n loop: addi r2,r2,1\n br loop");
    machine.at(EXCEPTION, "br 0");
    machine.cpu.setInstructionLimit(1_000);
    var engine = BoardEngine.TRANSLATOR.create();
    Exit exit = Exit.TRAP;
    while (exit != Exit.SAFE_POINT) {
      exit = engine.run(machine.cpu, machine.space);
      if (exit != Exit.SAFE_POINT) {
        assertThat(machine.processor.answer(exit)).isNull();
      }
    }
    assertThat(machine.cpu.instructions()).isBetween(1_000L, 1_010L);
    machine.processor.setInterrupt(0, true);
    machine.cpu.setInstructionLimit(Long.MAX_VALUE);
    assertThat(engine.run(machine.cpu, machine.space)).isEqualTo(Exit.SAFE_POINT);
    assertThat(machine.cpu.instructions()).isBetween(1_000L, 1_020L);
    machine.processor.takeInterrupt();
    assertThat(machine.cpu.pc()).isEqualTo(EXCEPTION);
    assertThat(machine.cause()).isEqualTo(2);
  }

  @Test
  void anotherThreadInterruptsAnEndlessLoop() {
    SystemMachine machine = new SystemMachine(BoardEngine.TRANSLATOR);
    machine.program("loop: addi r2,r2,1\n br loop");
    var engine = BoardEngine.TRANSLATOR.create();
    var _ =
        CompletableFuture.runAsync(
            machine.cpu::interrupt, CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS));
    assertThat(engine.run(machine.cpu, machine.space)).isEqualTo(Exit.SAFE_POINT);
    assertThat(machine.cpu.compiledInstructions()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void randomProgramsEndEqual(long seed) {
    var _ =
        bothDo(fresh -> {
          Random random = new Random(seed);
          fresh
              .at(FAST_MISS, FILL)
              .at(
                  EXCEPTION,
                  """
                  rdctl et,exception
                  addi r22,r22,1
                  add r23,r23,et
                  rdctl et,estatus
                  xor r23,r23,et
                  eret\
                  """)
              .program(RandomSupervisor.program(random));
          for (int i = 2; i < 16; i++) {
            fresh.set(i, random.nextInt());
          }
          return fresh.set(16, PAGE).set(17, DIRECT + 0x9_0000).set(18, 60);
        });
  }

  /// Programs of loops that compute, load and store, forbid interrupts, trap and misbehave.
  private static final class RandomSupervisor {
    private static final String[] OPERATIONS = {
      "add %s,%s,%s",
      "sub %s,%s,%s",
      "xor %s,%s,%s",
      "and %s,%s,%s",
      "mul %s,%s,%s",
      "cmplt %s,%s,%s",
      "sll %s,%s,%s",
      "sra %s,%s,%s",
      "div %s,%s,%s"
    };

    private static String register(Random random) {
      return "r" + (2 + random.nextInt(14));
    }

    static String program(Random random) {
      StringBuilder text = new StringBuilder("movi et,1\n wrctl status,et\n loop: nop\n");
      int blocks = 3 + random.nextInt(5);
      for (int block = 0; block < blocks; block++) {
        text.append("b").append(block).append(": nop\n");
        for (int i = random.nextInt(8); i >= 0; i--) {
          text.append(instruction(random)).append('\n');
        }
        text.append("bge %s,%s,b%d%n".formatted(register(random), register(random), block + 1));
      }
      return text.append("b")
          .append(blocks)
          .append(": addi r18,r18,-1\n bne r18,zero,loop")
          .toString();
    }

    private static String instruction(Random random) {
      String a = register(random);
      String b = register(random);
      int place = 4 * random.nextInt(2048);
      return switch (random.nextInt(14)) {
        case 0 -> "ldw %s,%d(r16)".formatted(a, place);
        case 1 -> "stw %s,%d(r16)".formatted(a, place);
        case 2 -> "stb %s,%d(r17)".formatted(a, place + 1);
        case 3 -> "ldh %s,%d(r17)".formatted(a, place + 2);
        case 4 -> "ldw %s,%d(r17)".formatted(a, place + random.nextInt(8) / 7);
        case 5 -> "trap 0";
        case 6 -> "wrctl status,zero";
        case 7 -> "movi et,1\n wrctl status,et";
        case 8 -> "rdctl %s,status".formatted(a);
        case 9 ->
            "andi r19,%s,7\n slli r19,r19,12\n add r19,r19,r16\n stw %s,8(r19)".formatted(a, b);
        case 10 -> "wrctl estatus,zero";
        default -> OPERATIONS[random.nextInt(OPERATIONS.length)].formatted(a, b, register(random));
      };
    }

    private RandomSupervisor() {}
  }
}
