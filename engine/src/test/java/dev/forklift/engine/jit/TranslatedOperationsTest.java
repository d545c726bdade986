package dev.forklift.engine.jit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.cpu.Compiled;
import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.cpu.Exit;
import dev.forklift.engine.cpu.LiftedBlock;
import dev.forklift.engine.ir.Arithmetic;
import dev.forklift.engine.ir.BinaryOp;
import dev.forklift.engine.ir.Ir;
import dev.forklift.engine.ir.Op;
import dev.forklift.engine.ir.Value;
import dev.forklift.engine.ir.Width;
import dev.forklift.engine.isa.InstructionSet;
import dev.forklift.engine.isa.Isa;
import dev.forklift.engine.isa.Registers;
import dev.forklift.engine.memory.CodePage;
import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.engine.memory.PagedAddressSpace;
import dev.forklift.engine.memory.Protection;
import dev.forklift.engine.memory.TableAccess;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every operation of the IR as translated, against [Arithmetic].
final class TranslatedOperationsTest {
  private static final int ROUNDS = 300;
  private static final int CONSTANTS = 12;
  private static final long DATA = 0x2000;
  private static final long[] EDGES = {
    0,
    1,
    2,
    31,
    32,
    63,
    64,
    0x7fff,
    0x8000,
    0x7fff_ffffL,
    0x8000_0000L,
    0xffff_ffffL,
    0x1_0000_0000L,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -1,
    -2,
    -32,
    -0x8000,
    Integer.MIN_VALUE,
  };

  /// A CPU of which only the registers count.
  private record Bare(Width width) implements Isa {
    @Override
    public String name() {
      return "bare";
    }

    @Override
    public ByteOrder byteOrder() {
      return ByteOrder.BIG_ENDIAN;
    }

    @Override
    public Registers registers() {
      List<String> names = IntStream.range(0, 8).mapToObj(i -> "r" + i).toList();
      return new Registers(names, width == Width.W32 ? 32 : 64, -1);
    }

    @Override
    public InstructionSet instructions() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int instructionAlignmentShift() {
      return 1;
    }

    @Override
    public int illegalInstruction() {
      return 1;
    }

    @Override
    public int misalignedJump() {
      return 2;
    }
  }

  private static final long CODE = 0x10_0000;

  private final PagedAddressSpace space =
      PagedAddressSpace.create(new FrameBudget(1 << 24), ByteOrder.BIG_ENDIAN, 13, 0xc000_0000L, 1);
  private int how;
  private final SplittableRandom random = new SplittableRandom(20_261_123);

  TranslatedOperationsTest() {
    space.map(DATA, 0x2000, Protection.READ | Protection.WRITE, null, 0, false, null);
    // Compiled code leaves the first store to a page to the evaluator.
    space.store8(DATA, 0);
  }

  private long operand() {
    long edge = EDGES[random.nextInt(EDGES.length)];
    return switch (random.nextInt(4)) {
      case 0 -> random.nextLong();
      case 1 -> random.nextInt();
      case 2 -> edge + random.nextInt(-1, 2);
      default -> edge;
    };
  }

  /// An instruction at address 0, translated.
  private RegionCode translate(Width registers, Consumer<Ir> meaning) {
    Ir ir = new Ir(new Ir.Rules(registers, -1, 8, 1, 1, 2));
    ir.begin(0, 2);
    meaning.accept(ir);
    if (ir.end() == Ir.Next.INSTRUCTION) {
      ir.goOnAt(2);
    }
    space.map(CODE, 1 << 13, Protection.EXECUTE, null, 0, false, null);
    CodePage page = space.codePage(CODE);
    TreeMap<Long, LiftedBlock> blocks = new TreeMap<>();
    blocks.put(0L, new LiftedBlock(0, 2, 1, ir.ops()));
    return RegionEmitter.write(
            new Bare(registers),
            TableAccess.geometry(space),
            page,
            new Region(blocks, 0L, blocks.keySet(), true, new TreeMap<>(), Map.of()),
            false)
        .define();
  }

