package dev.forklift.engine.cpu;

import dev.forklift.engine.ir.BinaryOp;
import dev.forklift.engine.ir.Ir;
import dev.forklift.engine.ir.Op.JumpKind;
import dev.forklift.engine.ir.Op.Ordering;
import dev.forklift.engine.ir.Value;
import dev.forklift.engine.ir.Width;
import dev.forklift.engine.isa.InstructionSet;
import dev.forklift.engine.isa.Isa;
import dev.forklift.engine.isa.Registers;
import dev.forklift.engine.isa.Shape;
import java.io.ByteArrayInputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// An architecture made for tests: 64 bits, big-endian, no zero register, instructions of 16 and 32
/// bits, delay slots.
final class Toy implements Isa {
  static final int ILLEGAL = 1;
  static final int MISALIGNED = 2;
  static final int OVERFLOW = 3;

  static final String TEXT =
      """
      %near 0:s8 !function=times2
      %far  0:s16 !function=times2

      &dab  d:reg a:reg b:reg
      &di   d:reg imm
      &dai  d:reg a:reg imm
      &a    a:reg
      &near d:reg near:pc+2
      &far  a:reg b:reg far:pc+4
      &code imm

      @dab  .... d:4 a:4 b:4                           &dab  "{d},{a},{b}"
      @dai  .... .... d:4 a:4 imm:s16                  &dai  "{d},{a},{imm}"
      @mem  .... .... d:4 a:4 imm:s16                  &dai  "{d},{imm}({a})"
      @far  .... .... a:4 b:4 ................  %far   &far  "{a},{b},{far}"

      # 16 bits
      add   0000 .... .... ....                 @dab
      sub   0001 .... .... ....                 @dab
      li    0010 d:4 imm:s8                     &di    "{d},{imm}"
      bz    0011 d:4 ........  %near            &near  "{d},{near}"
      bal   0100 d:4 ........  %near            &near  "{d},{near}"
      jr    0101 a:4 ++++ ++++                  &a     "{a}"
      trap  0110 ---- imm:8                     &code  "{imm}"
      addo  0111 .... .... ....                 @dab
      swap  1000 .... .... ....                 @dab

      # 32 bits
      addi  1111 0000 .... .... ................  @dai
      addiw 1111 0001 .... .... ................  @dai
      ld    1111 0010 .... .... ................  @mem
      st    1111 0011 .... .... ................  @mem
      lw    1111 0100 .... .... ................  @mem
      lwa   1111 0101 .... .... ................  @mem
      sta   1111 0110 .... .... ................  @mem
      blt   1111 0111 .... .... ................  @far
      beq   1111 1000 .... .... ................  @far
      cas   1111 1001 d:4 a:4 b:4 ------------    &dab  "{d},{a},{b}"
      fence 1111 1010 ---- ---- ----------------
      lb    1111 1011 .... .... ................  @mem

      alias nop    add  d=0 a=0 b=0
      alias lizero li   imm=0  "{d}"
      """;

  record Three(int d, int a, int b) {
    static final Shape<Three> SHAPE = i -> new Three(i.get("d"), i.get("a"), i.get("b"));
  }

  record Number(int d, int imm) {
    static final Shape<Number> SHAPE = i -> new Number(i.get("d"), i.get("imm"));
  }

  record Memory(int d, int a, int imm) {
    static final Shape<Memory> SHAPE = i -> new Memory(i.get("d"), i.get("a"), i.get("imm"));
  }

  record Near(int d, int near) {
    static final Shape<Near> SHAPE = i -> new Near(i.get("d"), i.get("near"));
  }

  record Far(int a, int b, int far) {
    static final Shape<Far> SHAPE = i -> new Far(i.get("a"), i.get("b"), i.get("far"));
  }

  static final Registers REGISTERS =
      new Registers(
          List.of(
              "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12",
              "x13", "x14", "x15"),
          64,
          -1);

