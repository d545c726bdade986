package dev.forklift.engine.ir;

import dev.forklift.engine.ir.Op.JumpKind;
import dev.forklift.engine.ir.Op.Ordering;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Builds the steps of a block, one guest instruction after another: what the meaning of an
/// instruction is written with.
///
/// Operations take values and give values; their width is that of the registers unless one is
/// named. A register written with [#set] changes only when the instruction ends, so an instruction
/// that faults half-way leaves all registers as they were, and a destination may be one of the
/// sources. Whoever reads a register twice in one instruction sees the same value twice.
///
/// A meaning may end the block with one of the terminators ([#branch], [#jump]...), which read
/// their operands before the registers change. After [#delayed] it takes effect behind the
/// instruction in the delay slot, which sees the registers that the branch has set; both together
/// are then one unit, and a fault in the slot is reported at the branch.
public final class Ir {
  /// What has to follow an instruction.
  public enum Next {
    /// Another instruction may follow.
    INSTRUCTION,
    /// The instruction in the delay slot must follow.
    DELAY_SLOT,
    /// The block has ended.
    NOTHING
  }

  private static final int MAXIMAL_WRITES = 8;

  /// What an architecture has to say about all its instructions.
  ///
  /// @param width the width of registers
  /// @param zero the register that always reads zero, or -1
  /// @param firstTemporary the first number that is no register of the guest
  /// @param misaligned the bits that are zero in the address of every instruction
  /// @param illegalInstruction the exception raised for a branch in a delay slot
  /// @param misalignedJump the exception raised for a jump to a misaligned address
  public record Rules(
      Width width,
      int zero,
      int firstTemporary,
      int misaligned,
      int illegalInstruction,
      int misalignedJump) {}

  private final Rules rules;
  private final int zero;
  private final int firstTemporary;
  private final Width width;
  private final List<Op> ops = new ArrayList<>();

  private long pc;
  private long nextPc;
  private int temporaries;
  private boolean inSlot;

  private int writes;
  private final int[] written = new int[MAXIMAL_WRITES];
  private final @Nullable Value[] writtenValues = new @Nullable Value[MAXIMAL_WRITES];

  private Op.@Nullable Terminator terminator;
  private boolean delayed;

  /// An empty block.
  public Ir(Rules rules) {
    this.rules = rules;
    this.width = rules.width();
    this.zero = rules.zero();
    this.firstTemporary = rules.firstTemporary();
    this.temporaries = firstTemporary;
  }

  // The frame around each instruction, for the lifter.

  /// Begins the instruction at `pc`. After [Next#DELAY_SLOT] it joins the branch before it.
  public void begin(long pc, int length) {
    inSlot = delayed && terminator != null;
    this.pc = pc;
    nextPc = pc + length;
    if (!inSlot) {
      temporaries = firstTemporary;
      ops.add(new Op.Instruction(pc, length));
    }
  }

  /// Ends the instruction: registers change, and the terminator (if any) takes its place.
  public Next end() {
    Op.Terminator last = terminator;
    if (last == null) {
      commit(null);
      return Next.INSTRUCTION;
    }
    if (delayed && !inSlot) {
      return Next.DELAY_SLOT;
    }
    if (last instanceof Op.Raise) {
      writes = 0;
    }
    Op.Terminator settled = settle(last);
    commit(settled);
    ops.add(settled);
    terminator = null;
    delayed = false;
    inSlot = false;
    return Next.NOTHING;
  }

  /// Ends the block without a terminator of the guest's: goes on at `next`.
  public void goOnAt(long next) {
    ops.add(new Op.Jump(next, JumpKind.JUMP));
  }

  /// The steps built so far.
  public List<Op> ops() {
    return ops;
  }

  // Where the instruction stands.

  /// The address of the instruction.
  public long pc() {
    return pc;
  }

  /// The address behind the instruction; behind its delay slot is up to the architecture.
  public long nextPc() {
    return nextPc;
  }

  // Values.