  private Cpu run(RegionCode code, Width registers, long a, long b) {
    Cpu cpu = new Cpu(new Bare(registers));
    cpu.setRegister(1, a);
    cpu.setRegister(2, b);
    cpu.enter(space, 0);
    how = code.run(cpu);
    cpu.leave();
    assertThat(how).isNotEqualTo(Compiled.exit(Exit.TRAP));
    return cpu;
  }

  private static long held(Width registers, long value) {
    return registers == Width.W32 ? (int) value : value;
  }

  private void binary(BinaryOp op, Width registers, Width width) {
    RegionCode both =
        translate(
            registers, ir -> ir.set(3, ir.binary(op, width, new Value.Reg(1), new Value.Reg(2))));
    for (int i = 0; i < ROUNDS; i++) {
      long a = held(registers, operand());
      long b = held(registers, operand());
      long expected = held(registers, Arithmetic.apply(op, width, a, b));
      assertThat(run(both, registers, a, b).register(3))
          .as("%d %s %d", a, op, b)
          .isEqualTo(expected);
    }
    for (int i = 0; i < CONSTANTS; i++) {
      long a = held(registers, operand());
      long b = held(registers, operand());
      long expected = held(registers, Arithmetic.apply(op, width, a, b));
      List<Function<Ir, Value>> ways =
          List.of(
              ir -> ir.binary(op, width, new Value.Reg(1), new Value.Const(b)),
              ir -> ir.binary(op, width, new Value.Const(a), new Value.Reg(2)));
      for (Function<Ir, Value> way : ways) {
        RegionCode one = translate(registers, ir -> ir.set(3, way.apply(ir)));
        assertThat(run(one, registers, a, b).register(3))
            .as("%d %s %d", a, op, b)
            .isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void of64Bits(BinaryOp op) {
    binary(op, Width.W64, Width.W64);
  }

  @ParameterizedTest
  @EnumSource
  void of32Bits(BinaryOp op) {
    binary(op, Width.W32, Width.W32);
  }

  @ParameterizedTest
  @EnumSource
  void of32BitsOnRegistersOf64Bits(BinaryOp op) {
    binary(op, Width.W64, Width.W32);
  }

  @ParameterizedTest
  @EnumSource
  void branches(BinaryOp op) {
    if (!op.isComparison()) {
      return;
    }
    for (Width registers : Width.values()) {
      RegionCode code =
          translate(registers, ir -> ir.branch(op, new Value.Reg(1), new Value.Reg(2), 100));
      for (int i = 0; i < ROUNDS; i++) {
        long a = held(registers, operand());
        long b = held(registers, operand());
        Cpu cpu = run(code, registers, a, b);
        assertThat(cpu.pc())
            .as("%d %s %d", a, op, b)
            .isEqualTo(Arithmetic.holds(op, a, b) ? 100 : 2);
        assertThat(cpu.instructions()).isEqualTo(1);
      }
    }
  }

  @Test
  void extendsSwapsAndSelects() {
    for (Width registers : Width.values()) {
      for (int bits : new int[] {8, 16, 32}) {
        for (boolean signed : new boolean[] {true, false}) {
          if (bits == 32 && registers == Width.W32) {
            continue;
          }
          RegionCode code =
              translate(
                  registers,
                  ir ->
                      ir.set(
                          3,
                          signed
                              ? ir.signExtend(new Value.Reg(1), bits)
                              : ir.zeroExtend(new Value.Reg(1), bits)));
          for (int i = 0; i < ROUNDS; i++) {
            long a = held(registers, operand());
            assertThat(run(code, registers, a, 0).register(3))
                .isEqualTo(Arithmetic.extend(a, bits, signed));
          }
        }
      }
      RegionCode swap =
          translate(registers, ir -> ir.set(3, ir.swapBytes(registers, new Value.Reg(1))));
      RegionCode select =
          translate(
              registers,
              ir -> ir.set(3, ir.select(new Value.Reg(1), new Value.Reg(2), new Value.Const(7))));
      for (int i = 0; i < ROUNDS; i++) {
        long a = held(registers, operand());
        long b = held(registers, operand());
        assertThat(run(swap, registers, a, 0).register(3))
            .isEqualTo(held(registers, Arithmetic.swapBytes(registers, a)));
        assertThat(run(select, registers, a, b).register(3)).isEqualTo(a != 0 ? b : 7);
      }
    }
  }

  @Test
  void loadsAndStores() {
    for (Width registers : Width.values()) {
      int most = registers == Width.W32 ? 4 : 8;
      for (int bytes = 1; bytes <= most; bytes *= 2) {
        int size = bytes;
        RegionCode store =
            translate(registers, ir -> ir.store(size, new Value.Reg(1), 5, new Value.Reg(2)));
        for (boolean signed : new boolean[] {true, false}) {
          RegionCode load =
              translate(registers, ir -> ir.set(3, ir.load(size, signed, new Value.Reg(1), 5)));
          for (int i = 0; i < ROUNDS; i++) {
            long value = held(registers, operand());
            long at = DATA + random.nextInt(8000);
            run(store, registers, at, value);
            long expected = size == most ? value : narrow(value, size, signed);
            assertThat(run(load, registers, at, 0).register(3)).isEqualTo(expected);
          }
        }
      }
    }
  }

  private static long narrow(long value, int bytes, boolean signed) {
    int shift = Long.SIZE - 8 * bytes;
    return signed ? value << shift >> shift : value << shift >>> shift;
  }

  @Test
  void anAccessThatFailsLeavesTheRegistersAsTheyWere() {
    for (Width registers : Width.values()) {
      RegionCode code =
          translate(
              registers,
              ir -> {
                ir.set(3, ir.add(new Value.Reg(1), new Value.Reg(2)));
                ir.set(4, ir.load(4, true, new Value.Reg(1), 0));
              });
      Cpu cpu = run(code, registers, 0x10_0000, 1);
      assertThat(how).isEqualTo(failed(registers));
      assertThat(cpu.pc()).isZero();
      assertThat(cpu.register(3)).isZero();
      assertThat(cpu.instructions()).isZero();
      RegionCode aligned =
          translate(
              registers,
              ir -> ir.set(4, ir.load(4, true, true, Op.Ordering.PLAIN, new Value.Reg(1), 0)));
      run(aligned, registers, DATA + 2, 1);
      assertThat(how).isEqualTo(failed(registers));
      run(aligned, registers, DATA + 4, 1);
      assertThat(how).isEqualTo(Compiled.JUMPED);
    }
  }

  /// With registers of 32 bits it is the evaluator that finds out what is wrong.
  private static int failed(Width registers) {
    return registers == Width.W32 ? Compiled.EVALUATE : Compiled.exit(Exit.FAULT);
  }

  @Test
  void whatComesBehindACallOfJavaIsNotBegunAgain() {
    AtomicInteger calls = new AtomicInteger();
    RegionCode code =
        translate(
            Width.W32,
            ir -> {
              Value result = ir.callJava(x -> calls.incrementAndGet(), new Value.Reg(1));
              ir.store(4, new Value.Reg(2), 0, result);
            });
    run(code, Width.W32, 0, 0x10_0000);
    assertThat(how).isEqualTo(Compiled.exit(Exit.FAULT));
    assertThat(calls).hasValue(1);
  }

  @Test
  void callsJava() {
    for (Width registers : Width.values()) {
      RegionCode code =
          translate(
              registers,
              ir ->
                  ir.set(3, ir.callJava(x -> x[0] * 3 + x[1], new Value.Reg(1), new Value.Reg(2))));
      assertThat(run(code, registers, 5, -2).register(3)).isEqualTo(13);
      assertThat(run(code, registers, Integer.MIN_VALUE, 1).register(3))
          .isEqualTo(held(registers, 3L * Integer.MIN_VALUE + 1));
    }
  }
}
