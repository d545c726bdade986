package dev.forklift.engine.cpu;

import dev.forklift.engine.ir.BinaryOp;
import dev.forklift.engine.ir.Op;
import dev.forklift.engine.ir.Op.JavaFunction;
import dev.forklift.engine.ir.Value;
import dev.forklift.engine.ir.Width;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Makes the [Code] of a block from its steps.
final class Encoder implements Op.Visitor {
  /// Slots that only this class hands out, for numbers where an operation takes a slot.
  private static final int FIRST_SCRATCH = Cpu.DISCARD - 16;

  private static final JavaFunction[] NO_FUNCTIONS = {};

  private final boolean is32Bit;
  private final long start;
  private long[] code = new long[32];
  private int length;
  private int scratch;
  private final List<JavaFunction> functions = new ArrayList<>(0);

  private byte[] words = new byte[16];
  private byte[] lengths = new byte[16];
  private int instructions;
  private int lastBegin;
  private long lastPc;

  private Encoder(long start, boolean is32Bit) {
    this.start = start;
    this.is32Bit = is32Bit;
  }

  static Block encode(LiftedBlock lifted, boolean is32Bit) {
    Encoder encoder = new Encoder(lifted.start(), is32Bit);
    for (Op op : lifted.ops()) {
      encoder.scratch = FIRST_SCRATCH;
      op.accept(encoder);
    }
    encoder.endInstruction();
    return new Block(
        lifted.start(),
        lifted.end(),
        Arrays.copyOf(encoder.code, encoder.length),
        encoder.functions.toArray(NO_FUNCTIONS),
        lifted.instructions(),
        Arrays.copyOf(encoder.words, encoder.instructions),
        Arrays.copyOf(encoder.lengths, encoder.instructions));
  }

  @Override
  public void instruction(Op.Instruction op) {
    if (instructions > 0) {
      endInstruction();
      lengths[instructions - 1] = (byte) (op.pc() - lastPc);
    }
    if (instructions == words.length) {
      words = Arrays.copyOf(words, 2 * instructions);
      lengths = Arrays.copyOf(lengths, 2 * instructions);
    }
    lengths[instructions++] = (byte) op.length();
    lastPc = op.pc();
    lastBegin = length;
  }

  private void endInstruction() {
    int count = length - lastBegin;
    if (count > 0xff) {
      throw new IllegalStateException(count + " words of code for one instruction");
    }
    words[instructions - 1] = (byte) count;
  }

  @Override
  public void move(Op.Move op) {
    move(op.destination(), op.source());
  }

  @Override
  public void extend(Op.Extend op) {
    int code = extension(op.bits(), op.signed());
    add(code, op.destination(), slot(op.a()), Cpu.ZERO, 0);
  }

  @Override
  public void swapBytes(Op.SwapBytes op) {
    int code = op.width() == Width.W32 ? Code.SWAP_32 : Code.SWAP_64;
    add(code, op.destination(), slot(op.a()), Cpu.ZERO, 0);
  }

  @Override
  public void select(Op.Select op) {
    add(Code.SELECT, op.destination(), slot(op.condition()), slot(op.a()), slot(op.b()));
  }

  @Override
  public void compareExchange(Op.CompareExchange op) {
    int code = op.bytes() == Integer.BYTES ? Code.EXCHANGE_32 : Code.EXCHANGE_64;
    int expected = slot(op.expected());
    add(code, op.destination(), slot(op.address()), expected, slot(op.replacement()));
  }

  @Override
  public void fence(Op.Fence op) {
    add(Code.FENCE);
  }

  @Override
  public void raiseIf(Op.RaiseIf op) {
    add(Code.RAISE_IF, op.mask() & 0xff, slot(op.condition()), Cpu.ZERO, op.exception());
  }

  @Override
  public void branch(Op.Branch op) {
    int safePoint = op.taken() <= lastPc ? 1 : 0;
    add(branch(op.op()), safePoint, slot(op.a()), slot(op.b()), distance(op.taken()));
  }

