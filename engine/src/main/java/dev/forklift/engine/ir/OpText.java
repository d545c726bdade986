package dev.forklift.engine.ir;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Writes steps for people: `r4 = add.32 r4, -1`.
public final class OpText implements Op.Visitor {
  private static final int LARGEST_DECIMAL = 4096;

  private final List<String> registers;
  private String text = "";

  private OpText(List<String> registers) {
    this.registers = registers;
  }

  /// The text of one step.
  ///
  /// @param registers names of the guest registers, by number
  public static String of(Op op, List<String> registers) {
    OpText writer = new OpText(registers);
    op.accept(writer);
    return writer.text;
  }

  private String name(int register) {
    return register < registers.size()
        ? registers.get(register)
        : "t" + (register - registers.size());
  }

  private String name(Value value) {
    return switch (value) {
      case Value.Const(long number) -> number(number);
      case Value.Reg(int index) -> name(index);
    };
  }

  private static String number(long number) {
    if (Math.abs(number) < LARGEST_DECIMAL) {
      return Long.toString(number);
    }
    // What a register of 32 bits holds is sign-extended.
    return number == (int) number ? "0x" + Integer.toHexString((int) number) : address(number);
  }

  private static String address(long address) {
    return "0x" + Long.toHexString(address);
  }

  private static String lower(Enum<?> name) {
    return name.name().toLowerCase(Locale.ROOT);
  }

  private static int bits(Width width) {
    return width == Width.W32 ? Integer.SIZE : Long.SIZE;
  }

  private static String ordering(Op.Ordering ordering) {
    return ordering == Op.Ordering.PLAIN ? "" : "." + lower(ordering);
  }

  private String place(Value base, long displacement) {
    String sum =
        displacement == 0
            ? ""
            : (displacement < 0 ? " - " : " + ") + number(Math.abs(displacement));
    return "[" + name(base) + sum + "]";
  }

  @Override
  public void instruction(Op.Instruction op) {
    text = "instruction " + address(op.pc());
  }

  @Override
  public void move(Op.Move op) {
    text = name(op.destination()) + " = " + name(op.source());
  }

  @Override
  public void binary(Op.Binary op) {
    text =
        "%s = %s.%d %s, %s"
            .formatted(
                name(op.destination()),
                lower(op.op()),
                bits(op.width()),
                name(op.a()),
                name(op.b()));
  }

  @Override
  public void extend(Op.Extend op) {
    text =
        "%s = %s.%d %s"
            .formatted(
                name(op.destination()),
                op.signed() ? "sign_extend" : "zero_extend",
                op.bits(),
                name(op.a()));
  }

  @Override
  public void swapBytes(Op.SwapBytes op) {
    text =
        "%s = swap_bytes.%d %s".formatted(name(op.destination()), bits(op.width()), name(op.a()));
  }

  @Override
  public void select(Op.Select op) {
    text =
        "%s = %s != 0 ? %s : %s"
            .formatted(name(op.destination()), name(op.condition()), name(op.a()), name(op.b()));
  }

  @Override
  public void load(Op.Load op) {
    text =
        "%s = load.%s%d%s%s %s"
            .formatted(
                name(op.destination()),
                op.signed() ? "s" : "u",
                Byte.SIZE * op.bytes(),
                op.aligned() ? ".aligned" : "",
                ordering(op.ordering()),
                place(op.base(), op.displacement()));
  }

  @Override
  public void store(Op.Store op) {
    text =
        "store.%d%s%s %s = %s"
            .formatted(
                Byte.SIZE * op.bytes(),
                op.aligned() ? ".aligned" : "",
                ordering(op.ordering()),
                place(op.base(), op.displacement()),
                name(op.value()));
  }

  @Override
  public void compareExchange(Op.CompareExchange op) {
    text =
        "%s = compare_exchange.%d [%s], %s, %s"
            .formatted(
                name(op.destination()),
                Byte.SIZE * op.bytes(),
                name(op.address()),
                name(op.expected()),
                name(op.replacement()));
  }

  @Override
  public void fence(Op.Fence op) {
    text = "fence";
  }

  @Override
  public void raiseIf(Op.RaiseIf op) {
    text = "raise %d if %s & %s".formatted(op.exception(), name(op.condition()), number(op.mask()));
  }

  @Override
  public void callJava(Op.CallJava op) {
    String result = op.destination() < 0 ? "" : name(op.destination()) + " = ";
    text =
        result
            + "java"
            + op.arguments().stream().map(this::name).collect(Collectors.joining(", ", "(", ")"));
  }

  @Override
  public void branch(Op.Branch op) {
    text =
        "branch %s %s, %s to %s, else %s"
            .formatted(
                lower(op.op()),
                name(op.a()),
                name(op.b()),
                address(op.taken()),
                address(op.notTaken()));
  }

  @Override
  public void jump(Op.Jump op) {
    text = lower(op.kind()) + " to " + address(op.target());
  }

  @Override
  public void jumpIndirect(Op.JumpIndirect op) {
    text = lower(op.kind()) + " to " + name(op.target());
  }

  @Override
  public void trap(Op.Trap op) {
    text = "trap " + op.code() + ", back at " + address(op.next());
  }

  @Override
  public void raise(Op.Raise op) {
    text = "raise " + op.exception();
  }
}
