package dev.forklift.engine.jit;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.forklift.engine.ir.Op;
import dev.forklift.engine.ir.Value;
import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.TableAccess;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.VarHandle;

/// Writes loads and stores.
///
/// With addresses of 32 bits an access looks into the space's table itself. What is not there
/// leaves the region in front of the instruction, for the evaluator: a call of the slow way instead
/// would be in everybody's profile, and cost every access of the region its registers. With
/// addresses of 64 bits accesses are calls of the space.
final class AccessEmitter {
  private static final ClassDesc SPACE = AddressSpace.class.describeConstable().orElseThrow();
  private static final ClassDesc FENCES = VarHandle.class.describeConstable().orElseThrow();
  private static final ClassDesc REGION_CODE = RegionCode.class.describeConstable().orElseThrow();
  private static final ClassDesc TABLE = TableAccess.class.describeConstable().orElseThrow();
  private static final ClassDesc TABLES = long[][][].class.describeConstable().orElseThrow();
  private static final ClassDesc WORDS = long[].class.describeConstable().orElseThrow();
  private static final MethodTypeDesc NOTHING = MethodTypeDesc.of(CD_void);
  private static final long LOW_HALF = 0xffff_ffffL;

  private final RegionEmitter region;
  private final CodeBuilder code;
  private final Locals locals;
  private final boolean is32Bit;

  // The address, and the page it is in.
  private final int address;
  private final int words;

  AccessEmitter(RegionEmitter region, CodeBuilder code, Locals locals, boolean is32Bit) {
    this.region = region;
    this.code = code;
    this.locals = locals;
    this.is32Bit = is32Bit;
    this.address = code.allocateLocal(is32Bit ? TypeKind.INT : TypeKind.LONG);
    this.words = code.allocateLocal(TypeKind.REFERENCE);
  }

  /// @param repeatable whether the instruction may begin again at this step
  void load(Op.Load op, boolean repeatable) {
    boolean wide = op.bytes() == Long.BYTES;
    ClassDesc type = wide ? CD_long : CD_int;
    boolean direct = is32Bit && repeatable;
    takeAddress(op.base(), op.displacement());
    checkAligned(op.aligned(), op.bytes(), false, direct);
    if (direct) {
      findPage(false, op.bytes());
      code.aload(words).iload(address).loadConstant(region.geometry());
      code.invokestatic(
          TABLE, "get" + bits(op.bytes()), MethodTypeDesc.of(type, WORDS, CD_int, CD_int));
    } else {
      code.aload(RegionEmitter.SPACE_LOCAL);
      pushLongAddress();
      code.invokevirtual(SPACE, "load" + bits(op.bytes()), MethodTypeDesc.of(type, CD_long));
    }
    if (op.signed() && op.bytes() == Byte.BYTES) {
      code.i2b();
    } else if (op.signed() && op.bytes() == Short.BYTES) {
      code.i2s();
    } else if (!op.signed() && op.bytes() == Integer.BYTES) {
      code.i2l().loadConstant(LOW_HALF).land();
      wide = true;
    }
    pop(op.destination(), wide);
    if (op.ordering() == Op.Ordering.ACQUIRE) {
      code.invokestatic(FENCES, "acquireFence", NOTHING);
    }
  }

  /// @param repeatable whether the instruction may begin again at this step
  void store(Op.Store op, boolean repeatable) {
    boolean wide = op.bytes() == Long.BYTES;
    ClassDesc type = wide ? CD_long : CD_int;
    boolean direct = is32Bit && repeatable;
    takeAddress(op.base(), op.displacement());
    checkAligned(op.aligned(), op.bytes(), true, direct);
    if (op.ordering() == Op.Ordering.RELEASE) {
      code.invokestatic(FENCES, "releaseFence", NOTHING);
    }
    if (direct) {
      findPage(true, op.bytes());
      code.aload(words).iload(address);
      push(op.value(), wide);
      code.loadConstant(region.geometry());
      code.invokestatic(
          TABLE, "put" + bits(op.bytes()), MethodTypeDesc.of(CD_void, WORDS, CD_int, type, CD_int));
    } else {
      code.aload(RegionEmitter.SPACE_LOCAL);
      pushLongAddress();
      push(op.value(), wide);
      code.invokevirtual(
          SPACE, "store" + bits(op.bytes()), MethodTypeDesc.of(CD_void, CD_long, type));
    }
  }

  void compareExchange(Op.CompareExchange op) {
    takeAddress(op.address(), 0);
    code.aload(RegionEmitter.SPACE_LOCAL);
    pushLongAddress();
    boolean wide = op.bytes() == Long.BYTES;
    ClassDesc type = wide ? CD_long : CD_int;
    push(op.expected(), wide);
    push(op.replacement(), wide);
    code.invokevirtual(
        SPACE, "compareExchange" + bits(op.bytes()), MethodTypeDesc.of(type, CD_long, type, type));
    pop(op.destination(), wide);
  }

  private static int bits(int bytes) {
    return bytes * Byte.SIZE;
  }

  private void takeAddress(Value base, long displacement) {
    if (is32Bit) {
      locals.pushInt(base);
      if (displacement != 0) {
        code.loadConstant((int) displacement).iadd();
      }
      code.istore(address);
    } else {
      locals.pushLong(base);
      if (displacement != 0) {
        code.loadConstant(displacement).ladd();
      }
      code.lstore(address);
    }
  }

  private void pushLongAddress() {
    if (is32Bit) {
      code.iload(address).i2l().loadConstant(LOW_HALF).land();
    } else {
      code.lload(address);
    }
  }

  private void checkAligned(boolean aligned, int bytes, boolean store, boolean direct) {
    if (!aligned || bytes == 1) {
      return;
    }
    if (direct) {
      code.iload(address).loadConstant(bytes - 1).iand().ifne(region.stop());
      return;
    }
    pushLongAddress();
    code.loadConstant(bytes)
        .loadConstant(store ? 1 : 0)
        .invokestatic(
            REGION_CODE, "align", MethodTypeDesc.of(CD_void, CD_long, CD_int, CD_boolean));
  }

  /// Finds the words of the page, or leaves.
  private void findPage(boolean store, int bytes) {
    Label stop = region.stop();
    code.aload(region.table(store))
        .iload(address)
        .loadConstant(region.geometry())
        .loadConstant(bytes)
        .invokestatic(TABLE, "words", MethodTypeDesc.of(WORDS, TABLES, CD_int, CD_int, CD_int))
        .dup()
        .astore(words)
        .ifnull(stop);
  }

  private void push(Value value, boolean wide) {
    if (wide) {
      locals.pushLong(value);
    } else {
      locals.pushInt(value);
    }
  }

  private void pop(int destination, boolean wide) {
    if (wide) {
      locals.popLong(destination);
    } else {
      locals.popInt(destination);
    }
  }
}
