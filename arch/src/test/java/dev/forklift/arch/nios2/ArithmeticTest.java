package dev.forklift.arch.nios2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.cpu.Exit;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongBinaryOperator;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every instruction that computes, on edges and random operands, against what the reference guide
/// says in words of Java.
final class ArithmeticTest {
  private static final long SEED = 42;
  private static final int ROUNDS = 400;
  private static final int[] EDGES = {
    0,
    1,
    2,
    31,
    32,
    33,
    0x7fff,
    0x8000,
    0xffff,
    0x10000,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    Integer.MIN_VALUE + 1,
    -1,
    -2,
    -31,
    -32,
    -0x8000,
  };

  private final Machine machine = new Machine();
  private final SplittableRandom random = new SplittableRandom(SEED);

  /// What an instruction computes of two registers given as signed numbers, or of a register and a
  /// number given as it is written.
  private record Case(String name, LongBinaryOperator expected) {}

  private static long unsigned(long value) {
    return value & 0xffff_ffffL;
  }

  private static long truth(boolean holds) {
    return holds ? 1 : 0;
  }

  private static final List<Case> REGISTERS =
      List.of(
          new Case("add", (a, b) -> a + b),
          new Case("sub", (a, b) -> a - b),
          new Case("mul", (a, b) -> a * b),
          new Case("mulxss", (a, b) -> (a * b) >> 32),
          new Case("mulxsu", (a, b) -> (a * unsigned(b)) >> 32),
          new Case("mulxuu", (a, b) -> (unsigned(a) * unsigned(b)) >>> 32),
          new Case("and", (a, b) -> a & b),
          new Case("or", (a, b) -> a | b),
          new Case("xor", (a, b) -> a ^ b),
          new Case("nor", (a, b) -> ~(a | b)),
          new Case("cmpeq", (a, b) -> truth(a == b)),
          new Case("cmpne", (a, b) -> truth(a != b)),
          new Case("cmpge", (a, b) -> truth(a >= b)),
          new Case("cmplt", (a, b) -> truth(a < b)),
          new Case("cmpgeu", (a, b) -> truth(unsigned(a) >= unsigned(b))),
          new Case("cmpltu", (a, b) -> truth(unsigned(a) < unsigned(b))),
          new Case("sll", (a, b) -> a << (b & 31)),
          new Case("srl", (a, b) -> unsigned(a) >> (b & 31)),
          new Case("sra", (a, b) -> a >> (b & 31)),
          new Case("rol", (a, b) -> unsigned(a) << (b & 31) | unsigned(a) >> (32 - (b & 31))),
          new Case("ror", (a, b) -> unsigned(a) >> (b & 31) | unsigned(a) << (32 - (b & 31))));

  private static final List<Case> SIGNED_NUMBER =
      List.of(
          new Case("addi", (a, n) -> a + n),
          new Case("muli", (a, n) -> a * n),
          new Case("cmpeqi", (a, n) -> truth(a == n)),
          new Case("cmpnei", (a, n) -> truth(a != n)),
          new Case("cmpgei", (a, n) -> truth(a >= n)),
          new Case("cmplti", (a, n) -> truth(a < n)));

  private static final List<Case> UNSIGNED_NUMBER =
      List.of(
          new Case("andi", (a, n) -> a & n),
          new Case("ori", (a, n) -> a | n),
          new Case("xori", (a, n) -> a ^ n),
          new Case("andhi", (a, n) -> a & n << 16),
          new Case("orhi", (a, n) -> a | n << 16),
          new Case("xorhi", (a, n) -> a ^ n << 16),
          new Case("cmpgeui", (a, n) -> truth(unsigned(a) >= n)),
          new Case("cmpltui", (a, n) -> truth(unsigned(a) < n)));

  private static final List<Case> SHIFTS =
      List.of(
          new Case("slli", (a, n) -> a << n),
          new Case("srli", (a, n) -> unsigned(a) >> n),
          new Case("srai", (a, n) -> a >> n),
          new Case("roli", (a, n) -> unsigned(a) << n | unsigned(a) >> (32 - n)));

  private int operand() {
    int edge = EDGES[random.nextInt(EDGES.length)];
    return random.nextBoolean() ? edge : random.nextInt();
  }

