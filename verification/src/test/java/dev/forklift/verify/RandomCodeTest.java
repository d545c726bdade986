package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.forklift.arch.nios2.Nios2;
import dev.forklift.arch.nios2.Nios2Linux;
import dev.forklift.engine.cpu.Engine;
import dev.forklift.engine.cpu.Evaluator;
import dev.forklift.engine.jit.RegionTranslator;
import dev.forklift.engine.jit.TranslationLog;
import dev.forklift.engine.jit.TranslationLog.Outcome;
import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.StructWriter;
import java.io.File;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Long programs of random instructions leave the same registers and memory evaluated, translated
/// and in QEMU, which knows plain integer code well.
class RandomCodeTest {
  private static final long FIRST_SEED = 20261123;
  private static final int PROGRAMS = 12;
  private static final int INSTRUCTIONS = 4000;

  private static final long CODE = 0x10_0000;
  private static final long DATA = 0x40_0000;
  private static final int DATA_BYTES = 0x2000;

  /// How often all of it runs, so that all of it gets hot: what runs twice is translated.
  private static final int TURNS = 4;

  /// Where those are counted, behind the places of the registers.
  private static final int TURN = 4 * 32 - DATA_BYTES / 2;

  /// What random instructions may change: not fp, which points into the middle of the data, not sp,
  /// which counts, and not those that belong to kernels and debuggers.
  private static final int[] REGISTERS =
      IntStream.concat(IntStream.rangeClosed(1, 23), IntStream.of(26, 31)).toArray();

  private static final List<String> THREE =
      List.of(
          "add", "sub", "mul", "mulxss", "mulxsu", "mulxuu", "and", "or", "xor", "nor", "cmpeq",
          "cmpne", "cmpge", "cmpgeu", "cmplt", "cmpltu", "sll", "srl", "sra", "rol", "ror");
  private static final List<String> SIGNED =
      List.of("addi", "muli", "cmpeqi", "cmpnei", "cmpgei", "cmplti");
  private static final List<String> UNSIGNED =
      List.of("andi", "ori", "xori", "andhi", "orhi", "xorhi", "cmpgeui", "cmpltui");
  private static final List<String> SHIFTS = List.of("slli", "srli", "srai", "roli");
  private static final List<String> LOADS = List.of("ldw", "ldh", "ldhu", "ldb", "ldbu");
  private static final List<String> STORES = List.of("stw", "sth", "stb");
  private static final List<String> BRANCHES = List.of("beq", "bne", "bge", "bgeu", "blt", "bltu");

  static List<Long> seeds() {
    return IntStream.range(0, PROGRAMS).mapToObj(i -> FIRST_SEED + i).toList();
  }

  /// Writes a program for a seed.
  private static final class Writer {
    private final SplittableRandom random;
    private final StringBuilder text = new StringBuilder();
    private int labels;

    Writer(long seed) {
      random = new SplittableRandom(seed);
    }

    String program() {
      add("movhi fp,%d".formatted((DATA + DATA_BYTES / 2) >> 16));
      add("ori fp,fp,%d".formatted((DATA + DATA_BYTES / 2) & 0xffff));
      for (int register : REGISTERS) {
        constant(name(register), random.nextInt());
      }
      add("again:");
      for (int i = 0; i < INSTRUCTIONS; i++) {
        instruction();
      }
      for (int i = 0; i < 8; i++) {
        loop();
      }
      add("ldw sp,%d(fp)\n addi sp,sp,1\n stw sp,%d(fp)".formatted(TURN, TURN));
      add("cmpgei sp,sp,%d\n bne sp,zero,done\n jmpi again\ndone:".formatted(TURNS));
      // All that changed goes to standard output.
      for (int register : REGISTERS) {
        add("stw %s,%d(fp)".formatted(name(register), 4 * register - DATA_BYTES / 2));
      }
      add("movi r2,64\n movi r4,1\n movhi r5,%d".formatted(DATA >> 16));
      add("movi r6,%d\n trap 0".formatted(DATA_BYTES));
      add("movi r2,94\n movi r4,0\n trap 0");
      return text.toString();
    }

