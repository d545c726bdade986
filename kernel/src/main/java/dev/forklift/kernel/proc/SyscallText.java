package dev.forklift.kernel.proc;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.process.Task;

/// /proc/PID/syscall: the system call that a task is in.
final class SyscallText {
  private SyscallText() {}

  static String of(Task reader, Task task) {
    if (task != reader && TaskState.of(task) == TaskState.RUNNING) {
      return "running\n";
    }
    LinuxAbi abi = task.kernel().abi();
    Cpu cpu = task.cpu();
    LinuxAbi.SyscallRegisters registers = abi.syscallRegisters();
    StringBuilder out = new StringBuilder();
    out.append((int) cpu.register(registers.number()));
    for (int argument : registers.arguments()) {
      out.append(String.format(" 0x%x", cpu.register(argument)));
    }
    long pc = cpu.nextPc();
    return out.append(String.format(" 0x%x 0x%x\n", cpu.register(abi.stackPointer()), pc))
        .toString();
  }
}
