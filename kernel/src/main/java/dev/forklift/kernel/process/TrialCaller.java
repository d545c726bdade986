package dev.forklift.kernel.process;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.mm.Mm;
import java.util.List;

/// A process without a program: Java code makes its system calls, with arguments in registers and
/// structures in guest memory just as a program would have them. For whoever wants to know what a
/// call answers and does.
public final class TrialCaller {
  private static final int SCRATCH_PAGES = 4;

  private final Task task;
  private long free;

  private TrialCaller(Task task, long scratch) {
    this.task = task;
    this.free = scratch;
  }

  /// Gives the calling user-mode thread memory of its own, empty but for some pages of zeros.
  public static TrialCaller of(Task task) throws Errno {
    Kernel kernel = task.kernel();
    Mm mm =
        Mm.create(
            kernel.addressSpaces(), task.group().limits(), task.credentials().userNamespace());
    long page = 1L << kernel.abi().memoryLayout().pageShift();
    long scratch = kernel.abi().memoryLayout().taskSize() / 2 & -page;
    mm.mapZeros(scratch, SCRATCH_PAGES * page, false, task.credentials());
    task.setMm(mm);
    return new TrialCaller(task, scratch);
  }

  /// Puts bytes into its memory.
  ///
  /// @return where they are
  public long store(byte[] bytes) throws Errno {
    long address = free;
    free += Math.max(8, bytes.length + 7 & ~7);
    task.memory().user().write(address, bytes);
    return address;
  }

  /// Makes a system call. What it answers, those hear who watch system calls.
  public void call(int number, List<Long> arguments) {
    var registers = task.kernel().abi().syscallRegisters();
    Cpu cpu = task.cpu();
    cpu.setRegister(registers.number(), number);
    for (int i = 0; i < arguments.size(); i++) {
      cpu.setRegister(registers.arguments().get(i), arguments.get(i));
    }
    task.enterSystemCall(cpu.pc());
    task.kernel().systemCalls().call(task);
  }
}
