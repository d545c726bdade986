package dev.forklift.kernel.process;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.arch.SignalFrame;
import dev.forklift.kernel.signal.AltStack;
import dev.forklift.kernel.signal.SigAction;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.wait.KernelClock;

/// What happens on the way back to user mode: signals are acted upon, cut-short system calls made
/// again or answered with EINTR, handlers entered. And the way back from a handler.
final class SignalDelivery {
  private SignalDelivery() {}

  /// Acts upon everything pending. Afterwards the task either runs on in user mode or has to end,
  /// which [Task#isDying] tells.
  static void beforeUserMode(Task task) {
    while (true) {
      if (task.fatalSignalPending()) {
        task.cgroup().goOnToEnd();
        return;
      }
      if (TaskStop.tellContinued(task)) {
        continue;
      }
      if (stoppedWithProcess(task)) {
        continue;
      }
      if (task.trace().isStopDue()) {
        task.trace().standStill();
        continue;
      }
      if (task.cgroup().isFreezing()) {
        freeze(task);
        continue;
      }
      boolean ownFirst = (task.pending().set() & ~task.blocked()) != 0;
      SigInfo taken = Signals.take(task, ~task.blocked());
      if (taken == null) {
        break;
      }
      SigInfo shown = CutShortCall.atItsTrap(task, () -> task.ptrace().show(taken, !ownFirst));
      SigInfo info = shown == null ? null : task.trace().show(shown);
      if (info == null || task.fatalSignalPending()) {
        continue;
      }
      SigAction action = task.handlers().get(info.signal());
      if (action.isIgnore() || (action.isDefault() && !actByDefault(task, info))) {
        continue;
      }
      if (action.isDefault()) {
        return;
      }
      enter(task, info, action);
      return;
    }
    restartWithoutHandler(task);
    Long mask = task.takeSavedBlocked();
    if (mask != null) {
      task.setBlocked(mask);
      if (task.signalPending()) {
        beforeUserMode(task);
      }
    }
  }

  /// Stands still as long as the control group is to, or something more urgent comes.
  private static void freeze(Task task) {
    task.cgroup().standStill();
    while (task.cgroup().isFreezing()
        && !task.fatalSignalPending()
        && !task.trace().isStopDue()
        && !task.stopFlags().anyPending()) {
      task.sleep(KernelClock.NEVER);
    }
    task.cgroup().goOn();
  }

  /// Stands still because the process does, or because the tracer wants it.
  ///
  /// @return whether there was anything to stand still for
  private static boolean stoppedWithProcess(Task task) {
    StopFlags flags = task.stopFlags();
    if (flags.isStopPending()) {
      TaskStop.join(task);
    } else if (!flags.isTrapPending()) {
      return false;
    }
    if (flags.isTrapPending()) {
      CutShortCall.atItsTrap(
          task,
          () -> {
            task.ptrace().jobControlTrap();
            return null;
          });
    }
    return true;
  }

  /// The default action.
  ///
  /// @return whether the task ends
  private static boolean actByDefault(Task task, SigInfo info) {
    int signal = info.signal();
    ThreadGroup group = task.group();
    if (group.isUnkillable() && signal != Signal.SIGKILL && signal != Signal.SIGSTOP) {
      return false;
    }
    return switch (Signal.defaultAction(signal)) {
      case IGNORE, CONTINUE -> false;
      case STOP -> {
        if (signal == Signal.SIGSTOP || !group.processGroup().isOrphaned(null)) {
          TaskStop.begin(task, signal);
        }
        yield false;
      }
      case TERMINATE -> {
        TaskExit.endGroup(task, signal);
        yield true;
      }
      case CORE -> {
        CoreDump.die(task, info);
        yield true;
      }
    };
  }

  /// A system call was cut short, and no handler runs: it is made again.
  private static void restartWithoutHandler(Task task) {
    Errno code = task.interruptedCall();
    if (code == null) {
      return;
    }
    task.setInterruptedCall(null);
    Cpu cpu = task.cpu();
    if (code == Errno.ERESTART_RESTARTBLOCK) {
      cpu.setRegister(
          task.kernel().abi().syscallRegisters().number(), task.kernel().abi().restartSyscall());
    }
    // The registers still hold the arguments: run the trap once more.
    task.rewindToTrap();
  }

