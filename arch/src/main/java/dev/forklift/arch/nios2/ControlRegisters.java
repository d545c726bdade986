package dev.forklift.arch.nios2;

import dev.forklift.engine.cpu.Cpu;

/// The control registers of a CPU, by their numbers.
record ControlRegisters(Cpu cpu) {
  int get(int number) {
    return (int) cpu.register(ControlRegister.slot(number));
  }

  void set(int number, int value) {
    cpu.setRegister(ControlRegister.slot(number), value);
  }

  /// Whether all of `bits` are set in one.
  boolean has(int number, int bits) {
    return (get(number) & bits) == bits;
  }
}
