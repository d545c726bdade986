package dev.forklift.engine.jit;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.memory.GuestFault;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The methods of a region that give registers back to the register file: one for each set of them.
///
/// They are methods, taking the registers as arguments, so that the region's own stays short:
/// HotSpot inlines a guest function into another only up to so many bytes of bytecode.
final class GiveBacks {
  private static final ClassDesc CPU = Cpu.class.describeConstable().orElseThrow();
  private static final ClassDesc FAULT = GuestFault.class.describeConstable().orElseThrow();
  private static final ClassDesc REGION_CODE = RegionCode.class.describeConstable().orElseThrow();
  private static final ClassDesc BITS = BitSet.class.describeConstable().orElseThrow();
  private static final ClassDesc LONGS = long[].class.describeConstable().orElseThrow();

  private final ClassDesc self;
  private final ClassDesc register;
  private final Map<BitSet, String> forCalls = new LinkedHashMap<>();
  private final Map<BitSet, String> forExits = new LinkedHashMap<>();
  private final Map<BitSet, String> forStops = new LinkedHashMap<>();

  /// @param self the class of the region
  GiveBacks(ClassDesc self, boolean is32Bit) {
    this.self = self;
    this.register = is32Bit ? CD_int : CD_long;
  }

  // Where they are called. The arguments other than the registers are on the stack.

  /// Gives back before a call; the CPU is on the stack.
  void beforeCall(CodeBuilder code, Locals locals, BitSet which) {
    String name = forCalls.computeIfAbsent(copy(which), _ -> "giveBack" + forCalls.size());
    locals.push(which);
    code.invokestatic(self, name, type(CD_void, List.of(CPU), which));
  }

  /// Gives back and tells the CPU where to go on; CPU, target (a `long`), what is left of the
  /// allowance and how the region comes back are on the stack, the last of which is the result.
  void leave(CodeBuilder code, Locals locals, BitSet which) {
    String name = forExits.computeIfAbsent(copy(which), _ -> "leave" + forExits.size());
    locals.push(which);
    code.invokestatic(self, name, leaveType(which));
  }

  /// Gives back what is dirty at a site, and stops there; the region, CPU, fault, number of the
  /// site, what is left of the allowance and the address of the last access are on the stack. The
  /// result is how the region comes back.
  ///
  /// @param which all that may be dirty at sites that stop there
  void stop(CodeBuilder code, Locals locals, BitSet which) {
    String name = forStops.computeIfAbsent(copy(which), _ -> "stop" + forStops.size());
    locals.push(which);
    code.invokestatic(self, name, stopType(which));
  }

  private static BitSet copy(BitSet which) {
    return (BitSet) which.clone();
  }

  private MethodTypeDesc type(ClassDesc result, List<ClassDesc> first, BitSet which) {
    List<ClassDesc> all = new ArrayList<>(first);
    which.stream().forEach(_ -> all.add(register));
    return MethodTypeDesc.of(result, all);
  }

  private MethodTypeDesc leaveType(BitSet which) {
    return type(CD_int, List.of(CPU, CD_long, CD_int, CD_int), which);
  }

  private MethodTypeDesc stopType(BitSet which) {
    return type(CD_int, List.of(REGION_CODE, CPU, FAULT, CD_int, CD_int, CD_int), which);
  }

  // What they are.

  /// Writes all that have been called.
  void emit(ClassBuilder to) {
    forCalls.forEach((which, name) ->
        to.withMethodBody(
            name,
            type(CD_void, List.of(CPU), which),
            ClassFile.ACC_STATIC,
            code -> {
              store(code, 0, 1, which);
              code.return_();
            }));
    forExits.forEach((which, name) ->
        to.withMethodBody(
            name,
            leaveType(which),
            ClassFile.ACC_STATIC,
            code -> {
              store(code, 0, 5, which);
              code.aload(0)
                  .lload(1)
                  .iload(3)
                  .invokevirtual(CPU, "leaveAt", MethodTypeDesc.of(CD_void, CD_long, CD_int))
                  .iload(4)
                  .ireturn();
            }));
    forStops.forEach((which, name) ->
        to.withMethodBody(
            name, stopType(which), ClassFile.ACC_STATIC, code -> emitStop(code, which)));
  }

  private void emitStop(CodeBuilder code, BitSet which) {
    int dirty = code.allocateLocal(TypeKind.REFERENCE);
    code.aload(0)
        .iload(3)
        .invokevirtual(REGION_CODE, "dirtyAt", MethodTypeDesc.of(BITS, CD_int))
        .astore(dirty);
    int argument = 6;
    for (int number : which.stream().toArray()) {
      Label clean = code.newLabel();
      code.aload(dirty)
          .loadConstant(number)
          .invokevirtual(BITS, "get", MethodTypeDesc.of(CD_boolean, CD_int))
          .ifeq(clean);
      store(code, 1, argument, number);
      code.labelBinding(clean);
      argument += slots();
    }
    code.aload(0)
        .aload(1)
        .aload(2)
        .iload(3)
        .iload(4)
        .iload(5)
        .invokevirtual(
            REGION_CODE, "stop", MethodTypeDesc.of(CD_int, CPU, FAULT, CD_int, CD_int, CD_int))
        .ireturn();
  }

  private void store(CodeBuilder code, int cpu, int first, BitSet which) {
    int argument = first;
    for (int number : which.stream().toArray()) {
      store(code, cpu, argument, number);
      argument += slots();
    }
  }

  private void store(CodeBuilder code, int cpu, int argument, int number) {
    code.aload(cpu).getfield(CPU, "file", LONGS).loadConstant(number);
    if (register.equals(CD_int)) {
      code.iload(argument).i2l();
    } else {
      code.lload(argument);
    }
    code.lastore();
  }

  private int slots() {
    return register.equals(CD_int) ? 1 : 2;
  }
}
