package dev.forklift.engine.jit;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.forklift.engine.cpu.Exit;
import dev.forklift.engine.cpu.LiftedBlock;
import dev.forklift.engine.ir.Op;
import dev.forklift.engine.ir.Op.JavaFunction;
import dev.forklift.engine.ir.Value;
import dev.forklift.engine.ir.Width;
import dev.forklift.engine.jit.AccessEmitter.Way;
import dev.forklift.engine.jit.AccessGroups.Group;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.VarHandle;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes what the steps of one block do.
final class BlockEmitter implements Op.Visitor {
  private static final ClassDesc FENCES = VarHandle.class.describeConstable().orElseThrow();
  private static final ClassDesc INTEGER = Integer.class.describeConstable().orElseThrow();
  private static final ClassDesc LONG = Long.class.describeConstable().orElseThrow();
  private static final ClassDesc REGION_CODE = RegionCode.class.describeConstable().orElseThrow();
  private static final ClassDesc LONGS = long[].class.describeConstable().orElseThrow();
  private static final MethodTypeDesc NOTHING = MethodTypeDesc.of(CD_void);
  private static final long LOW_HALF = 0xffff_ffffL;

  private final RegionEmitter region;
  private final CodeBuilder code;
  private final Locals locals;
  private final Sites sites;
  private final List<JavaFunction> functions;
  private final AccessEmitter accesses;
  private final LiftedBlock block;

  // Registers that the file does not know, where the next step begins.
  private final BitSet dirty;

  // How accesses are written.
  private Way way;

  // The instruction that the steps belong to.
  private int position;
  private int instructionsBefore = -1;
  private long pc;
  private long next;
  private int accessSite;

  // Whether a fence, or what is one, came behind the last look.
  private boolean mustLook;

  // Whether it has done nothing so far that must not be done twice.
  private boolean isRepeatable;

  BlockEmitter(
      RegionEmitter region,
      CodeBuilder code,
      Locals locals,
      Sites sites,
      List<JavaFunction> functions,
      AccessEmitter accesses,
      LiftedBlock block,
      BitSet dirty) {
    this.region = region;
    this.code = code;
    this.locals = locals;
    this.sites = sites;
    this.functions = functions;
    this.accesses = accesses;
    this.way = accesses.way();
    this.block = block;
    this.dirty = dirty;
  }

  void emit() {
    Map<Integer, Group> groups = accesses.groups(block);
    while (position < block.ops().size()) {
      Group group = groups.get(position);
      if (group == null) {
        emitUntil(position + 1);
      } else {
        emit(group);
      }
    }
  }

  private void emitUntil(int end) {
    for (; position < end; position++) {
      Op op = block.ops().get(position);
      op.accept(this);
      if (op instanceof Op.Result result && locals.isRegister(result.destination())) {
        dirty.set(result.destination());
      }
    }
  }

  /// The steps of a group, with one check for its accesses. Where what fails it does not leave the
  /// region, they are there once more, with calls. HotSpot compiles the second only if it is ever
  /// run.
  private void emit(Group group) {
    if (way == Way.WINDOW) {
      emitUntil(group.first() + 1);
      int number = accessSite();
      region.at(number);
      accesses.beginGroup(group, region.stop());
      emitUntil(group.end());
      accesses.endGroup();
      return;
    }
    Label calls = code.newLabel();
    Label join = code.newLabel();
    BitSet dirtyBefore = (BitSet) dirty.clone();
    int instructionsBeforeIt = instructionsBefore;
    boolean mustLookBefore = mustLook;
    accesses.beginGroup(group, calls);
    emitUntil(group.end());
    accesses.endGroup();
    code.goto_(join);
    code.labelBinding(calls);
    position = group.first();
    dirty.clear();
    dirty.or(dirtyBefore);
    instructionsBefore = instructionsBeforeIt;
    mustLook = mustLookBefore;
    way = Way.TABLE;
    emitUntil(group.end());
    way = accesses.way();
    code.labelBinding(join);
  }