  /// What a register holds when the instruction begins.
  public Value reg(int index) {
    if (index == zero) {
      return Value.ZERO;
    }
    if (inSlot) {
      // The branch before the slot has set its registers already as far as the guest can see.
      for (int i = 0; i < writes; i++) {
        if (written[i] == index) {
          return pending(i);
        }
      }
    }
    return new Value.Reg(index);
  }

  /// A number, as a register would hold it.
  public Value imm(long value) {
    long held = width == Width.W32 ? (int) value : value;
    return held == 0 ? Value.ZERO : new Value.Const(held);
  }

  public Value add(Value a, Value b) {
    return binary(BinaryOp.ADD, a, b);
  }

  public Value sub(Value a, Value b) {
    return binary(BinaryOp.SUB, a, b);
  }

  public Value mul(Value a, Value b) {
    return binary(BinaryOp.MUL, a, b);
  }

  public Value and(Value a, Value b) {
    return binary(BinaryOp.AND, a, b);
  }

  public Value or(Value a, Value b) {
    return binary(BinaryOp.OR, a, b);
  }

  public Value xor(Value a, Value b) {
    return binary(BinaryOp.XOR, a, b);
  }

  /// All bits the other way round.
  public Value not(Value a) {
    return xor(a, imm(-1));
  }

  /// `a op b` in the width of the registers; comparisons give 1 or 0.
  public Value binary(BinaryOp op, Value a, Value b) {
    return binary(op, width, a, b);
  }

  /// `a op b` in the width named.
  public Value binary(BinaryOp op, Width width, Value a, Value b) {
    if (a instanceof Value.Const(long left)) {
      if (b instanceof Value.Const(long right)) {
        return imm(Arithmetic.apply(op, width, left, right));
      }
      if (op.isCommutative()) {
        return binary(op, width, b, a);
      }
    }
    // What stands in a register is sign-extended to the registers' width already.
    if (b instanceof Value.Const(long right) && right == 0 && width == this.width) {
      switch (op) {
        case ADD, SUB, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT_LOGICAL, SHIFT_RIGHT_ARITHMETIC -> {
          return a;
        }
        case AND, MUL -> {
          return Value.ZERO;
        }
        default -> {}
      }
    }
    Value.Reg result = temporary();
    ops.add(new Op.Binary(op, width, result.index(), a, b));
    return result;
  }

  /// The low `bits` of `a`, sign-extended.
  public Value signExtend(Value a, int bits) {
    return extend(a, bits, true);
  }

  /// The low `bits` of `a`, zero-extended.
  public Value zeroExtend(Value a, int bits) {
    return extend(a, bits, false);
  }

  private Value extend(Value a, int bits, boolean signed) {
    if (bits != 8 && bits != 16 && bits != 32) {
      throw new IllegalArgumentException("extension of " + bits + " bits");
    }
    if (width == Width.W32 && bits == 32) {
      return a; // 32-bit registers hold the sign-extended form, whatever the guest calls it
    }
    if (a instanceof Value.Const(long value)) {
      return imm(Arithmetic.extend(value, bits, signed));
    }
    Value.Reg result = temporary();
    ops.add(new Op.Extend(result.index(), a, bits, signed));
    return result;
  }

  /// The bytes of `a` in the other order.
  public Value swapBytes(Width width, Value a) {
    if (a instanceof Value.Const(long value)) {
      return imm(Arithmetic.swapBytes(width, value));
    }
    Value.Reg result = temporary();
    ops.add(new Op.SwapBytes(width, result.index(), a));
    return result;
  }

  /// `condition != 0 ? a : b`.
  public Value select(Value condition, Value a, Value b) {
    if (condition instanceof Value.Const(long value)) {
      return value != 0 ? a : b;
    }
    Value.Reg result = temporary();
    ops.add(new Op.Select(result.index(), condition, a, b));
    return result;
  }

  // Memory.

  /// Loads `bytes` at `base + displacement`; a misaligned address works.
  public Value load(int bytes, boolean signed, Value base, long displacement) {
    return load(bytes, signed, false, Ordering.PLAIN, base, displacement);
  }

