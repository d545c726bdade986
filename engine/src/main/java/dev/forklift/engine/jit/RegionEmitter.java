package dev.forklift.engine.jit;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.forklift.engine.cpu.Compiled;
import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.cpu.LiftedBlock;
import dev.forklift.engine.cpu.Links.Link;
import dev.forklift.engine.ir.Op.JavaFunction;
import dev.forklift.engine.isa.Isa;
import dev.forklift.engine.jit.Loops.Loop;
import dev.forklift.engine.memory.CodePage;
import dev.forklift.engine.memory.GuestFault;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes the method that a region becomes.
///
/// Registers live in local variables from the entry to the exits, blocks follow each other in the
/// order of their addresses, and jumps inside of the region are jumps of the method. Guest calls
/// are calls of Java, so that HotSpot inlines across guest functions. Whatever leaves goes to one
/// of the tails, which give registers back: one for each set of them at a jump out of the region,
/// one for stops inside of a block, one for accesses that failed.
final class RegionEmitter {
  static final ClassDesc SELF = ClassDesc.of("dev.forklift.engine.jit.TranslatedRegion");
  private static final ClassDesc REGION_CODE = describe(RegionCode.class);
  private static final ClassDesc PARTS = describe(RegionCode.Parts.class);
  private static final ClassDesc COMPILED = describe(Compiled.class);
  private static final ClassDesc CPU = describe(Cpu.class);
  private static final ClassDesc FAULT = describe(GuestFault.class);
  private static final ClassDesc LINK = describe(Link.class);
  private static final ClassDesc LINK_ARRAY = describe(Link[].class);
  private static final MethodTypeDesc RUN = MethodTypeDesc.of(CD_int, CPU);

  /// The parameter of `run`.
  static final int CPU_LOCAL = 1;

  /// The field that holds the one object of the class, which is loaded where it is needed: `this`
  /// would be one value more that loops have to keep.
  private static final String ITSELF = "itself";

  /// The field that holds what was found last at the target of each call: a constant for HotSpot.
  private static final String LINKS = "links";

  /// The field that holds [jdk.internal.misc.Unsafe], where accesses use it.
  static final String MEMORY = "memory";

  private final boolean is32Bit;
  private final Region region;
  private final Loops loops;
  private final RegisterFlow flow;
  private final CodeBuilder code;
  private final Sites sites;
  private final Locals locals;
  private final Map<Long, Label> labels = new HashMap<>();
  private final Map<Long, Label> polls = new HashMap<>();
  private final List<Runnable> ways = new ArrayList<>();
  private final Map<@Nullable Loop, Label> stops = new LinkedHashMap<>();
  private final Map<BitSet, Label> tails = new LinkedHashMap<>();
  private final GiveBacks giveBacks;
  private final AccessEmitter accesses;
  private int calls;
  private @Nullable Loop loop;

  // What the method keeps beside the registers.
  private final int left;
  private final int site;
  private final int target;
  private final int how;
  private final int fault;
  private final int geometry;

  // Tails.
  private final Label notCalled;

  private RegionEmitter(
      Isa isa, int geometry, Region region, CodeBuilder code, Sites sites, GiveBacks giveBacks) {
    int registers = isa.registers().count();
    this.is32Bit = isa.registers().is32Bit();
    this.region = region;
    this.loops = new Loops(region, registers);
    this.flow = new RegisterFlow(region, loops, registers);
    this.code = code;
    this.sites = sites;
    this.giveBacks = giveBacks;
    this.locals = new Locals(code, is32Bit, registers);
    this.left = code.allocateLocal(TypeKind.INT);
    this.site = code.allocateLocal(TypeKind.INT);
    this.target = code.allocateLocal(TypeKind.LONG);
    this.how = code.allocateLocal(TypeKind.INT);
    this.fault = code.allocateLocal(TypeKind.REFERENCE);
    this.geometry = geometry;
    this.accesses = new AccessEmitter(this, code, locals, is32Bit);
    this.notCalled = code.newLabel();
  }

  /// Writes the class of a region.
  ///
  /// @param geometry what [TableAccess] is to know of the spaces it is for
  /// @param page the page that it is for
  /// @param named whether local variables have names, which costs room
  static RegionClass write(Isa isa, int geometry, CodePage page, Region region, boolean named) {
    Sites sites = new Sites();
    List<JavaFunction> functions = new ArrayList<>();
    byte[] bytes = emit(isa, geometry, region, sites, functions, named);
    return new RegionClass(page, region, bytes, sites, functions);
  }