    private void add(String line) {
      text.append(' ').append(line).append('\n');
    }

    private void constant(String register, int value) {
      add("movhi %s,%d".formatted(register, value >>> 16));
      add("ori %s,%s,%d".formatted(register, register, value & 0xffff));
    }

    private String any(List<String> names) {
      return names.get(random.nextInt(names.size()));
    }

    private static String name(int register) {
      return switch (register) {
        case 1 -> "at";
        case 26 -> "gp";
        case 31 -> "ra";
        default -> "r" + register;
      };
    }

    private String result() {
      return random.nextInt(40) == 0 ? "zero" : name(REGISTERS[random.nextInt(REGISTERS.length)]);
    }

    private String source() {
      return random.nextInt(20) == 0 ? "zero" : name(REGISTERS[random.nextInt(REGISTERS.length)]);
    }

    private void instruction() {
      switch (random.nextInt(16)) {
        case 0, 1, 2, 3, 4 ->
            add("%s %s,%s,%s".formatted(any(THREE), result(), source(), source()));
        case 5 -> signed();
        case 6 ->
            add(
                "%s %s,%s,%d"
                    .formatted(any(UNSIGNED), result(), source(), random.nextInt(0x10000)));
        case 7 -> add("%s %s,%s,%d".formatted(any(SHIFTS), result(), source(), random.nextInt(32)));
        case 8, 9 -> add("%s %s,%d(fp)".formatted(any(LOADS), result(), offset()));
        case 10, 11 -> add("%s %s,%d(fp)".formatted(any(STORES), source(), offset()));
        case 12 -> divide();
        case 13 -> constant(name(REGISTERS[random.nextInt(REGISTERS.length)]), edge());
        default -> branch();
      }
    }

    private void signed() {
      int number = random.nextInt(0x10000) - 0x8000;
      add("%s %s,%s,%d".formatted(any(SIGNED), result(), source(), number));
    }

    /// Aligned or not, but not where the registers are stored at the end.
    private int offset() {
      return random.nextInt(DATA_BYTES - 256 - 4) + 256 - DATA_BYTES / 2;
    }

    private int edge() {
      int[] edges = {0, 1, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0x8000, 0xffff, 31, 32};
      return edges[random.nextInt(edges.length)];
    }

    /// By a divisor that neither is zero nor makes the quotient overflow.
    private void divide() {
      if (random.nextBoolean()) {
        add("ori r2,%s,1".formatted(source()));
        add("divu %s,%s,r2".formatted(result(), source()));
      } else {
        add("srli r2,%s,1\n ori r2,r2,1".formatted(source()));
        add("div %s,%s,r2".formatted(result(), source()));
      }
    }

    /// A jump forwards, over instructions that are made or not.
    private void branch() {
      int label = labels++;
      switch (random.nextInt(8)) {
        case 0 -> add("br l%d".formatted(label));
        case 1 -> add("call l%d".formatted(label));
        case 2 -> add("jmpi l%d".formatted(label));
        case 3 -> {
          int skipped = 4 * random.nextInt(3);
          String jump = random.nextBoolean() ? "jmp" : "callr";
          add("nextpc r3\n addi r3,r3,%d\n %s r3".formatted(8 + skipped, jump));
          add("xor r3,r3,r5\n xor r4,r4,r6");
        }
        case 4 -> add("nextpc ra\n addi ra,ra,8\n ret");
        default -> add("%s %s,%s,l%d".formatted(any(BRANCHES), source(), source(), label));
      }
      int skipped = random.nextInt(4);
      for (int i = 0; i < skipped; i++) {
        add("%s %s,%s,%s".formatted(any(THREE), result(), source(), source()));
      }
      add("l%d:".formatted(label));
    }

