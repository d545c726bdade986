package dev.forklift.arch.nios2;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.cpu.Engine;
import dev.forklift.engine.cpu.Evaluator;
import dev.forklift.engine.cpu.Exit;
import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.engine.memory.GuestFault;
import dev.forklift.engine.memory.PagedAddressSpace;
import dev.forklift.engine.memory.Protection;

/// A CPU with a page of code and two pages of data, for tests.
final class Machine {
  static final int PAGE = 4096;
  static final long CODE = 0x10_0000;
  static final long DATA = 0x20_0000;

  final Nios2 isa;
  final PagedAddressSpace space;
  final Cpu cpu;
  final Engine engine = new Evaluator();

  Machine() {
    this(new Nios2());
  }

  Machine(Nios2 isa) {
    this.isa = isa;
    space =
        PagedAddressSpace.create(new FrameBudget(1 << 24), isa.byteOrder(), 12, 0xc000_0000L, 2);
    int readAndExecute = Protection.READ | Protection.EXECUTE;
    space.map(CODE, 16 * PAGE, readAndExecute, null, 0, false, null);
    space.map(DATA, 2 * PAGE, Protection.READ | Protection.WRITE, null, 0, false, null);
    cpu = new Cpu(isa);
    cpu.setPc(CODE);
  }

  /// Puts a program at [#CODE] and makes it the next to run.
  Machine program(String text) {
    byte[] code = isa.instructions().assembler().assemble(CODE, text);
    space.poke(CODE, code, 0, code.length);
    cpu.setPc(CODE);
    return this;
  }

  Machine set(int register, long value) {
    cpu.setRegister(register, value);
    return this;
  }

  Exit run() {
    return engine.run(cpu, space);
  }

  Exit step() {
    return engine.step(cpu, space);
  }

  int register(int index) {
    return (int) cpu.register(index);
  }

  GuestFault fault() {
    GuestFault fault = cpu.fault();
    if (fault == null) {
      throw new AssertionError("no fault");
    }
    return fault;
  }
}