  private static byte[] emit(
      Isa isa,
      int geometry,
      Region region,
      Sites sites,
      List<JavaFunction> functions,
      boolean named) {
    GiveBacks giveBacks = new GiveBacks(SELF, isa.registers().is32Bit());
    boolean isUnsafe = AccessEmitter.isUnsafe(geometry);
    return ClassFile.of()
        .build(
            SELF,
            type -> {
              type.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER)
                  .withSuperclass(REGION_CODE)
                  .withMethodBody(
                      ConstantDescs.INIT_NAME,
                      MethodTypeDesc.of(CD_void, PARTS),
                      0,
                      code ->
                          code.aload(0)
                              .aload(1)
                              .invokespecial(
                                  REGION_CODE,
                                  ConstantDescs.INIT_NAME,
                                  MethodTypeDesc.of(CD_void, PARTS))
                              .aload(0)
                              .putstatic(SELF, ITSELF, REGION_CODE)
                              .return_())
                  .withField(ITSELF, REGION_CODE, ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC)
                  .withField(
                      LINKS,
                      LINK_ARRAY,
                      ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_FINAL);
              if (isUnsafe) {
                type.withField(
                    MEMORY,
                    AccessEmitter.UNSAFE,
                    ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_FINAL);
              }
              type.withMethodBody(
                      ConstantDescs.CLASS_INIT_NAME,
                      MethodTypeDesc.of(CD_void),
                      ClassFile.ACC_STATIC,
                      code -> initialize(code, region, isUnsafe))
                  .withMethodBody(
                      "run",
                      RUN,
                      ClassFile.ACC_PUBLIC | ClassFile.ACC_FINAL,
                      code -> {
                        RegionEmitter emitter =
                            new RegionEmitter(isa, geometry, region, code, sites, giveBacks);
                        emitter.run(functions);
                        if (named) {
                          emitter.locals.name(isa.registers().names());
                          code.localVariable(
                              CPU_LOCAL, "cpu", CPU, code.startLabel(), code.endLabel());
                          code.localVariable(
                              emitter.left, "left", CD_int, code.startLabel(), code.endLabel());
                        }
                      });
              giveBacks.emit(type);
            });
  }

  private static void initialize(CodeBuilder code, Region region, boolean isUnsafe) {
    code.loadConstant(region.calls())
        .invokestatic(REGION_CODE, "noLinks", MethodTypeDesc.of(LINK_ARRAY, CD_int))
        .putstatic(SELF, LINKS, LINK_ARRAY);
    if (isUnsafe) {
      code.invokestatic(AccessEmitter.UNSAFE, "getUnsafe", MethodTypeDesc.of(AccessEmitter.UNSAFE))
          .putstatic(SELF, MEMORY, AccessEmitter.UNSAFE);
    }
    code.return_();
  }

  private static ClassDesc describe(Class<?> type) {
    return type.describeConstable().orElseThrow();
  }

  private void run(List<JavaFunction> functions) {
    region.blocks().keySet().forEach(start -> labels.put(start, code.newLabel()));
    Label body = code.newLabel();
    Label bodyEnd = code.newLabel();
    // A line is a block, in its order; the last one is what stands behind them.
    int line = 0;
    enter();
    code.labelBinding(body);
    for (LiftedBlock block : region.blocks().values()) {
      code.labelBinding(label(block.start()));
      code.lineNumber(++line);
      BitSet dirty = flow.dirtyAt(block.start());
      loop = loops.of(block.start());
      new BlockEmitter(this, code, locals, sites, functions, accesses, block, dirty).emit();
    }
    code.lineNumber(++line);
    ways.forEach(Runnable::run);
    emitPolls();
    code.labelBinding(bodyEnd);
    emitTails();
    emitStops();
    if (!is32Bit || region.hasCallsForAccess()) {
      Label handler = code.newBoundLabel();
      stopAtSite(flow.changed());
      code.exceptionCatch(body, bodyEnd, handler, FAULT);
    }
  }

  private Label label(long start) {
    Label label = labels.get(start);
    if (label == null) {
      throw new IllegalStateException("no block at 0x" + Long.toHexString(start));
    }
    return label;
  }

  /// Fills the locals, and goes to the entry.
  private void enter() {
    BitSet others = flow.touched();
    others.andNot(flow.liveAt(region.entry()));
    locals.clear(others);
    locals.load(CPU_LOCAL, flow.liveAt(region.entry()));
    startCounting();
    code.iconst_0().istore(site);
    if (is32Bit) {
      code.iconst_0().istore(accesses.address());
    }
    accesses.enter();
    code.goto_(label(region.entry()));
  }

  /// Whether many accesses go elsewhere than through the window.
  boolean hasAccessesElsewhere() {
    return region.hasAccessesElsewhere();
  }

  private void startCounting() {
    code.aload(CPU_LOCAL).getfield(CPU, "left", CD_int).istore(left);
  }

  /// Pushes the region.
  void pushItself() {
    code.getstatic(SELF, ITSELF, REGION_CODE);
  }

  // What ends blocks.

  /// What [TableAccess] is to know of the space.
  int geometry() {
    return geometry;
  }

  /// Counts the instructions of a block that comes to its end.
  void count(int instructions) {
    code.iinc(left, -instructions);
  }

  /// Goes from the end of a block to a place in guest code.
  void goTo(long from, long to, boolean safePoint, BitSet dirty) {
    if (region.contains(to)) {
      code.goto_(direct(from, to, safePoint, dirty));
    } else {
      code.loadConstant(to);
      goOut(safePoint ? Compiled.JUMPED_SAFELY : Compiled.JUMPED, dirty);
    }
  }

  /// Where a jump from the end of a block to another goes.
  Label direct(long from, long to, boolean safePoint, BitSet dirty) {
    Label there = safePoint ? polls.computeIfAbsent(to, _ -> code.newLabel()) : label(to);
    Loop around = loops.of(from);
    BitSet givenBack = flow.givenBackBetween(from, to, dirty);
    BitSet fetched = flow.fetchedBetween(from, to);
    if (around == loops.of(to) && givenBack.isEmpty()) {
      return there;
    }
    Label way = code.newLabel();
    ways.add(() -> {
      code.labelBinding(way);
      locals.store(CPU_LOCAL, givenBack);
      locals.load(CPU_LOCAL, fetched);
      code.goto_(there);
    });
    return way;
  }

  boolean contains(long to) {
    return region.contains(to);
  }

  /// Leaves for the address on the stack, a `long`.
  void goOut(int by, BitSet dirty) {
    code.lstore(target);
    code.loadConstant(by).istore(how);
    code.goto_(tail(dirty));
  }

  /// Returns to the address on the stack, a `long`: to a call of the region, or out of it.
  void returnFrom(LiftedBlock from, BitSet dirty) {
    if (!region.next(from).isEmpty()) {
      Label elsewhere = switchToNext(from, dirty);
      code.labelBinding(elsewhere).lload(target);
    }
    goOut(Compiled.RETURNED, dirty);
  }

  /// Goes from the end of a block to one of those that follow it, if the address on the stack, a
  /// `long`, is where that begins. Otherwise goes to a label, with the address in a local.
  private Label switchToNext(LiftedBlock from, BitSet dirty) {
    Label elsewhere = code.newLabel();
    code.lstore(target);
    if (!is32Bit) {
      for (long to : region.next(from)) {
        code.lload(target).loadConstant(to).lcmp().ifeq(direct(from.start(), to, true, dirty));
      }
      code.goto_(elsewhere);
      return elsewhere;
    }
    code.lload(target).l2i();
    code.lookupswitch(
        elsewhere,
        region.next(from).stream()
            .map(to -> SwitchCase.of((int) (long) to, direct(from.start(), to, true, dirty)))
            .sorted(Comparator.comparingInt(SwitchCase::caseValue))
            .toList());
    return elsewhere;
  }

  /// Goes from a computed jump to the address on the stack, a `long`.
  void jump(LiftedBlock from, BitSet dirty) {
    int number = List.copyOf(region.jumps().keySet()).indexOf(from.start());
    if (number < 0) {
      goOut(Compiled.JUMPED_SAFELY, dirty);
      return;
    }
    Label elsewhere = switchToNext(from, dirty);
    code.labelBinding(elsewhere);
    pushItself();
    code.loadConstant(number)
        .lload(target)
        .invokevirtual(REGION_CODE, "missed", MethodTypeDesc.of(CD_void, CD_int, CD_long))
        .lload(target);
    goOut(Compiled.JUMPED_SAFELY, dirty);
  }

  private Label tail(BitSet dirty) {
    return tails.computeIfAbsent((BitSet) dirty.clone(), _ -> code.newLabel());
  }

  /// Calls what is at the address on the stack, a `long`.
  ///
  /// @param direct whether it is always the same
  /// @param back where it returns to
  void call(boolean direct, long back, BitSet dirty) {
    code.lstore(target);
    if (!dirty.isEmpty()) {
      code.aload(CPU_LOCAL);
      giveBacks.beforeCall(code, locals, dirty);
    }
    Label found = code.newLabel();
    code.getstatic(SELF, LINKS, LINK_ARRAY)
        .loadConstant(calls)
        .aaload()
        .aload(CPU_LOCAL)
        .iload(left);
    if (direct) {
      code.invokestatic(REGION_CODE, "direct", MethodTypeDesc.of(COMPILED, LINK, CPU, CD_int));
    } else {
      code.lload(target)
          .invokestatic(
              REGION_CODE, "indirect", MethodTypeDesc.of(COMPILED, LINK, CPU, CD_int, CD_long));
    }
    code.dup().ifnonnull(found).pop();
    pushItself();
    code.getstatic(SELF, LINKS, LINK_ARRAY)
        .loadConstant(calls++)
        .aload(CPU_LOCAL)
        .lload(target)
        .invokevirtual(
            REGION_CODE, "find", MethodTypeDesc.of(COMPILED, LINK_ARRAY, CD_int, CPU, CD_long))
        .dup()
        .ifnull(notCalled)
        .labelBinding(found)
        .aload(CPU_LOCAL)
        .invokevirtual(COMPILED, "run", RUN);
    if (!region.contains(back)) {
      code.aload(CPU_LOCAL)
          .invokestatic(REGION_CODE, "passOn", MethodTypeDesc.of(CD_int, CD_int, CPU))
          .ireturn();
      return;
    }
    Label called = code.newLabel();
    code.istore(how)
        .iload(how)
        .aload(CPU_LOCAL)
        .loadConstant(back)
        .invokestatic(REGION_CODE, "isBack", MethodTypeDesc.of(CD_boolean, CD_int, CPU, CD_long))
        .ifne(called);
    pushItself();
    code.iload(how)
        .aload(CPU_LOCAL)
        .loadConstant(back)
        .invokevirtual(REGION_CODE, "comeBack", MethodTypeDesc.of(CD_int, CD_int, CPU, CD_long))
        .dup()
        .istore(how)
        .iflt(called)
        .iload(how)
        .ireturn();
    code.labelBinding(called);
    locals.load(CPU_LOCAL, flow.liveAt(back));
    startCounting();
    code.goto_(label(back));
  }

  /// Says which site stops come from.
  void at(int number) {
    code.loadConstant(number).istore(site);
  }

  /// Pushes whether what the region and its callers have found so far holds no more.
  void pushHasMapChanged() {
    code.aload(CPU_LOCAL).invokevirtual(CPU, "hasMapChanged", MethodTypeDesc.of(CD_boolean));
  }

  /// Where sites of the block that is being written stop.
  Label stop() {
    return stops.computeIfAbsent(loop, _ -> code.newLabel());
  }

  /// Stops at a site.
  void stopAt(int number) {
    at(number);
    code.goto_(stop());
  }

  /// Safe points in front of blocks that are jumped back to.
  private void emitPolls() {
    polls.forEach((to, label) -> {
      code.labelBinding(label);
      code.iload(left).ifgt(label(to));
      // Not in loops: for a call there HotSpot would take registers away from the loop's values.
      if (loops.of(to) == null) {
        code.aload(CPU_LOCAL)
            .iload(left)
            .invokevirtual(CPU, "refill", MethodTypeDesc.of(CD_int, CD_int))
            .dup()
            .istore(left)
            .ifgt(label(to));
      }
      code.loadConstant(to);
      goOut(Compiled.JUMPED_SAFELY, flow.dirtyAt(to));
    });
  }

  // Tails.

  private void emitTails() {
    tails.forEach((dirty, label) -> {
      code.labelBinding(label);
      code.aload(CPU_LOCAL).lload(target).iload(left).iload(how);
      giveBacks.leave(code, locals, dirty);
      code.ireturn();
    });
    // A null is on the stack.
    code.labelBinding(notCalled);
    code.pop().loadConstant(Compiled.STOPPED).ireturn();
  }

  private void emitStops() {
    stops.forEach((in, label) -> {
      code.labelBinding(label);
      code.aconst_null();
      stopAtSite(changedIn(in));
    });
  }

  private BitSet changedIn(@Nullable Loop in) {
    BitSet which = flow.changed();
    if (in != null) {
      which.and(in.registers());
    }
    return which;
  }

  /// The fault is on the stack, or null.
  ///
  /// @param which what may be dirty
  private void stopAtSite(BitSet which) {
    code.astore(fault);
    pushItself();
    code.aload(CPU_LOCAL).aload(fault).iload(site).iload(left);
    if (is32Bit) {
      code.iload(accesses.address());
    } else {
      code.iconst_0();
    }
    giveBacks.stop(code, locals, which);
    code.ireturn();
  }
}
