package dev.forklift.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.ir.Arithmetic;
import dev.forklift.engine.ir.BinaryOp;
import dev.forklift.engine.ir.Ir;
import dev.forklift.engine.ir.Op;
import dev.forklift.engine.ir.Value;
import dev.forklift.engine.ir.Width;
import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.engine.memory.PagedAddressSpace;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every operation of the IR, as folded and as evaluated, against arithmetic with big numbers.
final class OperationsTest {
  private static final long SEED = 20_260_101;
  private static final int ROUNDS = 2000;
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
    Long.MIN_VALUE + 1,
    -1,
    -2,
    -32,
    -0x8000,
    Integer.MIN_VALUE,
    Integer.MIN_VALUE - 1L,
  };

  private final Toy toy = new Toy();
  private final PagedAddressSpace space =
      PagedAddressSpace.create(new FrameBudget(1 << 24), toy.byteOrder(), 13, 1L << 40, 1);
  private final Cpu cpu = new Cpu(toy);
  private final SplittableRandom random = new SplittableRandom(SEED);

  private long operand() {
    long edge = EDGES[random.nextInt(EDGES.length)];
    return switch (random.nextInt(4)) {
      case 0 -> random.nextLong();
      case 1 -> random.nextInt();
      case 2 -> edge + random.nextInt(-1, 2);
      default -> edge;
    };
  }

  private static Ir ir(Width width) {
    return new Ir(new Ir.Rules(width, -1, 16, 1, Toy.ILLEGAL, Toy.MISALIGNED));
  }

  /// Runs what `ir` has built and gives register 3.
  private long evaluate(Ir ir, boolean is32Bit, long a, long b) {
    ir.end();
    ir.goOnAt(2);
    Block block = Encoder.encode(new LiftedBlock(0, 2, 1, ir.ops()), is32Bit);
    cpu.file[1] = a;
    cpu.file[2] = b;
    assertThat(Evaluator.execute(block, cpu, cpu.file, space)).isNull();
    assertThat(cpu.file[Cpu.ZERO]).isZero();
    return cpu.file[3];
  }

  @ParameterizedTest
  @EnumSource
  void binaryOperationsOf64Bits(BinaryOp op) {
    for (int i = 0; i < ROUNDS; i++) {
      long a = operand();
      long b = operand();
      long expected = expected(op, 64, a, b);
      String what = a + " " + op + " " + b;
      assertThat(Arithmetic.apply(op, Width.W64, a, b)).as(what).isEqualTo(expected);
      checkAll(Width.W64, Width.W64, op, a, b, expected, what);
    }
  }

  @ParameterizedTest
  @EnumSource
  void binaryOperationsOf32BitsOnRegistersOf32Bits(BinaryOp op) {
    for (int i = 0; i < ROUNDS; i++) {
      int a = (int) operand();
      int b = (int) operand();
      long expected = expected(op, 32, a, b);
      String what = a + " " + op + " " + b;
      assertThat(Arithmetic.apply(op, Width.W32, a, b)).as(what).isEqualTo(expected);
      checkAll(Width.W32, Width.W32, op, a, b, expected, what);
    }
  }

  @ParameterizedTest
  @EnumSource
  void binaryOperationsOf32BitsOnRegistersOf64Bits(BinaryOp op) {
    for (int i = 0; i < ROUNDS; i++) {
      long a = operand();
      long b = operand();
      int lowA = (int) a;
      int lowB = (int) b;
      long expected = expected(op, 32, lowA, lowB);
      String what = a + " " + op + " " + b;
      assertThat(Arithmetic.apply(op, Width.W32, a, b)).as(what).isEqualTo(expected);
      checkAll(Width.W64, Width.W32, op, a, b, expected, what);
    }
  }

  /// Registers and numbers on either side.
  private void checkAll(
      Width registers, Width width, BinaryOp op, long a, long b, long expected, String what) {
    List<Value> left = List.of(new Value.Reg(1), new Value.Const(a));
    List<Value> right = List.of(new Value.Reg(2), new Value.Const(b));
    for (Value x : left) {
      for (Value y : right) {
        Ir ir = ir(registers);
        ir.begin(0, 2);
        ir.set(3, ir.binary(op, width, x, y));
        assertThat(evaluate(ir, registers == Width.W32, a, b)).as(what).isEqualTo(expected);
      }
    }
    if (op.isComparison() && registers == width) {
      assertThat(branches(registers, op, a, b)).as(what).isEqualTo(expected != 0);
      assertThat(Arithmetic.holds(op, a, b)).as(what).isEqualTo(expected != 0);
    }
  }

  private boolean branches(Width registers, BinaryOp op, long a, long b) {
    Ir ir = ir(registers);
    ir.begin(0, 2);
    ir.branch(op, new Value.Reg(1), new Value.Reg(2), 100);
    ir.end();
    Block block = Encoder.encode(new LiftedBlock(0, 2, 1, ir.ops()), registers == Width.W32);
    cpu.file[1] = a;
    cpu.file[2] = b;
    assertThat(Evaluator.execute(block, cpu, cpu.file, space)).isNull();
    return cpu.pc == 100;
  }

  /// What `a op b` is, with numbers of any size.
  private static long expected(BinaryOp op, int bits, long a, long b) {
    BigInteger modulus = BigInteger.ONE.shiftLeft(bits);
    BigInteger sa = BigInteger.valueOf(a);
    BigInteger sb = BigInteger.valueOf(b);
    BigInteger ua = sa.mod(modulus);
    BigInteger ub = sb.mod(modulus);
    int count = ub.intValue() & bits - 1;
    boolean zero = b == 0;
    BigInteger result =
        switch (op) {
          case ADD -> sa.add(sb);
          case SUB -> sa.subtract(sb);
          case MUL -> sa.multiply(sb);
          case MULH_SIGNED -> sa.multiply(sb).shiftRight(bits);
          case MULH_UNSIGNED -> ua.multiply(ub).shiftRight(bits);
          case MULH_SIGNED_UNSIGNED -> sa.multiply(ub).shiftRight(bits);
          case DIV_SIGNED -> zero ? sb : sa.divide(sb);
          case DIV_UNSIGNED -> zero ? sb : ua.divide(ub);
          case REM_SIGNED -> zero ? sa : sa.remainder(sb);
          case REM_UNSIGNED -> zero ? sa : ua.remainder(ub);
          case AND -> sa.and(sb);
          case OR -> sa.or(sb);
          case XOR -> sa.xor(sb);
          case SHIFT_LEFT -> sa.shiftLeft(count);
          case SHIFT_RIGHT_LOGICAL -> ua.shiftRight(count);
          case SHIFT_RIGHT_ARITHMETIC -> sa.shiftRight(count);
          case ROTATE_LEFT -> ua.shiftLeft(count).or(ua.shiftRight(bits - count));
          case EQUAL -> truth(a == b);
          case NOT_EQUAL -> truth(a != b);
          case LESS_SIGNED -> truth(sa.compareTo(sb) < 0);
          case LESS_UNSIGNED -> truth(ua.compareTo(ub) < 0);
          case GREATER_EQUAL_SIGNED -> truth(sa.compareTo(sb) >= 0);
          case GREATER_EQUAL_UNSIGNED -> truth(ua.compareTo(ub) >= 0);
        };
    return bits == 32 ? result.intValue() : result.longValue();
  }

  private static BigInteger truth(boolean holds) {
    return holds ? BigInteger.ONE : BigInteger.ZERO;
  }

  @Test
  void extendsTheLowBits() {
    for (int i = 0; i < ROUNDS; i++) {
      long a = operand();
      for (int bits : new int[] {8, 16, 32}) {
        long unsigned = a & (1L << bits) - 1;
        long signed = (unsigned & 1L << (bits - 1)) == 0 ? unsigned : unsigned - (1L << bits);
        Ir ir = ir(Width.W64);
        ir.begin(0, 2);
        ir.set(3, ir.signExtend(ir.reg(1), bits));
        assertThat(evaluate(ir, false, a, 0)).isEqualTo(signed);
        assertThat(ir.signExtend(ir.imm(a), bits)).isEqualTo(ir.imm(signed));
        ir = ir(Width.W64);
        ir.begin(0, 2);
        ir.set(3, ir.zeroExtend(ir.reg(1), bits));
        assertThat(evaluate(ir, false, a, 0)).isEqualTo(unsigned);
        assertThat(ir.zeroExtend(ir.imm(a), bits)).isEqualTo(ir.imm(unsigned));
      }
    }
  }

  @Test
  void swapsBytes() {
    Ir ir = ir(Width.W64);
    ir.begin(0, 2);
    ir.set(3, ir.swapBytes(Width.W64, ir.reg(1)));
    assertThat(evaluate(ir, false, 0x0102_0304_0506_0788L, 0)).isEqualTo(0x8807_0605_0403_0201L);
    ir = ir(Width.W64);
    ir.begin(0, 2);
    ir.set(3, ir.swapBytes(Width.W32, ir.reg(1)));
    assertThat(evaluate(ir, false, 0x0102_0304_0506_0788L, 0)).isEqualTo(0xffff_ffff_8807_0605L);
    assertThat(ir.swapBytes(Width.W32, ir.imm(0x11))).isEqualTo(ir.imm(0x1100_0000));
  }

  @Test
  void selects() {
    for (long condition : new long[] {0, 1, -1, Long.MIN_VALUE}) {
      Ir ir = ir(Width.W64);
      ir.begin(0, 2);
      ir.set(3, ir.select(ir.reg(1), ir.imm(1L << 40), ir.reg(2)));
      assertThat(evaluate(ir, false, condition, 7)).isEqualTo(condition != 0 ? 1L << 40 : 7);
    }
    Ir ir = ir(Width.W64);
    assertThat(ir.select(ir.imm(1), ir.reg(1), ir.reg(2))).isEqualTo(ir.reg(1));
    assertThat(ir.select(ir.imm(0), ir.reg(1), ir.reg(2))).isEqualTo(ir.reg(2));
  }

  @Test
  void callsJavaWithTheValues() {
    List<long[]> calls = new ArrayList<>();
    Op.JavaFunction function =
        arguments -> {
          calls.add(arguments);
          return 1L << 32 | 0x8000_0000L;
        };
    Ir ir = ir(Width.W64);
    ir.begin(0, 2);
    ir.set(3, ir.callJava(function, ir.reg(1), ir.imm(1L << 50), ir.reg(2)));
    assertThat(evaluate(ir, false, 5, 6)).isEqualTo(0x1_8000_0000L);
    ir = ir(Width.W32);
    ir.begin(0, 2);
    ir.set(3, ir.callJava(function));
    assertThat(evaluate(ir, true, 5, 6)).isEqualTo(Integer.MIN_VALUE);
    assertThat(calls).containsExactly(new long[] {5, 1L << 50, 6}, new long[] {});
  }

  @Test
  void reachesAnAddressWithALargeDisplacement() {
    long address = 0x12_3456_7000L;
    space.map(address & -8192, 8192, 3, null, 0, false, null);
    Ir ir = ir(Width.W64);
    ir.begin(0, 2);
    ir.store(8, ir.reg(1), 0x12_3456_0000L, ir.imm(99));
    ir.set(3, ir.load(8, false, ir.imm(address), 0));
    assertThat(evaluate(ir, false, 0x7000, 0)).isEqualTo(99);
  }
}
