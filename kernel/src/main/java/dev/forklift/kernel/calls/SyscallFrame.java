package dev.forklift.kernel.calls;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.process.Task;
import java.util.List;

/// The raw arguments of one system call: what the registers hold.
public record SyscallFrame(Task task, long[] slots, DataModel model) {
  /// Reads the argument registers of a task that has just trapped.
  static SyscallFrame of(Task task, LinuxAbi abi) {
    List<Integer> registers = abi.syscallRegisters().arguments();
    Cpu cpu = task.cpu();
    long[] slots = new long[registers.size()];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = cpu.register(registers.get(i));
    }
    return new SyscallFrame(task, slots, abi.dataModel());
  }

  /// A slot as a signed `long` of the guest.
  long signed(int index) {
    return index < slots.length ? slots[index] : 0;
  }

  /// A slot as an `unsigned long` of the guest.
  long unsigned(int index) {
    long value = signed(index);
    return model.is64Bit() ? value : value & 0xffff_ffffL;
  }
}