  @Override
  public void instruction(Op.Instruction op) {
    instructionsBefore++;
    pc = op.pc();
    next = block.end();
    for (int i = position + 1; i < block.ops().size(); i++) {
      if (block.ops().get(i) instanceof Op.Instruction following) {
        next = following.pc();
        break;
      }
    }
    accessSite = -1;
    isRepeatable = true;
    look(pc, next, instructionsBefore);
  }

  private int site(@Nullable Exit exit, int number, int executed) {
    return sites.add(new Sites.Site(pc, next, executed, (BitSet) dirty.clone(), exit, number));
  }

  // Values.

  @Override
  public void move(Op.Move op) {
    if (locals.isLong(op.source())) {
      locals.pushLong(op.source());
      locals.popLong(op.destination());
    } else {
      locals.pushInt(op.source());
      locals.popInt(op.destination());
    }
  }

  @Override
  public void binary(Op.Binary op) {
    ArithmeticEmitter.emit(code, locals, op);
  }

  @Override
  public void extend(Op.Extend op) {
    locals.pushInt(op.a());
    switch (op.bits()) {
      case 8 -> {
        if (op.signed()) {
          code.i2b();
        } else {
          code.loadConstant(0xff).iand();
        }
      }
      case 16 -> {
        if (op.signed()) {
          code.i2s();
        } else {
          code.i2c();
        }
      }
      default -> {
        if (!op.signed()) {
          code.i2l().loadConstant(LOW_HALF).land();
          locals.popLong(op.destination());
          return;
        }
      }
    }
    locals.popInt(op.destination());
  }

  @Override
  public void swapBytes(Op.SwapBytes op) {
    if (op.width() == Width.W32) {
      locals.pushInt(op.a());
      code.invokestatic(INTEGER, "reverseBytes", MethodTypeDesc.of(CD_int, CD_int));
      locals.popInt(op.destination());
    } else {
      locals.pushLong(op.a());
      code.invokestatic(LONG, "reverseBytes", MethodTypeDesc.of(CD_long, CD_long));
      locals.popLong(op.destination());
    }
  }

  @Override
  public void select(Op.Select op) {
    Label otherwise = code.newLabel();
    Label end = code.newLabel();
    boolean wide = locals.isLong(op.a()) || locals.isLong(op.b());
    pushTruth(op.condition(), -1);
    code.ifeq(otherwise);
    push(op.a(), wide);
    code.goto_(end);
    code.labelBinding(otherwise);
    push(op.b(), wide);
    code.labelBinding(end);
    if (wide) {
      locals.popLong(op.destination());
    } else {
      locals.popInt(op.destination());
    }
  }

  private void push(Value value, boolean wide) {
    if (wide) {
      locals.pushLong(value);
    } else {
      locals.pushInt(value);
    }
  }

  /// Pushes an `int` that is not zero if the value has a bit of the mask.
  private void pushTruth(Value value, int mask) {
    if (locals.isLong(value)) {
      locals.pushLong(value);
      if (mask != -1) {
        code.loadConstant((long) mask).land();
      }
      code.lconst_0().lcmp();
    } else {
      locals.pushInt(value);
      if (mask != -1) {
        code.loadConstant(mask).iand();
      }
    }
  }

  // Memory.

  /// Says where the next access leaves if it cannot be made straight away.
  private int accessSite() {
    if (accessSite < 0) {
      accessSite = site(null, 0, instructionsBefore);
    }
    return accessSite;
  }

  @Override
  public void load(Op.Load op) {
    accesses.load(op, way, isRepeatable, accessSite());
    mustLook |= op.ordering() == Op.Ordering.ACQUIRE;
  }

  @Override
  public void store(Op.Store op) {
    accesses.store(op, way, isRepeatable, accessSite());
    mustLook |= !isRepeatable;
  }

