package dev.forklift.engine.jit;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.cpu.Exit;
import dev.forklift.engine.cpu.LiftedBlock;
import dev.forklift.engine.ir.Op.JavaFunction;
import dev.forklift.engine.isa.Isa;
import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.GuestFault;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes the method that a region becomes.
///
/// Registers live in local variables from the entry to the exits, blocks follow each other in the
/// order of their addresses, and jumps inside of the region are jumps of the method. Whatever
/// leaves goes to one of three tails, each of which gives the registers back: one for jumps out of
/// the region, one for stops inside of a block, one for accesses that failed.
final class RegionEmitter {
  private static final ClassDesc SELF = ClassDesc.of("dev.forklift.engine.jit.TranslatedRegion");
  private static final ClassDesc REGION_CODE = describe(RegionCode.class);
  private static final ClassDesc SITES = describe(Sites.class);
  private static final ClassDesc FUNCTIONS = describe(JavaFunction[].class);
  private static final ClassDesc CPU = describe(Cpu.class);
  private static final ClassDesc EXIT = describe(Exit.class);
  private static final ClassDesc SPACE = describe(AddressSpace.class);
  private static final ClassDesc FAULT = describe(GuestFault.class);
  private static final ClassDesc LONGS = describe(long[].class);

  /// HotSpot does not compile what is longer (`HugeMethodLimit`).
  private static final int LONGEST_CODE = 8000;

  // The parameters of `run`.
  static final int THIS = 0;
  private static final int CPU_LOCAL = 1;
  private static final int FILE_LOCAL = 2;
  static final int SPACE_LOCAL = 3;
  private static final int ENTRY_LOCAL = 4;

  private final boolean is32Bit;
  private final Region region;
  private final CodeBuilder code;
  private final Sites sites;
  private final Locals locals;
  private final Map<Long, Label> labels = new HashMap<>();
  private final Map<Long, Label> polls = new HashMap<>();

  // What the method keeps beside the registers.
  private final int executed;
  private final int left;
  private final int epoch;
  private final int site;
  private final int target;
  private final int atSafePoint;

  // Tails.
  private final Label leave;
  private final Label stop;

  private RegionEmitter(Isa isa, Region region, CodeBuilder code, Sites sites) {
    this.is32Bit = isa.registers().is32Bit();
    this.region = region;
    this.code = code;
    this.sites = sites;
    this.locals = new Locals(code, is32Bit, isa.registers().count(), region);
    this.executed = code.allocateLocal(TypeKind.LONG);
    this.left = code.allocateLocal(TypeKind.LONG);
    this.epoch = code.allocateLocal(TypeKind.INT);
    this.site = code.allocateLocal(TypeKind.INT);
    this.target = code.allocateLocal(TypeKind.LONG);
    this.atSafePoint = code.allocateLocal(TypeKind.INT);
    this.leave = code.newLabel();
    this.stop = code.newLabel();
  }