  /// A system call was cut short and a handler runs: it is made again afterwards or answers EINTR.
  private static void restartWithHandler(Task task, SigAction action) {
    Errno code = task.interruptedCall();
    if (code == null) {
      return;
    }
    task.setInterruptedCall(null);
    boolean again =
        code == Errno.ERESTARTNOINTR
            || (code == Errno.ERESTARTSYS && action.has(SigAction.SA_RESTART));
    if (again) {
      task.rewindToTrap();
    } else {
      task.forgetRestart();
      task.kernel().abi().fail(task.cpu(), Errno.EINTR.number());
    }
  }

  private static void enter(Task task, SigInfo info, SigAction action) {
    restartWithHandler(task, action);
    LinuxAbi abi = task.kernel().abi();
    Cpu cpu = task.cpu();
    abi.restartKuserSequence(cpu);
    SignalFrame layout = abi.signalFrame();
    AltStack alt = task.altStack();
    long sp = cpu.unsignedRegister(abi.stackPointer());
    boolean onAlt = alt.contains(sp);
    boolean switching =
        action.has(SigAction.SA_ONSTACK) && !onAlt && (alt.flags() & AltStack.SS_DISABLE) == 0;
    long top = switching ? alt.address() + alt.size() : sp;
    long address = layout.place(top);
    Long saved = task.takeSavedBlocked();
    long mask = saved != null ? saved : task.blocked();
    if (onAlt && !alt.contains(address)) {
      badFrame(task, info.signal());
      return;
    }
    int altFlags =
        (alt.flags() & AltStack.SS_DISABLE) != 0
            ? AltStack.SS_DISABLE
            : (onAlt ? AltStack.SS_ONSTACK : 0) | (alt.flags() & AltStack.SS_AUTODISARM);
    byte[] frame =
        layout.build(
            cpu,
            info.toBytes(abi.dataModel()),
            new SignalFrame.Context(mask, alt.address(), altFlags, alt.size()));
    try {
      task.memory().user().write(address, frame);
    } catch (Errno e) {
      badFrame(task, info.signal());
      return;
    }
    if ((alt.flags() & AltStack.SS_AUTODISARM) != 0 && switching) {
      task.setAltStack(AltStack.NONE);
    }
    long restorer = action.has(SigAction.SA_RESTORER) ? action.restorer() : 0;
    layout.enterHandler(
        cpu, address, info.signal(), action.handler(), action.has(SigAction.SA_SIGINFO), restorer);
    long blocked = task.blocked() | action.mask();
    if (!action.has(SigAction.SA_NODEFER)) {
      blocked |= Signal.bit(info.signal());
    }
    task.setBlocked(blocked);
    if (action.has(SigAction.SA_RESETHAND)) {
      task.handlers()
          .set(
              info.signal(),
              new SigAction(SigAction.SIG_DFL, action.flags(), action.mask(), action.restorer()));
    }
  }

  /// The frame cannot be written: SIGSEGV, without its handler if that is what failed.
  private static void badFrame(Task task, int signal) {
    if (signal == Signal.SIGSEGV) {
      task.handlers().set(Signal.SIGSEGV, SigAction.DEFAULT);
    }
    Signals.force(task, SigInfo.kernel(Signal.SIGSEGV));
    beforeUserMode(task);
  }

  /// rt_sigreturn(2).
  static void returnFromHandler(Task task) {
    LinuxAbi abi = task.kernel().abi();
    SignalFrame layout = abi.signalFrame();
    task.setInterruptedCall(null);
    task.forgetRestart();
    try {
      byte[] frame = new byte[layout.size()];
      task.memory().user().read(layout.addressAtReturn(task.cpu()), frame);
      SignalFrame.Context context = layout.restore(task.cpu(), frame);
      if (context == null) {
        throw Errno.EFAULT;
      }
      task.setBlocked(context.mask());
      restoreAltStack(task, context);
    } catch (Errno e) {
      Signals.force(task, SigInfo.kernel(Signal.SIGSEGV));
    }
  }

  private static void restoreAltStack(Task task, SignalFrame.Context context) {
    int flags = context.altStackFlags() & ~AltStack.SS_ONSTACK;
    AltStack restored =
        (flags & AltStack.SS_DISABLE) != 0
            ? AltStack.NONE
            : new AltStack(context.altStackAddress(), flags, context.altStackSize());
    task.setAltStack(restored);
  }
}