  @Override
  public void compareExchange(Op.CompareExchange op) {
    accesses.compareExchange(op, accessSite());
    isRepeatable = false;
    mustLook = true;
  }

  @Override
  public void fence(Op.Fence op) {
    code.invokestatic(FENCES, "fullFence", NOTHING);
    mustLook = true;
  }

  @Override
  public void callJava(Op.CallJava op) {
    isRepeatable = false;
    List<Value> arguments = op.arguments();
    region.pushItself();
    code.loadConstant(functions.size());
    functions.add(op.function());
    code.loadConstant(arguments.size()).newarray(TypeKind.LONG);
    for (int i = 0; i < arguments.size(); i++) {
      code.dup().loadConstant(i);
      locals.pushLong(arguments.get(i));
      code.lastore();
    }
    code.invokevirtual(REGION_CODE, "call", MethodTypeDesc.of(CD_long, CD_int, LONGS));
    if (op.destination() < 0) {
      code.pop2();
    } else {
      locals.popLong(op.destination());
    }
  }

  // Ways out.

  private void pushAddress(Value value) {
    locals.pushLong(value);
    if (locals.is32Bit()) {
      code.loadConstant(LOW_HALF).land();
    }
  }

  /// Behind a fence, where the next instruction begins: what others did before it must be seen. If
  /// it has changed the map, the region is left, and so is who has called it.
  private void look(long at, long behind, int executed) {
    if (mustLook) {
      mustLook = false;
      Label goOn = code.newLabel();
      region.pushHasMapChanged();
      code.ifeq(goOn);
      region.stopAt(
          sites.add(new Sites.Site(at, behind, executed, (BitSet) dirty.clone(), null, 0)));
      code.labelBinding(goOn);
    }
  }

  @Override
  public void raiseIf(Op.RaiseIf op) {
    Label goOn = code.newLabel();
    pushTruth(op.condition(), op.mask());
    code.ifeq(goOn);
    region.stopAt(site(Exit.EXCEPTION, op.exception(), instructionsBefore));
    code.labelBinding(goOn);
  }

  @Override
  public void branch(Op.Branch op) {
    region.count(block.instructions());
    boolean safePoint = op.taken() <= pc;
    Label taken =
        region.contains(op.taken())
            ? region.direct(block.start(), op.taken(), safePoint, dirty)
            : code.newLabel();
    ArithmeticEmitter.jumpIf(code, locals, op, taken);
    region.goTo(block.start(), op.notTaken(), false, dirty);
    if (!region.contains(op.taken())) {
      code.labelBinding(taken);
      region.goTo(block.start(), op.taken(), safePoint, dirty);
    }
  }

  @Override
  public void jump(Op.Jump op) {
    // Only where a block goes on to the next has nothing begun behind a fence.
    look(op.target(), op.target(), instructionsBefore + 1);
    region.count(block.instructions());
    if (op.kind() == Op.JumpKind.CALL && !region.contains(op.target())) {
      code.loadConstant(op.target());
      region.call(true, block.end(), dirty);
    } else {
      region.goTo(
          block.start(), op.target(), op.kind() != Op.JumpKind.JUMP || op.target() <= pc, dirty);
    }
  }

  @Override
  public void jumpIndirect(Op.JumpIndirect op) {
    region.count(block.instructions());
    pushAddress(op.target());
    switch (op.kind()) {
      case CALL -> region.call(false, block.end(), dirty);
      case RETURN -> region.returnFrom(block, dirty);
      case JUMP -> region.jump(block, dirty);
    }
  }

  @Override
  public void trap(Op.Trap op) {
    region.stopAt(site(Exit.TRAP, op.code(), instructionsBefore + 1));
  }

  @Override
  public void raise(Op.Raise op) {
    region.stopAt(site(Exit.EXCEPTION, op.exception(), instructionsBefore));
  }
}