  @TestFactory
  List<DynamicTest> registers() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Case one : REGISTERS) {
      tests.add(DynamicTest.dynamicTest(one.name(), () -> checkRegisters(one)));
    }
    return tests;
  }

  private void checkRegisters(Case one) {
    for (int i = 0; i < ROUNDS; i++) {
      int a = operand();
      int b = operand();
      String what = one.name() + " " + a + ", " + b;
      int expected = (int) one.expected().applyAsLong(a, b);
      check(what, one.name() + " r5,r3,r4", a, b, 5, expected);
      check(what, one.name() + " r3,r3,r4", a, b, 3, expected);
      check(what, one.name() + " r4,r3,r4", a, b, 4, expected);
      check(what, one.name() + " zero,r3,r4", a, b, 0, 0);
      check(what, one.name() + " r5,r3,r3", a, b, 5, (int) one.expected().applyAsLong(a, a));
      check(what, one.name() + " r5,zero,r4", a, b, 5, (int) one.expected().applyAsLong(0, b));
      check(what, one.name() + " r5,r3,zero", a, b, 5, (int) one.expected().applyAsLong(a, 0));
    }
  }

  @TestFactory
  List<DynamicTest> numbers() {
    List<DynamicTest> tests = new ArrayList<>();
    SIGNED_NUMBER.forEach(one -> add(tests, one, -0x8000, 0x8000));
    UNSIGNED_NUMBER.forEach(one -> add(tests, one, 0, 0x10000));
    SHIFTS.forEach(one -> add(tests, one, 0, 32));
    return tests;
  }

  private void add(List<DynamicTest> tests, Case one, int from, int to) {
    tests.add(DynamicTest.dynamicTest(one.name(), () -> checkNumbers(one, from, to)));
  }

  private void checkNumbers(Case one, int from, int to) {
    for (int i = 0; i < ROUNDS; i++) {
      int a = operand();
      int number =
          switch (random.nextInt(5)) {
            case 0 -> from;
            case 1 -> to - 1;
            case 2 -> Math.max(from, 0);
            default -> random.nextInt(from, to);
          };
      String what = one.name() + " " + a + ", " + number;
      int expected = (int) one.expected().applyAsLong(a, number);
      check(what, one.name() + " r5,r3," + number, a, 0, 5, expected);
      check(what, one.name() + " r3,r3," + number, a, 0, 3, expected);
      check(what, one.name() + " zero,r3," + number, a, 0, 0, 0);
      int ofZero = (int) one.expected().applyAsLong(0, number);
      check(what, one.name() + " r5,zero," + number, a, 0, 5, ofZero);
    }
  }

  /// Runs one instruction, which must change one register and nothing else.
  private void check(String what, String text, int a, int b, int result, int expected) {
    machine.program(text).set(3, a).set(4, b).set(5, 0x5555_5555).set(6, 0x6666_6666);
    assertThat(machine.step()).isEqualTo(Exit.SAFE_POINT);
    assertThat(machine.register(result)).as("%s (%s)", what, text).isEqualTo(expected);
    if (result != 3) {
      assertThat(machine.register(3)).as(what).isEqualTo(a);
    }
    if (result != 4) {
      assertThat(machine.register(4)).as(what).isEqualTo(b);
    }
    assertThat(machine.register(6)).isEqualTo(0x6666_6666);
    assertThat(machine.register(0)).isZero();
    assertThat(machine.cpu.register(result)).as("sign-extended").isEqualTo(expected);
    assertThat(machine.cpu.pc()).isEqualTo(Machine.CODE + 4);
  }

  @TestFactory
  List<DynamicTest> division() {
    return List.of(
        DynamicTest.dynamicTest("div", () -> checkDivision(true)),
        DynamicTest.dynamicTest("divu", () -> checkDivision(false)));
  }

  private void checkDivision(boolean signed) {
    String name = signed ? "div" : "divu";
    for (int i = 0; i < ROUNDS; i++) {
      int a = operand();
      int b = operand();
      boolean fails = b == 0 || (signed && a == Integer.MIN_VALUE && b == -1);
      if (fails) {
        for (String text : List.of(" r5,r3,r4", " zero,r3,r4")) {
          machine.program(name + text).set(3, a).set(4, b).set(5, 55);
          assertThat(machine.step()).as(name + " " + a + ", " + b).isEqualTo(Exit.EXCEPTION);
          assertThat(machine.cpu.exitCode()).isEqualTo(Nios2.DIVISION_ERROR);
          assertThat(machine.register(5)).isEqualTo(55);
          assertThat(machine.cpu.pc()).isEqualTo(Machine.CODE);
        }
      } else {
        long expected = signed ? (long) a / b : unsigned(a) / unsigned(b);
        check(name + " " + a + ", " + b, name + " r5,r3,r4", a, b, 5, (int) expected);
        check(name + " " + a + ", " + b, name + " r3,r3,r4", a, b, 3, (int) expected);
      }
    }
  }
}
