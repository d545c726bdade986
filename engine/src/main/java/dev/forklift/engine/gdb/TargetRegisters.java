package dev.forklift.engine.gdb;

import dev.forklift.engine.cpu.Cpu;
import java.util.List;

/// The registers of a target as GDB knows them.
public interface TargetRegisters {
  /// What is in GDB's description of a target for one register.
  ///
  /// @param type `int`, `code_ptr` or `data_ptr`
  record DebugRegister(String name, String type) {}

  /// What GDB calls the architecture.
  String gdbArchitecture();

  /// What GDB calls the set of registers that an architecture must have.
  String gdbFeature();

  /// All registers that a debugger sees, in its order.
  List<DebugRegister> registers();

  /// Where the program counter stands in [#registers].
  int pcRegister();

  /// The stack pointer's place in [#registers].
  int stackRegister();

  /// A register of [#registers]; those that there are not are zero.
  long get(Cpu cpu, int number);

  /// Sets a register of [#registers]. Setting one that there is not does nothing.
  void set(Cpu cpu, int number, long value);
}
