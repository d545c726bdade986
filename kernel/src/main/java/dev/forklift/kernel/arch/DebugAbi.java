package dev.forklift.kernel.arch;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.gdb.TargetRegisters;
import dev.forklift.engine.isa.Isa;
import dev.forklift.engine.isa.Registers;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What debuggers and core files want to know of an architecture.
///
/// The defaults suit an architecture whose debuggers number registers as its instructions do, with
/// the program counter behind them, and whose functions all have call frame information.
public interface DebugAbi extends TargetRegisters {
  Isa isa();

  /// What GDB calls the architecture.
  @Override
  default String gdbArchitecture() {
    return isa().name();
  }

  /// What GDB calls the set of registers that an architecture must have.
  @Override
  default String gdbFeature() {
    return "org.gnu.gdb." + isa().name() + ".cpu";
  }

  /// All registers that a debugger sees, in its order.
  @Override
  default List<DebugRegister> registers() {
    List<DebugRegister> all = new ArrayList<>();
    isa().registers().names().forEach(name -> all.add(new DebugRegister(name, "int")));
    all.add(new DebugRegister("pc", "code_ptr"));
    return all;
  }

  /// Where the program counter stands in [#registers].
  @Override
  default int pcRegister() {
    return isa().registers().count();
  }

  /// A register of [#registers]; those that user code does not have are zero.
  @Override
  default long get(Cpu cpu, int number) {
    Registers registers = isa().registers();
    if (number < registers.count()) {
      return cpu.register(number);
    }
    return number == pcRegister() ? cpu.pc() : 0;
  }

  /// Sets a register of [#registers]. Setting one that user code does not have does nothing.
  @Override
  default void set(Cpu cpu, int number, long value) {
    Registers registers = isa().registers();
    if (number < registers.count()) {
      cpu.setRegister(number, value);
    } else if (number == pcRegister()) {
      cpu.setPc(value);
    }
  }

  /// `pr_reg` of NT_PRSTATUS as the debuggers of this architecture read core files.
  default long[] dumpedRegisters(Cpu cpu) {
    long[] all = new long[registers().size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = get(cpu, i);
    }
    return all;
  }

  // Unwinding.

  /// The register in which a call leaves the return address, or -1 if it is on the stack.
  default int returnAddressRegister() {
    return -1;
  }

  /// Where a signal handler returns to when it is done, or 0 if that is no fixed address.
  default long signalReturn() {
    return 0;
  }

  /// How many registers DWARF's call frame information numbers like the architecture.
  default int frameRegisters() {
    return isa().registers().count();
  }

  /// Finds the caller of a function that has no call frame information, by reading its code.
  ///
  /// @param functionStart where the function begins, or -1 if nobody knows
  /// @param innermost whether the function was interrupted, and not left by a call
  /// @return null if the code does not tell
  default @Nullable FrameRegisters callerByCode(
      FrameRegisters callee, long functionStart, boolean innermost, FrameMemory memory) {
    return null;
  }

  /// The debug ABI of an architecture that has nothing of its own.
  static DebugAbi plain(Isa isa, int stackRegister) {
    return new DebugAbi() {
      @Override
      public Isa isa() {
        return isa;
      }

      @Override
      public int stackRegister() {
        return stackRegister;
      }
    };
  }
}