    /// A counted loop over random instructions without stores to its counter.
    private void loop() {
      int label = labels++;
      add("movi sp,%d".formatted(50 + random.nextInt(200)));
      add("l%d:".formatted(label));
      for (int i = 0; i < 20; i++) {
        instruction();
      }
      add("addi sp,sp,-1\n bne sp,zero,l%d".formatted(label));
    }
  }

  private static byte[] elf(byte[] code) {
    StructWriter w = new StructWriter(new DataModel(4, 4, ByteOrder.LITTLE_ENDIAN));
    int page = 0x1000;
    w.bytes(new byte[] {0x7f, 'E', 'L', 'F', 1, 1, 1}).skip(9);
    w.u16(2).u16(new Nios2Linux().elfMachine()).u32(1).word(CODE).word(52).word(0);
    w.u32(0).u16(52).u16(32).u16(2).u16(0).u16(0).u16(0);
    w.u32(1).word(page).word(CODE).word(CODE).word(code.length).word(code.length).u32(5).word(page);
    w.u32(1).word(0).word(DATA).word(DATA).word(0).word(DATA_BYTES).u32(6).word(page);
    return w.skip(page - w.size()).bytes(code).toBytes();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void leavesTheSameEvaluatedAndTranslated(long seed, @TempDir Path folder) throws Exception {
    Path program = program(seed, folder);
    TranslationLog log = new TranslationLog();
    String translated = run(program, new Evaluator(new RegionTranslator(Runnable::run, 1, log)));
    assertSame(seed, translated, run(program, new Evaluator()));
    assertThat(log.instructions()).isGreaterThan(INSTRUCTIONS / 2);
    assertThat(log.count(Outcome.FAILED)).isZero();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void leavesWhatQemuLeaves(long seed, @TempDir Path folder) throws Exception {
    Path qemu = qemu();
    Path program = program(seed, folder);
    assertSame(
        seed, run(program, new Evaluator()), underQemu(qemu, program, folder.resolve("out")));
  }

  private static Path program(long seed, Path folder) throws IOException {
    String text = new Writer(seed).program();
    byte[] code = new Nios2().instructions().assembler().assemble(CODE, text);
    Path program = Files.write(folder.resolve("program"), elf(code));
    assertThat(program.toFile().setExecutable(true)).isTrue();
    return program;
  }

  /// What the program leaves.
  private static String run(Path program, Engine engine) throws Exception {
    GuestRun run =
        GuestRun.of(
            GuestRun.rootWith("program", program),
            GuestRun.program("program", List.of(), List.of()),
            "",
            config -> config.withEngine(engine));
    assertThat(run.outcome().exitCode()).isZero();
    return run.out();
  }

  private static void assertSame(long seed, String left, String expected) {
    assertThat(left).hasSize(DATA_BYTES);
    for (int register : REGISTERS) {
      assertThat(word(left, register))
          .as("%s in seed %d", Writer.name(register), seed)
          .isEqualTo(word(expected, register));
    }
    assertThat(left.equals(expected)).as("memory in seed %d", seed).isTrue();
  }

  private static String word(String out, int index) {
    int value = 0;
    for (int i = 3; i >= 0; i--) {
      value = value << 8 | out.charAt(4 * index + i);
    }
    return "%08x".formatted(value);
  }

  private static Path qemu() {
    Path found =
        Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
            .map(folder -> Path.of(folder, "qemu-nios2"))
            .filter(Files::isExecutable)
            .findFirst()
            .orElse(null);
    assumeTrue(found != null, "qemu-nios2 is not installed");
    return found;
  }

  private static String underQemu(Path qemu, Path program, Path out)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(qemu.toString(), program.toString())
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as("QEMU's exit status").isZero();
    return Files.readString(out, StandardCharsets.ISO_8859_1);
  }
}
