package dev.forklift.arch.nios2;

import dev.forklift.engine.isa.Instruction;
import dev.forklift.engine.isa.Shape;

/// The arguments of instructions, one record for each argument set of `nios2.decode`.
final class Operands {
  /// Two registers read, one written.
  record Three(int ra, int rb, int rc) {
    static final Shape<Three> SHAPE = i -> new Three(i.get("ra"), i.get("rb"), i.get("rc"));
  }

  /// A register read, one written, and a number of bits.
  record Shift(int ra, int rc, int imm) {
    static final Shape<Shift> SHAPE = i -> new Shift(i.get("ra"), i.get("rc"), i.get("imm"));
  }

  /// Two registers and a number: register b written, stored or compared.
  record Immediate(int ra, int rb, int imm) {
    static final Shape<Immediate> SHAPE =
        i -> new Immediate(i.get("ra"), i.get("rb"), i.get("imm"));
  }

  /// A number.
  record Number(int imm) {
    static final Shape<Number> SHAPE = i -> new Number(i.get("imm"));
  }

  /// A place in the same 256 MiB.
  record Target(int target) {
    static final Shape<Target> SHAPE = i -> new Target(i.get("target"));
  }

  /// A register read.
  record Source(int ra) {
    static final Shape<Source> SHAPE = i -> new Source(i.get("ra"));
  }

  /// A register read, and one written.
  record Move(int ra, int rc) {
    static final Shape<Move> SHAPE = i -> new Move(i.get("ra"), i.get("rc"));
  }

  /// A register written.
  record Result(int rc) {
    static final Shape<Result> SHAPE = i -> new Result(i.get("rc"));
  }

  /// A control register, and the register it is read into.
  record ControlRead(int rc, int number) {
    static final Shape<ControlRead> SHAPE = i -> new ControlRead(i.get("rc"), i.get("number"));
  }

  /// A control register, and the register that goes there.
  record ControlWrite(int ra, int number) {
    static final Shape<ControlWrite> SHAPE = i -> new ControlWrite(i.get("ra"), i.get("number"));
  }

  /// A custom instruction: number, registers, and whether each is a general one.
  record Custom(int n, int ra, int rb, int rc, boolean readra, boolean readrb, boolean writerc) {
    static final Shape<Custom> SHAPE = Custom::of;

    private static Custom of(Instruction i) {
      return new Custom(
          i.get("n"),
          i.get("ra"),
          i.get("rb"),
          i.get("rc"),
          i.get("readra") != 0,
          i.get("readrb") != 0,
          i.get("writerc") != 0);
    }
  }

  private Operands() {}
}
