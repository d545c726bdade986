package dev.forklift.kernel.process;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.cpu.Exit;
import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.GuestFault;
import dev.forklift.engine.memory.Sharer;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.arch.LinuxAbi.SignalCause;
import dev.forklift.kernel.arch.LinuxAbi.TrapMeaning;
import dev.forklift.kernel.signal.SigInfo;

/// The life of a task on its thread: guest code, then whatever it came out for, then signals, until
/// the task ends.
final class TaskThread {
  private final Task task;
  private final Kernel kernel;
  private final KernelClone.ChildMain main;

  TaskThread(Task task, KernelClone.ChildMain main) {
    this.task = task;
    this.kernel = task.kernel();
    this.main = main;
  }

  /// @param whenFree is run when the task has ended, with the kernel lock held
  void run(Runnable whenFree) {
    kernel.lock().acquire();
    kernel.setCurrent(task);
    task.times().awake();
    try {
      begin();
      if (!task.isKernelThread()) {
        userMode();
      }
      finish();
      whenFree.run();
    } catch (RuntimeException | Error e) {
      // A bug of ours. The guest must not hang on it: say so and end this task.
      System.getLogger(TaskThread.class.getName())
          .log(System.Logger.Level.ERROR, "internal error in task " + task, e);
      kernel.failed(task, e);
      endAfterFailure();
      whenFree.run();
    } finally {
      kernel.setCurrent(null);
      kernel.lock().release();
    }
  }

  private void begin() {
    Runnable function = main.function();
    if (function != null) {
      function.run();
    }
    if (main.childTid() != 0 && task.mm() != null) {
      try {
        task.memory().user().putInt(main.childTid(), task.tid());
      } catch (Errno e) {
        // Linux ignores a bad address here.
      }
    }
  }

  private void userMode() {
    while (!task.isDying()) {
      SignalDelivery.beforeUserMode(task);
      if (task.isDying()) {
        return;
      }
      long from = task.cpu().pc();
      Exit exit = runGuest();
      answer(exit);
      task.trace().ran(exit, from);
    }
  }

  private Exit runGuest() {
    Cpu cpu = task.cpu();
    AddressSpace space = task.memory().space();
    Sharer sharer = task.sharer();
    cpu.clearInterrupt();
    if (task.signalPending()) {
      return Exit.SAFE_POINT;
    }
    task.times().enterUser();
    kernel.lock().release();
    try {
      // In there only without the kernel lock: whoever changes the space waits for us with it.
      sharer.enter();
      try {
        return task.trace().run(kernel.engine(), cpu, space);
      } finally {
        sharer.leave();
      }
    } finally {
      long left = kernel.clock().monotonicNanos();
      kernel.lock().acquire();
      task.times().leaveUser(left);
    }
  }

  private void answer(Exit exit) {
    Cpu cpu = task.cpu();
    switch (exit) {
      case SAFE_POINT, BREAKPOINT, WATCHPOINT -> task.times().countInterruption();
      case TRAP -> trap(cpu);
      case FAULT -> fault(cpu);
      case EXCEPTION -> exception(cpu);
    }
  }

  private void trap(Cpu cpu) {
    // No switch: what one over types is compiled to is made at run time, and slower.
    if (kernel.abi().trap(cpu.exitCode())
        instanceof TrapMeaning.Raise(SignalCause cause, boolean behind)) {
      if (behind) {
        cpu.setPc(cpu.nextPc());
      }
      raise(cause, cpu.pc());
      return;
    }
    task.enterSystemCall(cpu.pc());
    cpu.setPc(cpu.nextPc());
    kernel.systemCalls().call(task);
    kernel.workQueue().awaitDone(task);
  }

  private void exception(Cpu cpu) {
    SignalCause cause = kernel.abi().exception(cpu.exitCode());
    if (cause == null) {
      cpu.setPc(cpu.nextPc());
    } else {
      raise(cause, cpu.pc());
    }
  }

  private void fault(Cpu cpu) {
    GuestFault fault = cpu.fault();
    if (fault == null) {
      throw new IllegalStateException("a fault without its details");
    }
    if (fault.kind() == GuestFault.Kind.MISALIGNED && kernel.abi().skipsMisalignedAccesses()) {
      cpu.setPc(cpu.nextPc());
      return;
    }
    if (fault.kind() == GuestFault.Kind.OUT_OF_MEMORY) {
      kernel.outOfMemory().met(task);
      return;
    }
    SignalCause cause = task.memory().fault(fault);
    if (cause == null) {
      return;
    }
    SignalCause failedFixUp = fault.isUnaligned() ? kernel.abi().failedFixUp() : null;
    if (failedFixUp != null) {
      raise(failedFixUp, cpu.pc());
    } else {
      raise(cause, kernel.abi().reportedAddress(fault));
    }
  }

  private void raise(SignalCause cause, long address) {
    if (cause.code() == SigInfo.SI_USER) {
      task.raise(cause.signal());
      return;
    }
    Signals.force(task, SigInfo.fault(cause.signal(), cause.code(), address));
  }

  private void finish() {
    TaskExit.exit(task, task.exitStatus());
  }

  private void endAfterFailure() {
    if (task.isExiting()) {
      return;
    }
    TaskExit.endGroup(task, Signal.SIGKILL);
    TaskExit.exit(task, Signal.SIGKILL);
  }
}
