package dev.forklift.arch.nios2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.forklift.engine.cpu.Exit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CustomInstructionsTest {
  private static Machine machine(CustomInstructions custom) {
    return new Machine(new Nios2(custom));
  }

  @Test
  void computeOfGeneralRegisters() {
    Machine machine = machine(CustomInstructions.NONE.with(7, (a, b) -> a * 10 + b));
    machine.program("custom 7,r2,r3,r4\n custom 7,r3,r3,r3\n custom 7,zero,r4,r4\n trap 0");
    assertThat(machine.set(3, 5).set(4, 6).run()).isEqualTo(Exit.TRAP);
    assertThat(machine.register(2)).isEqualTo(56);
    assertThat(machine.register(3)).isEqualTo(55);
    assertThat(machine.register(0)).isZero();
    assertThat(machine.cpu.instructions()).isEqualTo(4);
  }

  @Test
  void mayHaveRegistersOfTheirOwn() {
    Machine machine = machine(CustomInstructions.NONE.with(255, Integer::sum));
    machine.program(
        """
        custom 255,c1,r3,r4
        custom 255,c1,c1,r4
        custom 255,r2,c1,c0
        trap 0
        """);
    assertThat(machine.set(1, 99).set(3, 5).set(4, 6).run()).isEqualTo(Exit.TRAP);
    assertThat(machine.register(2)).isEqualTo(17);
    assertThat(machine.register(1)).as("c1 is not r1").isEqualTo(99);
  }

  @Test
  void resultsAreSignExtended() {
    Machine machine = machine(CustomInstructions.NONE.with(0, (_, _) -> 0x8000_0000));
    machine.program("custom 0,r2,r3,r4").step();
    assertThat(machine.cpu.register(2)).isEqualTo(Integer.MIN_VALUE);
    assertThat(machine.cpu.unsignedRegister(2)).isEqualTo(0x8000_0000L);
  }

  @Test
  void unknownNumbersAreIllegal() {
    Machine machine = machine(CustomInstructions.NONE.with(0, (_, _) -> 1));
    machine.program("custom 1,r2,r3,r4");
    assertThat(machine.run()).isEqualTo(Exit.EXCEPTION);
    assertThat(machine.cpu.exitCode()).isEqualTo(Nios2.ILLEGAL_INSTRUCTION);
  }

  @Test
  void numbersGoFrom0To255() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CustomInstructions.NONE.with(256, (_, _) -> 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CustomInstructions.NONE.with(-1, (_, _) -> 1));
  }

  @Nested
  final class FloatingPointHardware {
    private static final float SUBNORMAL = 1e-40f;

    private final Machine machine = machine(CustomInstructions.floatingPointHardware2());

    private int run(int number, int a, int b) {
      machine.program("custom " + number + ",r2,r3,r4").set(3, a).set(4, b);
      assertThat(machine.step()).isEqualTo(Exit.SAFE_POINT);
      return machine.register(2);
    }

    private float run(int number, float a, float b) {
      return Float.intBitsToFloat(
          run(number, Float.floatToRawIntBits(a), Float.floatToRawIntBits(b)));
    }

    @ParameterizedTest
    @CsvSource({
      "252,  3,    2.5,  7.5",
      "253, 3, 2.5, 5.5",
      "254, 3, 2.5, 0.5",
      "255, 3, 2, 1.5",
      "255,  1,    0,    Infinity",
      "255, -1, 0, -Infinity",
      "255, 0, 0, NaN",
      "252,  1e30, 1e30, Infinity",
      "252, 1e-30, 1e-30, 0",
      "252, -1e-30, 1e-30, -0",
      "251,  2.25, 0,    1.5",
      "251, -1, 0, NaN",
      "224, -1.5,  0,    1.5",
      "225, -1.5, 0, 1.5",
      "225, 1.5, 0, -1.5",
      "232,  1,    2,    2",
      "232, 2, 1, 2",
      "233, 1, 2, 1",
      "233, 2, 1, 1",
      "232,  NaN,  1,    NaN",
      "233, NaN, 1, 1",
    })
    void givesNumbers(int number, float a, float b, float expected) {
      assertThat(run(number, a, b)).isEqualTo(Float.valueOf(expected));
    }

    @ParameterizedTest
    @CsvSource({
      "226, 1, 1, 0",
      "226, 1, 2, 1",
      "227, 1, 1, 1",
      "227, 1, 2, 0",
      "227, 0, -0, 1",
      "228, 1, 1, 1",
      "228, 1, 2, 0",
      "229, 2, 1, 1",
      "229, 1, 1, 0",
      "230, 1, 1, 1",
      "230, 2, 1, 0",
      "231, 1, 2, 1",
      "231, 1, 1, 0",
      "226, NaN, NaN, 1",
      "227, NaN, NaN, 0",
      "228, NaN, 1, 0",
      "231, 1, NaN, 0",
    })
    void compares(int number, float a, float b, int expected) {
      int result = run(number, Float.floatToRawIntBits(a), Float.floatToRawIntBits(b));
      assertThat(result).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
      "249,  2.9,  2",
      "249, -2.9, -2",
      "248,  2.5,  3",
      "248, -2.5, -3",
      "248, 2.4, 2",
      "248,  0.49999997, 0",
      "248, 8388609, 8388609",
      "249, -2147483648, -2147483648",
    })
    void convertsToIntegers(int number, float a, int expected) {
      assertThat(run(number, Float.floatToRawIntBits(a), 0)).isEqualTo(expected);
    }

    @Test
    void convertsFromIntegers() {
      assertThat(Float.intBitsToFloat(run(250, -7, 0))).isEqualTo(-7f);
      assertThat(Float.intBitsToFloat(run(250, Integer.MAX_VALUE, 0))).isEqualTo(0x1p31f);
    }

    @Test
    void arithmeticTakesSubnormalNumbersForZero() {
      assertThat(run(253, SUBNORMAL, SUBNORMAL)).isEqualTo(0f);
      assertThat(run(253, -SUBNORMAL, -0f)).isEqualTo(-0f);
      assertThat(run(255, 1f, SUBNORMAL)).isEqualTo(Float.POSITIVE_INFINITY);
      assertThat(run(232, SUBNORMAL, 0f)).as("comparing does not").isEqualTo(SUBNORMAL);
    }

    @Test
    void theFirstComponentHasFourInstructions() {
      Machine first = machine(CustomInstructions.floatingPointHardware1());
      for (int number = 0; number < CustomInstructions.NUMBERS; number++) {
        first.program("custom " + number + ",r2,r3,r4");
        assertThat(first.step())
            .as("custom %d", number)
            .isEqualTo(number >= 252 ? Exit.SAFE_POINT : Exit.EXCEPTION);
      }
    }
  }
}
