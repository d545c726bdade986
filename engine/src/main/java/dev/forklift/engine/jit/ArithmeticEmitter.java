package dev.forklift.engine.jit;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import dev.forklift.engine.ir.Arithmetic;
import dev.forklift.engine.ir.BinaryOp;
import dev.forklift.engine.ir.Op;
import dev.forklift.engine.ir.Value;
import dev.forklift.engine.ir.Width;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/// Writes operations of two operands, and branches on them.
final class ArithmeticEmitter {
  private static final ClassDesc INTEGER = Integer.class.describeConstable().orElseThrow();
  private static final ClassDesc LONG = Long.class.describeConstable().orElseThrow();
  private static final ClassDesc MATH = Math.class.describeConstable().orElseThrow();
  private static final ClassDesc ARITHMETIC = Arithmetic.class.describeConstable().orElseThrow();
  private static final MethodTypeDesc INTS = MethodTypeDesc.of(CD_int, CD_int, CD_int);
  private static final MethodTypeDesc LONGS = MethodTypeDesc.of(CD_long, CD_long, CD_long);
  private static final MethodTypeDesc COMPARE = MethodTypeDesc.of(CD_int, CD_long, CD_long);
  private static final long LOW_HALF = 0xffff_ffffL;

  private ArithmeticEmitter() {}

  static void emit(CodeBuilder code, Locals locals, Op.Binary op) {
    if (op.op().isComparison()) {
      compare(code, locals, op);
    } else if (op.width() == Width.W32) {
      emit32(code, locals, op);
      locals.popInt(op.destination());
    } else {
      emit64(code, locals, op);
      locals.popLong(op.destination());
    }
  }

  private static void emit32(CodeBuilder code, Locals locals, Op.Binary op) {
    switch (op.op()) {
      case MULH_SIGNED -> upperHalf(code, locals, op, true, true);
      case MULH_UNSIGNED -> upperHalf(code, locals, op, false, false);
      case MULH_SIGNED_UNSIGNED -> upperHalf(code, locals, op, true, false);
      default -> {
        locals.pushInt(op.a());
        locals.pushInt(op.b());
        switch (op.op()) {
          case ADD -> code.iadd();
          case SUB -> code.isub();
          case MUL -> code.imul();
          case DIV_SIGNED -> code.invokestatic(ARITHMETIC, "divide", INTS);
          case DIV_UNSIGNED -> code.invokestatic(ARITHMETIC, "divideUnsigned", INTS);
          case REM_SIGNED -> code.invokestatic(ARITHMETIC, "remainder", INTS);
          case REM_UNSIGNED -> code.invokestatic(ARITHMETIC, "remainderUnsigned", INTS);
          case AND -> code.iand();
          case OR -> code.ior();
          case XOR -> code.ixor();
          case SHIFT_LEFT -> code.ishl();
          case SHIFT_RIGHT_LOGICAL -> code.iushr();
          case SHIFT_RIGHT_ARITHMETIC -> code.ishr();
          case ROTATE_LEFT -> code.invokestatic(INTEGER, "rotateLeft", INTS);
          default -> throw new IllegalStateException(op.toString());
        }
      }
    }
  }

  private static void upperHalf(
      CodeBuilder code, Locals locals, Op.Binary op, boolean signedA, boolean signedB) {
    pushWidened(code, locals, op.a(), signedA);
    pushWidened(code, locals, op.b(), signedB);
    code.lmul().loadConstant(Integer.SIZE);
    if (signedA) {
      code.lshr();
    } else {
      code.lushr();
    }
    code.l2i();
  }

  private static void pushWidened(CodeBuilder code, Locals locals, Value value, boolean signed) {
    locals.pushInt(value);
    code.i2l();
    if (!signed) {
      code.loadConstant(LOW_HALF).land();
    }
  }