  @Override
  public void jumpIndirect(Op.JumpIndirect op) {
    int code = op.kind() == Op.JumpKind.JUMP ? Code.JUMP_COMPUTED : Code.JUMP_INDIRECT;
    add(code, 1, slot(op.target()), Cpu.ZERO, 0);
  }

  @Override
  public void trap(Op.Trap op) {
    add(Code.TRAP, 0, Cpu.ZERO, Cpu.ZERO, op.code());
  }

  @Override
  public void raise(Op.Raise op) {
    add(Code.RAISE, 0, Cpu.ZERO, Cpu.ZERO, op.exception());
  }

  @Override
  public void binary(Op.Binary op) {
    BinaryOp kind = op.op();
    boolean narrow = op.width() == Width.W32;
    int a = slot(op.a());
    if (kind.compareTo(BinaryOp.AND) < 0 || isShift(kind)) {
      withNumber(narrow ? Code.BINARY_32 : Code.BINARY_64, kind, op.destination(), a, op.b());
    } else if (!narrow || is32Bit) {
      // On sign-extended numbers these give the same in either width.
      withNumber(Code.BINARY_64, kind, op.destination(), a, op.b());
    } else {
      int left = scratch++;
      int right = scratch++;
      add(Code.SIGNED_32, left, a, Cpu.ZERO, 0);
      add(Code.SIGNED_32, right, slot(op.b()), Cpu.ZERO, 0);
      add(Code.BINARY_64 + kind.ordinal(), op.destination(), left, right, 0);
    }
  }

  private static boolean isShift(BinaryOp op) {
    return op.compareTo(BinaryOp.SHIFT_LEFT) >= 0 && op.compareTo(BinaryOp.ROTATE_LEFT) <= 0;
  }

  private void withNumber(int base, BinaryOp op, int destination, int a, Value b) {
    if (b instanceof Value.Const(long number) && number == (int) number) {
      add(base + op.ordinal(), destination, a, Cpu.ZERO, (int) number);
    } else {
      add(base + op.ordinal(), destination, a, slot(b), 0);
    }
  }

  private static int extension(int bits, boolean signed) {
    return switch (bits) {
      case 8 -> signed ? Code.SIGNED_8 : Code.UNSIGNED_8;
      case 16 -> signed ? Code.SIGNED_16 : Code.UNSIGNED_16;
      case 32 -> signed ? Code.SIGNED_32 : Code.UNSIGNED_32;
      default -> throw new IllegalStateException("extension of " + bits + " bits");
    };
  }

  @Override
  public void load(Op.Load load) {
    int base = base(load.base(), load.displacement());
    int number = number(load.displacement());
    check(load.aligned(), load.bytes(), base, number, 0);
    int code =
        switch (load.bytes()) {
          case 1 -> load.signed() ? Code.LOAD_SIGNED_8 : Code.LOAD_UNSIGNED_8;
          case 2 -> load.signed() ? Code.LOAD_SIGNED_16 : Code.LOAD_UNSIGNED_16;
          case 4 -> load.signed() ? Code.LOAD_SIGNED_32 : Code.LOAD_UNSIGNED_32;
          case 8 -> Code.LOAD_64;
          default -> throw new IllegalStateException("load of " + load.bytes() + " bytes");
        };
    add(code, load.destination(), base, Cpu.ZERO, number);
    if (load.ordering() == Op.Ordering.ACQUIRE) {
      add(Code.FENCE_ACQUIRE);
    }
  }

