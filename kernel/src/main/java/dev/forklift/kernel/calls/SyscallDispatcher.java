package dev.forklift.kernel.calls;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.process.Ptrace;
import dev.forklift.kernel.process.SystemCalls;
import dev.forklift.kernel.process.Task;

/// The way of a system call: number and arguments from the registers, the row's handler, the answer
/// back into the registers as the architecture wants it.
public final class SyscallDispatcher implements SystemCalls {
  private final SyscallTable table;
  private final SyscallObserver observer;
  private final HostHeap heap = new HostHeap();

  public SyscallDispatcher(SyscallTable table, SyscallObserver observer) {
    this.table = table;
    this.observer = observer;
  }

  @Override
  public void call(Task task) {
    Ptrace ptrace = task.ptrace();
    int number = number(task);
    // A tracer does not see numbers beyond the table.
    boolean traced = ptrace.stopsAtSystemCalls() && table.reaches(number);
    if (traced) {
      ptrace.systemCallBegins();
    }
    answer(task, number);
    if (traced && ptrace.stopsAtSystemCalls()) {
      ptrace.systemCallEnds();
    }
  }

  private static int number(Task task) {
    return (int) task.cpu().register(task.kernel().abi().syscallRegisters().number());
  }

  /// @param asked the number that the task has trapped with; a tracer may have changed it since
  private void answer(Task task, int asked) {
    LinuxAbi abi = task.kernel().abi();
    Cpu cpu = task.cpu();
    int number = number(task);
    SyscallFrame frame = SyscallFrame.of(task, abi);
    Syscall row = table.find(number);
    if (row == null) {
      observer.unknown(task, number, frame);
      abi.noSuchSyscall(cpu, asked);
      return;
    }
    observer.enter(row, frame);
    try {
      if (heap.refuses(task, row.name())) {
        throw Errno.ENOMEM;
      }
      long result = row.call().call(frame);
      if (!row.raw()) {
        abi.succeed(cpu, result);
      }
      observer.leave(row, frame, result, null);
    } catch (Errno e) {
      if (e == Errno.EFAULT && task.metOutOfMemory()) {
        // There was memory, but no room for it. Somebody has been killed for that: once more.
        task.setInterruptedCall(Errno.ERESTARTNOINTR);
      } else if (e.isRestart()) {
        // Whether the call is made again is decided when the signal is delivered; the registers
        // still hold its arguments.
        task.setInterruptedCall(e);
      } else {
        abi.fail(cpu, e.number());
      }
      observer.leave(row, frame, 0, e);
    }
  }
}
