package dev.forklift.engine.ir;

import java.util.List;

/// One step of lifted code.
///
/// A new step does not compile until both back ends handle it: they are visitors, and not `switch`
/// statements over the types, because the first few of those cost a tenth of a second when a JVM
/// starts. Register numbers from [Ir.Rules#firstTemporary] up are temporaries.
public sealed interface Op {
  /// Calls the method of `visitor` that is for this kind of step.
  void accept(Visitor visitor);

  /// Something to be done for each kind of step.
  interface Visitor {
    void instruction(Instruction op);

    void move(Move op);

    void binary(Binary op);

    void extend(Extend op);

    void swapBytes(SwapBytes op);

    void select(Select op);

    void load(Load op);

    void store(Store op);

    void compareExchange(CompareExchange op);

    void fence(Fence op);

    void raiseIf(RaiseIf op);

    void callJava(CallJava op);

    void branch(Branch op);

    void jump(Jump op);

    void jumpIndirect(JumpIndirect op);

    void trap(Trap op);

    void raise(Raise op);
  }

  /// A step that gives a value.
  sealed interface Result extends Op {
    int destination();

    /// The same step with another destination.
    Result into(int other);
  }

  /// The steps from here to the next `Instruction` are those of the guest instruction at `pc`, and
  /// of the one in its delay slot if it has one. A fault in one of them is reported at `pc`, with
  /// no register of that instruction changed.
  record Instruction(long pc, int length) implements Op {
    @Override
    public void accept(Visitor visitor) {
      visitor.instruction(this);
    }
  }

  /// `destination = source`.
  record Move(int destination, Value source) implements Result {
    @Override
    public void accept(Visitor visitor) {
      visitor.move(this);
    }

    @Override
    public Move into(int other) {
      return new Move(other, source);
    }
  }

  /// `destination = a op b`.
  record Binary(BinaryOp op, Width width, int destination, Value a, Value b) implements Result {
    @Override
    public void accept(Visitor visitor) {
      visitor.binary(this);
    }

    @Override
    public Binary into(int other) {
      return new Binary(op, width, other, a, b);
    }
  }

  /// Sign- or zero-extends the low `bits` (8, 16 or 32) of `a`.
  record Extend(int destination, Value a, int bits, boolean signed) implements Result {
    @Override
    public void accept(Visitor visitor) {
      visitor.extend(this);
    }

    @Override
    public Extend into(int other) {
      return new Extend(other, a, bits, signed);
    }
  }

  /// `destination = a's bytes (of the width) in the other order`.
  record SwapBytes(Width width, int destination, Value a) implements Result {
    @Override
    public void accept(Visitor visitor) {
      visitor.swapBytes(this);
    }

    @Override
    public SwapBytes into(int other) {
      return new SwapBytes(width, other, a);
    }
  }

  /// `destination = condition != 0 ? a : b`.
  record Select(int destination, Value condition, Value a, Value b) implements Result {
    @Override
    public void accept(Visitor visitor) {
      visitor.select(this);
    }

    @Override
    public Select into(int other) {
      return new Select(other, condition, a, b);
    }
  }

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
      implements Result {
    @Override
    public void accept(Visitor visitor) {
      visitor.load(this);
    }

    @Override
    public Load into(int other) {
      return new Load(other, bytes, signed, aligned, ordering, base, displacement);
    }
  }

  /// Stores the low `bytes` of `value`.
  record Store(
      int bytes, boolean aligned, Ordering ordering, Value base, long displacement, Value value)
      implements Op {
    @Override
    public void accept(Visitor visitor) {
      visitor.store(this);
    }
  }

  /// Compare and exchange; `destination` becomes what stood in memory before.
  record CompareExchange(
      int destination, int bytes, Value address, Value expected, Value replacement)
      implements Result {
    @Override
    public void accept(Visitor visitor) {
      visitor.compareExchange(this);
    }

    @Override
    public CompareExchange into(int other) {
      return new CompareExchange(other, bytes, address, expected, replacement);
    }
  }

  /// A full memory fence.
  record Fence() implements Op {
    @Override
    public void accept(Visitor visitor) {
      visitor.fence(this);
    }
  }

  /// Leaves with an exception if `condition` has one of the bits of `mask` (which fits a signed
  /// byte); pc stays at this instruction.
  record RaiseIf(Value condition, int mask, int exception) implements Op {
    @Override
    public void accept(Visitor visitor) {
      visitor.raiseIf(this);
    }
  }

  /// Calls Java: a custom instruction. `destination` is -1 where there is no result.
  record CallJava(int destination, JavaFunction function, List<Value> arguments) implements Result {
    @Override
    public void accept(Visitor visitor) {
      visitor.callJava(this);
    }

    @Override
    public CallJava into(int other) {
      return new CallJava(other, function, arguments);
    }
  }

  /// What ends a block.
  sealed interface Terminator extends Op {}

  /// Goes to `taken` if `a op b` holds (`op` is one of the comparisons), else to `notTaken`.
  record Branch(BinaryOp op, Value a, Value b, long taken, long notTaken) implements Terminator {
    @Override
    public void accept(Visitor visitor) {
      visitor.branch(this);
    }
  }

  /// Goes to `target`. `kind` says what for.
  record Jump(long target, JumpKind kind) implements Terminator {
    @Override
    public void accept(Visitor visitor) {
      visitor.jump(this);
    }
  }

  /// Goes where `target` says, which has been checked to be aligned.
  record JumpIndirect(Value target, JumpKind kind) implements Terminator {
    @Override
    public void accept(Visitor visitor) {
      visitor.jumpIndirect(this);
    }
  }

  /// Leaves the engine for the kernel; pc stays at the trap, `next` is where it may go on.
  record Trap(int code, long next) implements Terminator {
    @Override
    public void accept(Visitor visitor) {
      visitor.trap(this);
    }
  }

  /// Leaves with an exception of the architecture; pc stays at this instruction.
  record Raise(int exception) implements Terminator {
    @Override
    public void accept(Visitor visitor) {
      visitor.raise(this);
    }
  }

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