  @Override
  public void store(Op.Store store) {
    int base = base(store.base(), store.displacement());
    int number = number(store.displacement());
    int value = slot(store.value());
    check(store.aligned(), store.bytes(), base, number, 1);
    if (store.ordering() == Op.Ordering.RELEASE) {
      add(Code.FENCE_RELEASE);
    }
    int code =
        switch (store.bytes()) {
          case 1 -> Code.STORE_8;
          case 2 -> Code.STORE_16;
          case 4 -> Code.STORE_32;
          case 8 -> Code.STORE_64;
          default -> throw new IllegalStateException("store of " + store.bytes() + " bytes");
        };
    add(code, Cpu.DISCARD, base, value, number);
  }

  private void check(boolean aligned, int bytes, int base, int number, int write) {
    if (aligned && bytes > 1) {
      add(Code.ALIGNED, Integer.numberOfTrailingZeros(bytes), base, write, number);
    }
  }

  /// The slot of the base, or of the whole address if the displacement is too large for a word.
  private int base(Value base, long displacement) {
    if (displacement == (int) displacement) {
      return slot(base);
    }
    int sum = scratch++;
    add(Code.BINARY_64 + BinaryOp.ADD.ordinal(), sum, slot(base), wide(displacement), 0);
    return sum;
  }

  private static int number(long displacement) {
    return displacement == (int) displacement ? (int) displacement : 0;
  }

  @Override
  public void callJava(Op.CallJava call) {
    List<Value> arguments = call.arguments();
    int first = scratch;
    scratch += arguments.size();
    if (scratch > Cpu.DISCARD) {
      throw new IllegalStateException(arguments.size() + " arguments of a Java function");
    }
    for (int i = 0; i < arguments.size(); i++) {
      move(first + i, arguments.get(i));
    }
    int destination = call.destination() < 0 ? Cpu.DISCARD : call.destination();
    add(Code.CALL, destination, first, arguments.size(), functions.size());
    functions.add(call.function());
  }

  @Override
  public void jump(Op.Jump op) {
    long target = op.target();
    int safePoint = op.kind() != Op.JumpKind.JUMP || target <= lastPc ? 1 : 0;
    if (is32Bit || target - start == (int) (target - start)) {
      add(Code.JUMP, safePoint, Cpu.ZERO, Cpu.ZERO, (int) (target - start));
    } else {
      add(Code.JUMP_INDIRECT, safePoint, wide(target), Cpu.ZERO, 0);
    }
  }

  private int distance(long target) {
    long distance = target - start;
    if (!is32Bit && distance != (int) distance) {
      throw new IllegalStateException("a branch over " + distance + " bytes");
    }
    return (int) distance;
  }

  private static int branch(BinaryOp test) {
    return Code.BRANCH_EQUAL + test.ordinal() - BinaryOp.EQUAL.ordinal();
  }

  private void move(int destination, Value value) {
    if (!(value instanceof Value.Const(long number))) {
      add(Code.MOVE, destination, Cpu.ZERO, slot(value), 0);
    } else if (number == (int) number) {
      add(Code.MOVE, destination, Cpu.ZERO, Cpu.ZERO, (int) number);
    } else {
      add(Code.WIDE, destination, Cpu.ZERO, Cpu.ZERO, 0);
      append(number);
    }
  }

  /// The slot that holds the value; numbers get a scratch slot.
  private int slot(Value value) {
    if (value instanceof Value.Reg(int index)) {
      return index;
    }
    if (value.equals(Value.ZERO)) {
      return Cpu.ZERO;
    }
    int slot = scratch++;
    move(slot, value);
    return slot;
  }

  private int wide(long number) {
    return slot(new Value.Const(number));
  }

  private void add(int op) {
    add(op, Cpu.DISCARD, Cpu.ZERO, Cpu.ZERO, 0);
  }

  private void add(int op, int d, int a, int b, int number) {
    if (d >= Cpu.SLOTS) {
      throw new IllegalStateException("too many values in one instruction");
    }
    append(Code.word(op, d, a, b, number));
  }

  private void append(long word) {
    if (length == code.length) {
      code = Arrays.copyOf(code, 2 * length);
    }
    code[length++] = word;
  }
}
