package dev.forklift.arch.nios2;

import dev.forklift.arch.nios2.Operands.Custom;
import dev.forklift.engine.ir.Ir;
import dev.forklift.engine.ir.Op.JavaFunction;
import dev.forklift.engine.ir.Value;
import dev.forklift.engine.isa.InstructionSet;
import java.util.Map;
import java.util.TreeMap;

/// The custom instructions of a CPU, by number.
///
///     new Nios2(CustomInstructions.floatingPointHardware2().with(0, (a, _) -> Integer.bitCount(a)))
///
/// A number that has none raises the illegal instruction exception.
public final class CustomInstructions {
  /// None at all.
  public static final CustomInstructions NONE = new CustomInstructions(Map.of());

  /// How many numbers there are.
  public static final int NUMBERS = 256;

  private static final int OWN_REGISTERS = 32;

  private final Map<Integer, CustomInstruction> byNumber;

  private CustomInstructions(Map<Integer, CustomInstruction> byNumber) {
    this.byNumber = byNumber;
  }

  /// These and one more, which replaces what has its number.
  public CustomInstructions with(int number, CustomInstruction instruction) {
    if (number < 0 || number >= NUMBERS) {
      throw new IllegalArgumentException("custom instructions have numbers from 0 to 255");
    }
    Map<Integer, CustomInstruction> more = new TreeMap<>(byNumber);
    more.put(number, instruction);
    return new CustomInstructions(more);
  }

  /// The first floating-point component: add, subtract, multiply, divide.
  public static CustomInstructions floatingPointHardware1() {
    return FloatingPoint.addTo(NONE);
  }

  /// The second floating-point component: those of the first, comparisons, conversions and the
  /// rest.
  ///
  /// Where the hardware may choose between the two nearest results (adding, subtracting,
  /// multiplying, square root), this gives the nearest one.
  public static CustomInstructions floatingPointHardware2() {
    return FloatingPoint.addAllTo(NONE);
  }

  /// Gives a set of instructions the meaning of `custom`, with registers `c0` to `c31` of its own.
  void define(InstructionSet.Builder set) {
    CustomInstruction[] table = new CustomInstruction[NUMBERS];
    int[][] own = new int[NUMBERS][];
    byNumber.forEach((number, instruction) -> {
      table[number] = instruction;
      own[number] = new int[OWN_REGISTERS];
    });
    set.on(
        "custom",
        Custom.SHAPE,
        (ir, a) -> {
          if (table[a.n()] == null) {
            ir.raise(Nios2.ILLEGAL_INSTRUCTION);
          } else {
            call(ir, a, table[a.n()], own[a.n()]);
          }
        });
  }

  private static void call(Ir ir, Custom a, CustomInstruction instruction, int[] own) {
    JavaFunction function =
        arguments -> {
          int dataA = a.readra() ? (int) arguments[0] : own[a.ra()];
          int dataB = a.readrb() ? (int) arguments[1] : own[a.rb()];
          int result = instruction.execute(dataA, dataB);
          if (!a.writerc()) {
            own[a.rc()] = result;
          }
          return result;
        };
    Value result =
        ir.callJava(
            function,
            a.readra() ? ir.reg(a.ra()) : Value.ZERO,
            a.readrb() ? ir.reg(a.rb()) : Value.ZERO);
    if (a.writerc()) {
      ir.set(a.rc(), result);
    }
  }
}