  /// The region as code that can be run, or null if the method would be too long for HotSpot to
  /// compile it.
  static @Nullable RegionCode define(Isa isa, Region region) {
    Sites sites = new Sites();
    List<JavaFunction> functions = new ArrayList<>();
    byte[] bytes = emit(isa, region, sites, functions);
    if (codeLength(bytes) > LONGEST_CODE) {
      return null;
    }
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      return (RegionCode)
          lookup
              .defineHiddenClass(bytes, true)
              .lookupClass()
              .getDeclaredConstructor(Sites.class, JavaFunction[].class)
              .newInstance(sites, functions.toArray(JavaFunction[]::new));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a region that cannot be defined", e);
    }
  }

  private static int codeLength(byte[] bytes) {
    return ClassFile.of().parse(bytes).methods().stream()
        .flatMap(method -> method.findAttribute(Attributes.code()).stream())
        .mapToInt(CodeAttribute::codeLength)
        .max()
        .orElseThrow();
  }

  private static byte[] emit(Isa isa, Region region, Sites sites, List<JavaFunction> functions) {
    return ClassFile.of()
        .build(
            SELF,
            type ->
                type.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER)
                    .withSuperclass(REGION_CODE)
                    .withMethodBody(
                        ConstantDescs.INIT_NAME,
                        MethodTypeDesc.of(CD_void, SITES, FUNCTIONS),
                        0,
                        code ->
                            code.aload(0)
                                .aload(1)
                                .aload(2)
                                .invokespecial(
                                    REGION_CODE,
                                    ConstantDescs.INIT_NAME,
                                    MethodTypeDesc.of(CD_void, SITES, FUNCTIONS))
                                .return_())
                    .withMethodBody(
                        "run",
                        MethodTypeDesc.of(EXIT, CPU, LONGS, SPACE, CD_int),
                        ClassFile.ACC_FINAL,
                        code -> new RegionEmitter(isa, region, code, sites).run(functions)));
  }

  private static ClassDesc describe(Class<?> type) {
    return type.describeConstable().orElseThrow();
  }

  private void run(List<JavaFunction> functions) {
    region.blocks().keySet().forEach(start -> labels.put(start, code.newLabel()));
    Label body = code.newLabel();
    Label bodyEnd = code.newLabel();
    enter();
    code.labelBinding(body);
    for (LiftedBlock block : region.blocks().values()) {
      code.labelBinding(label(block.start()));
      new BlockEmitter(this, code, locals, sites, functions, is32Bit, block).emit();
    }
    emitPolls();
    code.labelBinding(bodyEnd);
    emitLeave();
    emitStop();
    Label handler = code.newBoundLabel();
    emitFault();
    code.exceptionCatch(body, bodyEnd, handler, FAULT);
  }

  private Label label(long start) {
    Label label = labels.get(start);
    if (label == null) {
      throw new IllegalStateException("no block at 0x" + Long.toHexString(start));
    }
    return label;
  }

  /// Fills the locals, and goes to the entry asked for.
  private void enter() {
    locals.load(FILE_LOCAL);
    code.lconst_0().lstore(executed);
    code.aload(CPU_LOCAL)
        .invokevirtual(CPU, "instructionsLeft", MethodTypeDesc.of(CD_long))
        .lstore(left);
    code.aload(SPACE_LOCAL)
        .invokevirtual(SPACE, "codeEpoch", MethodTypeDesc.of(CD_int))
        .istore(epoch);
    code.iconst_0().istore(site);
    code.lconst_0().lstore(target);
    code.iconst_0().istore(atSafePoint);
    List<SwitchCase> cases = new ArrayList<>();
    for (int i = 1; i < region.entries().size(); i++) {
      cases.add(SwitchCase.of(i, label(region.entries().get(i))));
    }
    Label first = label(region.entries().getFirst());
    if (cases.isEmpty()) {
      code.goto_(first);
    } else {
      code.iload(ENTRY_LOCAL).tableswitch(1, cases.size(), first, cases);
    }
  }

  // What ends blocks.

  /// Counts the instructions of a block that comes to its end.
  void count(int instructions) {
    code.lload(executed).loadConstant((long) instructions).ladd().lstore(executed);
  }

  /// Goes to a place in guest code.
  void goTo(long to, boolean safePoint) {
    if (!region.contains(to)) {
      code.loadConstant(to).lstore(target);
      code.loadConstant(safePoint ? 1 : 0).istore(atSafePoint);
      code.goto_(leave);
    } else {
      code.goto_(direct(to, safePoint));
    }
  }

  /// Where a jump inside the region goes.
  Label direct(long to, boolean safePoint) {
    return safePoint ? polls.computeIfAbsent(to, _ -> code.newLabel()) : label(to);
  }

  boolean contains(long to) {
    return region.contains(to);
  }

  /// Goes to the address on the stack, a `long`, which is out of the region.
  void goOut() {
    code.lstore(target);
    code.iconst_1().istore(atSafePoint);
    code.goto_(leave);
  }

  /// Says which site the next access belongs to.
  void at(int number) {
    code.loadConstant(number).istore(site);
  }

  /// Stops at a site.
  void stopAt(int number) {
    at(number);
    code.goto_(stop);
  }

  /// Safe points in front of blocks that are jumped back to.
  private void emitPolls() {
    polls.forEach((to, label) -> {
      Label out = code.newLabel();
      code.labelBinding(label);
      code.aload(THIS)
          .aload(CPU_LOCAL)
          .aload(SPACE_LOCAL)
          .iload(epoch)
          .invokevirtual(
              REGION_CODE, "mustLeave", MethodTypeDesc.of(CD_boolean, CPU, SPACE, CD_int))
          .ifne(out);
      code.lload(executed).lload(left).lcmp().iflt(label(to));
      code.labelBinding(out);
      code.loadConstant(to).lstore(target);
      code.iconst_1().istore(atSafePoint);
      code.goto_(leave);
    });
  }

  // Tails.

  private void emitLeave() {
    Label quietly = code.newLabel();
    code.labelBinding(leave);
    locals.store(FILE_LOCAL);
    code.aload(CPU_LOCAL)
        .lload(target)
        .lload(executed)
        .invokevirtual(CPU, "leaveAt", MethodTypeDesc.of(CD_void, CD_long, CD_long));
    code.iload(atSafePoint).ifeq(quietly);
    code.getstatic(EXIT, "SAFE_POINT", EXIT).areturn();
    code.labelBinding(quietly);
    code.aconst_null().areturn();
  }

  private void emitStop() {
    code.labelBinding(stop);
    locals.store(FILE_LOCAL);
    code.aload(THIS)
        .aload(CPU_LOCAL)
        .iload(site)
        .lload(executed)
        .invokevirtual(REGION_CODE, "stop", MethodTypeDesc.of(EXIT, CPU, CD_int, CD_long))
        .areturn();
  }

  /// The fault is on the stack.
  private void emitFault() {
    int fault = code.allocateLocal(TypeKind.REFERENCE);
    code.astore(fault);
    locals.store(FILE_LOCAL);
    code.aload(THIS)
        .aload(fault)
        .aload(CPU_LOCAL)
        .iload(site)
        .lload(executed)
        .invokevirtual(REGION_CODE, "fault", MethodTypeDesc.of(EXIT, FAULT, CPU, CD_int, CD_long))
        .areturn();
  }
}