  /// Loads `bytes` at `base + displacement`. With `aligned`, a misaligned address faults.
  public Value load(
      int bytes, boolean signed, boolean aligned, Ordering ordering, Value base, long offset) {
    Value.Reg result = temporary();
    // A register of 32 bits holds the sign-extended form of whatever fills it.
    boolean extended = signed || bytes * Byte.SIZE == bits(width);
    ops.add(new Op.Load(result.index(), bytes, extended, aligned, ordering, base, offset));
    return result;
  }

  /// Stores the low `bytes` of `value` at `base + displacement`; a misaligned address works.
  public void store(int bytes, Value base, long displacement, Value value) {
    store(bytes, false, Ordering.PLAIN, base, displacement, value);
  }

  /// Stores the low `bytes` of `value`. With `aligned`, a misaligned address faults.
  public void store(
      int bytes, boolean aligned, Ordering ordering, Value base, long displacement, Value value) {
    ops.add(new Op.Store(bytes, aligned, ordering, base, displacement, value));
  }

  /// Stores `replacement` (4 or 8 bytes) where `expected` stands, atomically and as a full fence.
  ///
  /// @return what stood there before
  public Value compareExchange(int bytes, Value address, Value expected, Value replacement) {
    Value.Reg result = temporary();
    ops.add(new Op.CompareExchange(result.index(), bytes, address, expected, replacement));
    return result;
  }

  /// A full memory fence.
  public void fence() {
    ops.add(new Op.Fence());
  }

  /// Calls Java; the result is put into the width of the registers.
  public Value callJava(Op.JavaFunction function, Value... arguments) {
    Value.Reg result = temporary();
    ops.add(new Op.CallJava(result.index(), function, List.of(arguments)));
    return width == Width.W32 ? narrowed(result) : result;
  }

  private Value narrowed(Value.Reg wide) {
    Value.Reg result = temporary();
    ops.add(new Op.Extend(result.index(), wide, 32, true));
    return result;
  }

  /// Leaves with an exception at this instruction unless `condition` is zero.
  public void raiseIf(Value condition, int exception) {
    if (!condition.equals(Value.ZERO)) {
      ops.add(new Op.RaiseIf(condition, -1, exception));
    }
  }

  // What changes when the instruction ends.

  /// Sets a register; the zero register stays zero.
  public void set(int register, Value value) {
    if (register == zero) {
      return;
    }
    for (int i = 0; i < writes; i++) {
      if (written[i] == register) {
        writtenValues[i] = value;
        return;
      }
    }
    written[writes] = register;
    writtenValues[writes++] = value;
  }

  /// Goes to `target` if `a op b` holds; `op` is one of the comparisons.
  public void branch(BinaryOp op, Value a, Value b, long target) {
    if (!op.isComparison()) {
      throw new IllegalArgumentException(op + " is no comparison");
    }
    terminate(new Op.Branch(op, a, b, place(target), address(nextPc)));
  }

  /// Goes to `target`.
  public void jump(long target, JumpKind kind) {
    terminate(new Op.Jump(place(target), kind));
  }

  /// Goes where `target` says. If that is misaligned, the exception is raised at this instruction
  /// and no register changes.
  public void jumpIndirect(Value target, JumpKind kind) {
    if (rules.misaligned() != 0) {
      ops.add(new Op.RaiseIf(target, rules.misaligned(), rules.misalignedJump()));
    }
    terminate(new Op.JumpIndirect(target, kind));
  }

  /// Leaves the engine for the kernel; it may go on behind this instruction.
  public void trap(int code) {
    terminate(new Op.Trap(code, address(nextPc)));
  }

  /// Leaves with an exception of the architecture at this instruction; no register changes.
  public void raise(int exception) {
    terminate(new Op.Raise(exception));
  }

  /// The terminator of this instruction takes effect behind the next one.
  public void delayed() {
    if (!inSlot) {
      delayed = true;
    }
  }