  private final InstructionSet set =
      InstructionSet.load(
              "toy.decode",
              new ByteArrayInputStream(TEXT.getBytes(StandardCharsets.UTF_8)),
              REGISTERS,
              ByteOrder.BIG_ENDIAN)
          .on("add", Three.SHAPE, (ir, a) -> ir.set(a.d(), ir.add(ir.reg(a.a()), ir.reg(a.b()))))
          .on("sub", Three.SHAPE, (ir, a) -> ir.set(a.d(), ir.sub(ir.reg(a.a()), ir.reg(a.b()))))
          .on("li", Number.SHAPE, (ir, a) -> ir.set(a.d(), ir.imm(a.imm())))
          .on("bz", Near.SHAPE, Toy::branchIfZero)
          .on("bal", Near.SHAPE, Toy::branchAndLink)
          .on("jr", i -> i.get("a"), Toy::jumpRegister)
          .on("trap", i -> i.get("imm"), Ir::trap)
          .on("addo", Three.SHAPE, Toy::addOrOverflow)
          .on("swap", Three.SHAPE, Toy::swap)
          .on(
              "addi",
              Memory.SHAPE,
              (ir, a) -> ir.set(a.d(), ir.add(ir.reg(a.a()), ir.imm(a.imm()))))
          .on("addiw", Memory.SHAPE, Toy::addWord)
          .on(
              "ld",
              Memory.SHAPE,
              (ir, a) -> ir.set(a.d(), ir.load(8, true, ir.reg(a.a()), a.imm())))
          .on("st", Memory.SHAPE, (ir, a) -> ir.store(8, ir.reg(a.a()), a.imm(), ir.reg(a.d())))
          .on(
              "lw",
              Memory.SHAPE,
              (ir, a) -> ir.set(a.d(), ir.load(4, false, ir.reg(a.a()), a.imm())))
          .on(
              "lb",
              Memory.SHAPE,
              (ir, a) -> ir.set(a.d(), ir.load(1, true, ir.reg(a.a()), a.imm())))
          .on("lwa", Memory.SHAPE, Toy::loadAligned)
          .on("sta", Memory.SHAPE, Toy::storeAligned)
          .on("blt", Far.SHAPE, (ir, a) -> branch(ir, BinaryOp.LESS_SIGNED, a))
          .on("beq", Far.SHAPE, (ir, a) -> branch(ir, BinaryOp.EQUAL, a))
          .on("cas", Three.SHAPE, Toy::compareExchange)
          .on("fence", Ir::fence)
          .build();

  /// Delayed: the slot is executed whether the branch is taken or not.
  private static void branchIfZero(Ir ir, Near a) {
    ir.delayed();
    ir.branch(BinaryOp.EQUAL, ir.reg(a.d()), Value.ZERO, ir.nextPc() + a.near());
  }

  /// Delayed: the link register holds what follows the slot (of 16 bits).
  private static void branchAndLink(Ir ir, Near a) {
    ir.delayed();
    ir.set(a.d(), ir.imm(ir.nextPc() + 2));
    ir.jump(ir.nextPc() + a.near(), JumpKind.CALL);
  }

  private static void jumpRegister(Ir ir, int a) {
    ir.delayed();
    ir.jumpIndirect(ir.reg(a), JumpKind.RETURN);
  }

  private static void branch(Ir ir, BinaryOp op, Far a) {
    ir.branch(op, ir.reg(a.a()), ir.reg(a.b()), ir.nextPc() + a.far());
  }

  /// Raises an exception if the sum of two positive numbers is negative.
  private static void addOrOverflow(Ir ir, Three a) {
    Value sum = ir.add(ir.reg(a.a()), ir.reg(a.b()));
    ir.set(a.d(), sum);
    ir.raiseIf(ir.binary(BinaryOp.LESS_SIGNED, sum, Value.ZERO), OVERFLOW);
  }

  /// d and a change places, b is doubled: three registers change at once.
  private static void swap(Ir ir, Three a) {
    ir.set(a.d(), ir.reg(a.a()));
    ir.set(a.a(), ir.reg(a.d()));
    ir.set(a.b(), ir.add(ir.reg(a.b()), ir.reg(a.b())));
  }

  private static void addWord(Ir ir, Memory a) {
    ir.set(a.d(), ir.binary(BinaryOp.ADD, Width.W32, ir.reg(a.a()), ir.imm(a.imm())));
  }

  private static void loadAligned(Ir ir, Memory a) {
    ir.set(a.d(), ir.load(4, true, true, Ordering.ACQUIRE, ir.reg(a.a()), a.imm()));
  }

  private static void storeAligned(Ir ir, Memory a) {
    ir.store(8, true, Ordering.RELEASE, ir.reg(a.a()), a.imm(), ir.reg(a.d()));
  }

  private static void compareExchange(Ir ir, Three a) {
    ir.set(a.d(), ir.compareExchange(8, ir.reg(a.a()), ir.reg(a.d()), ir.reg(a.b())));
  }

  @Override
  public String name() {
    return "toy";
  }

  @Override
  public ByteOrder byteOrder() {
    return ByteOrder.BIG_ENDIAN;
  }

  @Override
  public Registers registers() {
    return REGISTERS;
  }

  @Override
  public InstructionSet instructions() {
    return set;
  }

  @Override
  public int instructionAlignmentShift() {
    return 1;
  }

  @Override
  public int illegalInstruction() {
    return ILLEGAL;
  }

  @Override
  public int misalignedJump() {
    return MISALIGNED;
  }
}
