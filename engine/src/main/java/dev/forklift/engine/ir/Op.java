package dev.forklift.engine.ir;

import java.util.List;

/// One step of lifted code.
///
/// Sealed: a new step does not compile until both back ends handle it. Register numbers from
/// [Ir#firstTemporary] up are temporaries.
public sealed interface Op {
  /// The steps from here to the next `Instruction` are those of the guest instruction at `pc`, and
  /// of the one in its delay slot if it has one. A fault in one of them is reported at `pc`, with
  /// no register of that instruction changed.
  record Instruction(long pc, int length) implements Op {}

  /// `destination = source`.
  record Move(int destination, Value source) implements Op {}

  /// `destination = a op b`.
  record Binary(BinaryOp op, Width width, int destination, Value a, Value b) implements Op {}

  /// Sign- or zero-extends the low `bits` (8, 16 or 32) of `a`.
  record Extend(int destination, Value a, int bits, boolean signed) implements Op {}

  /// `destination = a's bytes (of the width) in the other order`.
  record SwapBytes(Width width, int destination, Value a) implements Op {}

  /// `destination = condition != 0 ? a : b`.
  record Select(int destination, Value condition, Value a, Value b) implements Op {}

  /// Loads `bytes` (1, 2, 4 or 8), extended as `signed` says. With `aligned`, a misaligned address
  /// faults; otherwise it works as an aligned one does.
  record Load(
      int destination,
      int bytes,
      boolean signed,
      boolean aligned,
      Ordering ordering,
      Value base,
      long displacement)
      implements Op {}

  /// Stores the low `bytes` of `value`.
  record Store(
      int bytes, boolean aligned, Ordering ordering, Value base, long displacement, Value value)
      implements Op {}

  /// Compare and exchange; `destination` becomes what stood in memory before.
  record CompareExchange(
      int destination, int bytes, Value address, Value expected, Value replacement) implements Op {}

  /// A full memory fence.
  record Fence() implements Op {}

  /// Leaves with an exception if `condition` has one of the bits of `mask` (which fits a signed
  /// byte); pc stays at this instruction.
  record RaiseIf(Value condition, int mask, int exception) implements Op {}

  /// Calls Java: a custom instruction. `destination` is -1 where there is no result.
  record CallJava(int destination, JavaFunction function, List<Value> arguments) implements Op {}

  /// What ends a block.
  sealed interface Terminator extends Op {}

  /// Goes to `taken` if `a op b` holds (`op` is one of the comparisons), else to `notTaken`.
  record Branch(BinaryOp op, Value a, Value b, long taken, long notTaken) implements Terminator {}

  /// Goes to `target`. `kind` says what for.
  record Jump(long target, JumpKind kind) implements Terminator {}

  /// Goes where `target` says, which has been checked to be aligned.
  record JumpIndirect(Value target, JumpKind kind) implements Terminator {}

  /// Leaves the engine for the kernel; pc stays at the trap, `next` is where it may go on.
  record Trap(int code, long next) implements Terminator {}

  /// Leaves with an exception of the architecture; pc stays at this instruction.
  record Raise(int exception) implements Terminator {}

  /// Why a jump is made: calls and returns are safe points and tell the translator about functions.
  enum JumpKind {
    JUMP,
    CALL,
    RETURN
  }

  /// How a memory access is ordered against others.
  enum Ordering {
    PLAIN,
    ACQUIRE,
    RELEASE
  }

  /// A function in Java called from guest code.
  @FunctionalInterface
  interface JavaFunction {
    long call(long[] arguments);
  }
}
