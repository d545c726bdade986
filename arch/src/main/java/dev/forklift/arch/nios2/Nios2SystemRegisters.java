package dev.forklift.arch.nios2;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.gdb.TargetRegisters;
import java.util.List;
import java.util.function.IntConsumer;

/// The registers of a whole CPU for GDB: the general ones, pc, and the control registers from
/// status on.
final class Nios2SystemRegisters implements TargetRegisters {
  private static final int PC = Nios2.GENERAL_REGISTERS;

  private final List<DebugRegister> registers;
  private final IntConsumer setStatus;

  /// @param setStatus changes status with all that follows from it
  Nios2SystemRegisters(Nios2 isa, IntConsumer setStatus) {
    registers = Nios2Debug.described(isa.registers().names().subList(0, Nios2.GENERAL_REGISTERS));
    this.setStatus = setStatus;
  }

  @Override
  public String gdbArchitecture() {
    return "nios2";
  }

  @Override
  public String gdbFeature() {
    return "org.gnu.gdb.nios2.cpu";
  }

  @Override
  public List<DebugRegister> registers() {
    return registers;
  }

  @Override
  public int pcRegister() {
    return PC;
  }

  @Override
  public int stackRegister() {
    return Nios2Linux.SP;
  }

  /// The control register that a number stands for.
  private static int control(int number) {
    return number - PC - 1;
  }

  @Override
  public long get(Cpu cpu, int number) {
    if (number < PC) {
      return cpu.register(number);
    }
    if (number == PC) {
      return cpu.pc();
    }
    return new ControlRegisters(cpu).get(control(number));
  }

  /// Sets what is read, without what else writing such a register by an instruction does, except
  /// that the mode follows status.
  @Override
  public void set(Cpu cpu, int number, long value) {
    if (number < PC) {
      cpu.setRegister(number, value);
    } else if (number == PC) {
      cpu.setPc(value);
    } else if (control(number) == ControlRegister.STATUS) {
      setStatus.accept((int) value);
    } else if (control(number) != ControlRegister.IPENDING
        && control(number) != ControlRegister.CPUID) {
      new ControlRegisters(cpu).set(control(number), (int) value);
    }
  }
}
