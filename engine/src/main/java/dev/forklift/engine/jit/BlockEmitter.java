package dev.forklift.engine.jit;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.forklift.engine.cpu.Exit;
import dev.forklift.engine.cpu.LiftedBlock;
import dev.forklift.engine.ir.Op;
import dev.forklift.engine.ir.Op.JavaFunction;
import dev.forklift.engine.ir.Value;
import dev.forklift.engine.ir.Width;
import dev.forklift.engine.memory.AddressSpace;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.VarHandle;
import java.util.List;

/// Writes what the steps of one block do.
final class BlockEmitter implements Op.Visitor {
  private static final ClassDesc SPACE = AddressSpace.class.describeConstable().orElseThrow();
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
  private final boolean is32Bit;
  private final LiftedBlock block;

  // The instruction that the steps belong to.
  private int position;
  private int instructionsBefore = -1;
  private long pc;
  private long next;
  private int accessSite;

  BlockEmitter(
      RegionEmitter region,
      CodeBuilder code,
      Locals locals,
      Sites sites,
      List<JavaFunction> functions,
      boolean is32Bit,
      LiftedBlock block) {
    this.region = region;
    this.code = code;
    this.locals = locals;
    this.sites = sites;
    this.functions = functions;
    this.is32Bit = is32Bit;
    this.block = block;
  }

  void emit() {
    for (position = 0; position < block.ops().size(); position++) {
      block.ops().get(position).accept(this);
    }
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
  }

  private int site(Exit exit, int number, int executed) {
    return sites.add(new Sites.Site(pc, next, executed, exit, number));
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

  /// Says which instruction is to be blamed if the next access fails.
  private void markAccess() {
    if (accessSite < 0) {
      accessSite = site(Exit.FAULT, 0, instructionsBefore);
      region.at(accessSite);
    }
  }

  /// Pushes the address space and an address.
  private void pushAddress(Value base, long displacement) {
    code.aload(RegionEmitter.SPACE_LOCAL);
    if (is32Bit) {
      locals.pushInt(base);
      if (displacement != 0) {
        code.loadConstant((int) displacement).iadd();
      }
      code.i2l().loadConstant(LOW_HALF).land();
    } else {
      locals.pushLong(base);
      if (displacement != 0) {
        code.loadConstant(displacement).ladd();
      }
    }
  }

  private void checkAligned(boolean aligned, int bytes, boolean store) {
    if (aligned && bytes > 1) {
      code.dup2()
          .loadConstant(bytes)
          .loadConstant(store ? 1 : 0)
          .invokestatic(
              REGION_CODE, "align", MethodTypeDesc.of(CD_void, CD_long, CD_int, CD_boolean));
    }
  }

  @Override
  public void load(Op.Load op) {
    markAccess();
    pushAddress(op.base(), op.displacement());
    checkAligned(op.aligned(), op.bytes(), false);
    boolean wide = op.bytes() == Long.BYTES;
    code.invokevirtual(
        SPACE,
        "load" + op.bytes() * Byte.SIZE,
        MethodTypeDesc.of(wide ? CD_long : CD_int, CD_long));
    if (op.signed() && op.bytes() == Byte.BYTES) {
      code.i2b();
    } else if (op.signed() && op.bytes() == Short.BYTES) {
      code.i2s();
    } else if (!op.signed() && op.bytes() == Integer.BYTES) {
      code.i2l().loadConstant(LOW_HALF).land();
      wide = true;
    }
    if (wide) {
      locals.popLong(op.destination());
    } else {
      locals.popInt(op.destination());
    }
    if (op.ordering() == Op.Ordering.ACQUIRE) {
      code.invokestatic(FENCES, "acquireFence", NOTHING);
    }
  }

  @Override
  public void store(Op.Store op) {
    markAccess();
    pushAddress(op.base(), op.displacement());
    checkAligned(op.aligned(), op.bytes(), true);
    boolean wide = op.bytes() == Long.BYTES;
    push(op.value(), wide);
    if (op.ordering() == Op.Ordering.RELEASE) {
      code.invokestatic(FENCES, "releaseFence", NOTHING);
    }
    code.invokevirtual(
        SPACE,
        "store" + op.bytes() * Byte.SIZE,
        MethodTypeDesc.of(CD_void, CD_long, wide ? CD_long : CD_int));
  }

  @Override
  public void compareExchange(Op.CompareExchange op) {
    markAccess();
    pushAddress(op.address(), 0);
    boolean wide = op.bytes() == Long.BYTES;
    ClassDesc type = wide ? CD_long : CD_int;
    push(op.expected(), wide);
    push(op.replacement(), wide);
    code.invokevirtual(
        SPACE,
        "compareExchange" + op.bytes() * Byte.SIZE,
        MethodTypeDesc.of(type, CD_long, type, type));
    if (wide) {
      locals.popLong(op.destination());
    } else {
      locals.popInt(op.destination());
    }
  }

  @Override
  public void fence(Op.Fence op) {
    code.invokestatic(FENCES, "fullFence", NOTHING);
  }

  @Override
  public void callJava(Op.CallJava op) {
    List<Value> arguments = op.arguments();
    code.aload(RegionEmitter.THIS).loadConstant(functions.size());
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
        region.contains(op.taken()) ? region.direct(op.taken(), safePoint) : code.newLabel();
    ArithmeticEmitter.jumpIf(code, locals, op, taken);
    region.goTo(op.notTaken(), false);
    if (!region.contains(op.taken())) {
      code.labelBinding(taken);
      region.goTo(op.taken(), safePoint);
    }
  }

  @Override
  public void jump(Op.Jump op) {
    region.count(block.instructions());
    region.goTo(op.target(), op.kind() != Op.JumpKind.JUMP || op.target() <= pc);
  }

  @Override
  public void jumpIndirect(Op.JumpIndirect op) {
    region.count(block.instructions());
    locals.pushLong(op.target());
    region.goOut();
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