  private void terminate(Op.Terminator op) {
    if (inSlot) {
      // Nothing of the pair happens: what the slot did so far is only temporaries.
      Op.Raise raised =
          op instanceof Op.Raise raise ? raise : new Op.Raise(rules.illegalInstruction());
      if (!(terminator instanceof Op.Raise)) {
        terminator = raised;
      }
    } else {
      terminator = op;
    }
  }

  private long place(long target) {
    if ((target & rules.misaligned()) != 0) {
      throw new IllegalArgumentException("a jump to 0x" + Long.toHexString(target));
    }
    return address(target);
  }

  private long address(long value) {
    return width == Width.W32 ? value & 0xffff_ffffL : value;
  }

  private static int bits(Width width) {
    return width == Width.W32 ? 32 : 64;
  }

  private Value.Reg temporary() {
    return new Value.Reg(temporaries++);
  }

  private Value pending(int i) {
    Value value = writtenValues[i];
    if (value == null) {
      throw new IllegalStateException("a pending write without a value");
    }
    return value;
  }

  // Commit.

  /// The terminator with operands that the commit does not change, and the right way on.
  private Op.Terminator settle(Op.Terminator op) {
    if (op instanceof Op.Branch(BinaryOp test, Value a, Value b, long taken, long _)) {
      // Nothing was decided while the slot was unknown: fold and find the way on only now.
      if (a instanceof Value.Const(long left) && b instanceof Value.Const(long right)) {
        long target = Arithmetic.holds(test, left, right) ? taken : address(nextPc);
        return new Op.Jump(target, JumpKind.JUMP);
      }
      return new Op.Branch(test, stable(a), stable(b), taken, address(nextPc));
    }
    if (op instanceof Op.JumpIndirect(Value target, JumpKind kind)) {
      return target instanceof Value.Const(long known)
          ? new Op.Jump(address(known), kind)
          : new Op.JumpIndirect(stable(target), kind);
    }
    return op;
  }

  /// The value itself, or a copy of it if it is a register that is about to change.
  private Value stable(Value value) {
    return value instanceof Value.Reg(int index) && isPending(index, -1) ? copy(value) : value;
  }

  private Value.Reg copy(Value value) {
    Value.Reg result = temporary();
    ops.add(new Op.Move(result.index(), value));
    return result;
  }

  private boolean isPending(int register, int except) {
    for (int i = 0; i < writes; i++) {
      if (i != except && written[i] == register) {
        return true;
      }
    }
    return false;
  }

  private void commit(Op.@Nullable Terminator behind) {
    if (writes == 1) {
      commitOnly(behind);
    } else if (writes > 1) {
      commitTogether();
    }
    Arrays.fill(writtenValues, 0, writes, null);
    writes = 0;
  }

  /// A result just computed goes straight to its register.
  private void commitOnly(Op.@Nullable Terminator behind) {
    int register = written[0];
    Value value = pending(0);
    int last = ops.size() - 1;
    if (value instanceof Value.Reg(int index) && index >= firstTemporary && !reads(behind, value)) {
      if (ops.get(last) instanceof Op.Result result
          && result.destination() == index
          && !(result instanceof Op.CallJava)) {
        ops.set(last, result.into(register));
        return;
      }
    }
    move(register, value);
  }

  /// All values are read before any register changes.
  private void commitTogether() {
    for (int i = 0; i < writes; i++) {
      if (pending(i) instanceof Value.Reg(int index) && isPending(index, i)) {
        writtenValues[i] = copy(pending(i));
      }
    }
    for (int i = 0; i < writes; i++) {
      move(written[i], pending(i));
    }
  }

  private static boolean reads(Op.@Nullable Terminator op, Value value) {
    if (op instanceof Op.Branch branch) {
      return branch.a().equals(value) || branch.b().equals(value);
    }
    return op instanceof Op.JumpIndirect jump && jump.target().equals(value);
  }

  private void move(int register, Value value) {
    if (!value.equals(new Value.Reg(register))) {
      ops.add(new Op.Move(register, value));
    }
  }
}