  private static void emit64(CodeBuilder code, Locals locals, Op.Binary op) {
    locals.pushLong(op.a());
    switch (op.op()) {
      // Java's shift counts are ints.
      case SHIFT_LEFT, SHIFT_RIGHT_LOGICAL, SHIFT_RIGHT_ARITHMETIC, ROTATE_LEFT ->
          locals.pushInt(op.b());
      default -> locals.pushLong(op.b());
    }
    switch (op.op()) {
      case ADD -> code.ladd();
      case SUB -> code.lsub();
      case MUL -> code.lmul();
      case MULH_SIGNED -> code.invokestatic(MATH, "multiplyHigh", LONGS);
      case MULH_UNSIGNED -> code.invokestatic(MATH, "unsignedMultiplyHigh", LONGS);
      case MULH_SIGNED_UNSIGNED ->
          code.invokestatic(ARITHMETIC, "multiplyHighSignedUnsigned", LONGS);
      case DIV_SIGNED -> code.invokestatic(ARITHMETIC, "divide", LONGS);
      case DIV_UNSIGNED -> code.invokestatic(ARITHMETIC, "divideUnsigned", LONGS);
      case REM_SIGNED -> code.invokestatic(ARITHMETIC, "remainder", LONGS);
      case REM_UNSIGNED -> code.invokestatic(ARITHMETIC, "remainderUnsigned", LONGS);
      case AND -> code.land();
      case OR -> code.lor();
      case XOR -> code.lxor();
      case SHIFT_LEFT -> code.lshl();
      case SHIFT_RIGHT_LOGICAL -> code.lushr();
      case SHIFT_RIGHT_ARITHMETIC -> code.lshr();
      case ROTATE_LEFT ->
          code.invokestatic(LONG, "rotateLeft", MethodTypeDesc.of(CD_long, CD_long, CD_int));
      default -> throw new IllegalStateException(op.toString());
    }
  }

  /// A comparison that gives 1 or 0.
  private static void compare(CodeBuilder code, Locals locals, Op.Binary op) {
    Label holds = code.newLabel();
    Label end = code.newLabel();
    boolean wide = op.width() == Width.W64;
    jumpIf(code, locals, op.op(), op.a(), op.b(), wide, holds);
    code.iconst_0().goto_(end);
    code.labelBinding(holds);
    code.iconst_1();
    code.labelBinding(end);
    locals.popInt(op.destination());
  }

  /// Jumps if the condition of a branch holds.
  static void jumpIf(CodeBuilder code, Locals locals, Op.Branch op, Label target) {
    boolean wide = locals.isLong(op.a()) || locals.isLong(op.b());
    jumpIf(code, locals, op.op(), op.a(), op.b(), wide, target);
  }

  private static void jumpIf(
      CodeBuilder code,
      Locals locals,
      BinaryOp test,
      Value a,
      Value b,
      boolean wide,
      Label target) {
    boolean unsigned = test == BinaryOp.LESS_UNSIGNED || test == BinaryOp.GREATER_EQUAL_UNSIGNED;
    if (wide) {
      locals.pushLong(a);
      locals.pushLong(b);
      if (unsigned) {
        code.invokestatic(LONG, "compareUnsigned", COMPARE);
      } else {
        code.lcmp();
      }
      jumpIfZero(code, test, target);
    } else if (unsigned) {
      // As signed numbers half of all numbers higher, which HotSpot knows for what it is.
      pushHigher(code, locals, a);
      pushHigher(code, locals, b);
      jumpIfInts(code, test, target);
    } else {
      locals.pushInt(a);
      if (b.equals(Value.ZERO)) {
        jumpIfZero(code, test, target);
      } else {
        locals.pushInt(b);
        jumpIfInts(code, test, target);
      }
    }
  }

  private static void pushHigher(CodeBuilder code, Locals locals, Value value) {
    if (value instanceof Value.Const(long number)) {
      code.loadConstant((int) number + Integer.MIN_VALUE);
    } else {
      locals.pushInt(value);
      code.loadConstant(Integer.MIN_VALUE).iadd();
    }
  }

  private static void jumpIfZero(CodeBuilder code, BinaryOp test, Label target) {
    switch (test) {
      case EQUAL -> code.ifeq(target);
      case NOT_EQUAL -> code.ifne(target);
      case LESS_SIGNED, LESS_UNSIGNED -> code.iflt(target);
      case GREATER_EQUAL_SIGNED, GREATER_EQUAL_UNSIGNED -> code.ifge(target);
      default -> throw new IllegalStateException(test + " is no comparison");
    }
  }

  private static void jumpIfInts(CodeBuilder code, BinaryOp test, Label target) {
    switch (test) {
      case EQUAL -> code.if_icmpeq(target);
      case NOT_EQUAL -> code.if_icmpne(target);
      case LESS_SIGNED, LESS_UNSIGNED -> code.if_icmplt(target);
      case GREATER_EQUAL_SIGNED, GREATER_EQUAL_UNSIGNED -> code.if_icmpge(target);
      default -> throw new IllegalStateException(test + " is no comparison");
    }
  }
}
