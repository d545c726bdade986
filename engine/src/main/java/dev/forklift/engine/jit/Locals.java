package dev.forklift.engine.jit;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.ir.Value;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The Java local variables of a region: guest registers and temporaries.
///
/// A register of 32 bits is an `int`, one of 64 bits a `long`; a temporary has the type of what it
/// was last given.
final class Locals {
  private static final ClassDesc CPU = Cpu.class.describeConstable().orElseThrow();
  private static final ClassDesc LONGS = long[].class.describeConstable().orElseThrow();

  private final CodeBuilder code;
  private final boolean is32Bit;
  private final int registers;
  private final Map<Integer, Integer> slots = new HashMap<>();
  private final Map<Integer, Integer> wideTemporaries = new HashMap<>();

  // Which temporaries are `long`s although registers are `int`s.
  private final BitSet wide = new BitSet();

  /// @param registers how many there are; numbers from there on are temporaries
  Locals(CodeBuilder code, boolean is32Bit, int registers) {
    this.code = code;
    this.is32Bit = is32Bit;
    this.registers = registers;
  }

  /// Gives registers a value, without which the verifier does not let anybody read them.
  void clear(BitSet which) {
    which.stream()
        .forEach(register -> {
          if (is32Bit) {
            code.iconst_0().istore(slot(register));
          } else {
            code.lconst_0().lstore(slot(register));
          }
        });
  }

  /// Fills registers from the file of the CPU in local `cpu`.
  void load(int cpu, BitSet which) {
    which.stream()
        .forEach(register -> {
          code.aload(cpu).getfield(CPU, "file", LONGS).loadConstant(register).laload();
          if (is32Bit) {
            code.l2i().istore(slot(register));
          } else {
            code.lstore(slot(register));
          }
        });
  }

  /// Gives registers back to the file of the CPU in local `cpu`.
  void store(int cpu, BitSet which) {
    which.stream()
        .forEach(register -> {
          code.aload(cpu).getfield(CPU, "file", LONGS).loadConstant(register);
          if (is32Bit) {
            code.iload(slot(register)).i2l();
          } else {
            code.lload(slot(register));
          }
          code.lastore();
        });
  }

  /// Pushes registers, in their order.
  void push(BitSet which) {
    which.stream()
        .forEach(register -> {
          if (is32Bit) {
            code.iload(slot(register));
          } else {
            code.lload(slot(register));
          }
        });
  }

  private int slot(int index) {
    Integer slot = slots.get(index);
    if (slot == null) {
      slot = code.allocateLocal(is32Bit ? TypeKind.INT : TypeKind.LONG);
      slots.put(index, slot);
    }
    return slot;
  }

  /// Gives the variables names, for people.
  void name(List<String> names) {
    slots.forEach((index, slot) -> name(index, slot, is32Bit ? CD_int : CD_long, names));
    wideTemporaries.forEach((index, slot) -> name(index, slot, CD_long, names));
  }

  private void name(int index, int slot, ClassDesc type, List<String> names) {
    String name = isRegister(index) ? names.get(index) : "t" + (index - registers);
    code.localVariable(slot, name, type, code.startLabel(), code.endLabel());
  }

  private int wideSlot(int index) {
    Integer slot = wideTemporaries.get(index);
    if (slot == null) {
      slot = code.allocateLocal(TypeKind.LONG);
      wideTemporaries.put(index, slot);
    }
    return slot;
  }

  /// How many registers there are.
  int registers() {
    return registers;
  }

  /// Whether registers, and addresses, have 32 bits.
  boolean is32Bit() {
    return is32Bit;
  }

  /// Whether this is a register of the guest and not a temporary.
  boolean isRegister(int index) {
    return index >= 0 && index < registers;
  }

  /// Whether a value has more than 32 bits, or may have.
  boolean isLong(Value value) {
    return switch (value) {
      case Value.Const(long number) -> !is32Bit || number != (int) number;
      case Value.Reg(int index) -> !is32Bit || wide.get(index);
    };
  }

  /// Pushes a value as an `int`: its low half if it has more.
  void pushInt(Value value) {
    switch (value) {
      case Value.Const(long number) -> code.loadConstant((int) number);
      case Value.Reg(int index) -> {
        if (!is32Bit) {
          code.lload(slot(index)).l2i();
        } else if (wide.get(index)) {
          code.lload(wideSlot(index)).l2i();
        } else {
          code.iload(slot(index));
        }
      }
    }
  }

  /// Pushes a value as a `long`, sign-extended.
  void pushLong(Value value) {
    switch (value) {
      case Value.Const(long number) -> code.loadConstant(number);
      case Value.Reg(int index) -> {
        if (!is32Bit) {
          code.lload(slot(index));
        } else if (wide.get(index)) {
          code.lload(wideSlot(index));
        } else {
          code.iload(slot(index)).i2l();
        }
      }
    }
  }

  /// Pops an `int` that has been computed in 32 bits.
  void popInt(int destination) {
    if (is32Bit) {
      wide.clear(destination);
      code.istore(slot(destination));
    } else {
      code.i2l().lstore(slot(destination));
    }
  }

  /// Pops a `long`.
  void popLong(int destination) {
    if (!is32Bit) {
      code.lstore(slot(destination));
    } else if (destination < registers) {
      code.l2i().istore(slot(destination));
    } else {
      wide.set(destination);
      code.lstore(wideSlot(destination));
    }
  }
}
