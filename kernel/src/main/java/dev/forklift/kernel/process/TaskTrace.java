package dev.forklift.kernel.process;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.cpu.Engine;
import dev.forklift.engine.cpu.Exit;
import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.Sleeper;
import org.jspecify.annotations.Nullable;

/// How a task is kept from running: by a tracer, or while its process is being dumped.
///
/// A task stops only on its way to user mode, with nothing half done. One that sleeps in a system
/// call is woken for it as if by a signal; it then shows itself to be at the trap instruction, with
/// the arguments of the call in its registers, and makes the call again when it goes on (or answers
/// EINTR, should a handler run first), unless the tracer has sent it elsewhere.
public final class TaskTrace {
  private final Task task;
  private @Nullable Tracer tracer;
  private boolean held;
  private boolean standing;
  private boolean stepping;
  private boolean stepped;
  private @Nullable TraceStop reason;
  private @Nullable SigInfo signal;

  TaskTrace(Task task) {
    this.task = task;
  }

  /// Says whether somebody controls it.
  public boolean isTraced() {
    return tracer != null;
  }

  /// From now on `tracer` controls it.
  public void attach(Tracer by) {
    tracer = by;
  }

  /// Nobody controls it any more; it goes on.
  public void detach() {
    tracer = null;
    resume(false);
  }

  /// A new task of the same process is controlled by the same tracer, and held like its maker.
  void inherit(TaskTrace parent) {
    tracer = parent.tracer;
    held = parent.held;
    if (tracer != null) {
      tracer.created(task);
    }
  }

  /// Makes it stop as soon as it can.
  public void hold() {
    if (!held) {
      held = true;
      stepping = false;
      task.kick();
    }
  }

  /// Lets it go on.
  ///
  /// @param step whether for one instruction only
  public void resume(boolean step) {
    held = false;
    stepping = step && tracer != null;
    stepped = false;
    if (standing) {
      task.wake();
    }
  }

  /// Says whether it stands still.
  public boolean isStanding() {
    return standing;
  }

  /// Says whether it runs no guest code, and will run none while it is held.
  public boolean isQuiet() {
    Sleeper.Mode sleeping = task.sleeping();
    return standing
        || task.isExiting()
        || task.isStopped()
        || task.ptrace().isStopped()
        || (held && sleeping != null && sleeping != Sleeper.Mode.INTERRUPTIBLE);
  }

  /// The signal it is to act upon when it goes on after [TraceStop.Signalled], or null for none.
  public void setSignal(@Nullable SigInfo info) {
    signal = info;
  }

  /// Says whether it has to come to a stop and has not yet.
  boolean isStopDue() {
    return held && !standing;
  }

  /// Says whether the tracer wants to see a signal before it does anything.
  boolean wants(int number) {
    return tracer != null && number != Signal.SIGKILL && tracer.wants(task, number);
  }

  /// Stands still for whatever it is held for.
  void standStill() {
    TraceStop why = reason;
    stop(why == null ? new TraceStop.Asked() : why);
  }

  /// Lets the tracer see a signal before it is acted upon.
  ///
  /// @return what to act upon, or null
  @Nullable SigInfo show(SigInfo info) {
    if (!wants(info.signal())) {
      return info;
    }
    signal = info;
    stop(new TraceStop.Signalled(info));
    SigInfo chosen = signal;
    signal = null;
    return chosen;
  }

  /// It has become another program.
  void executed() {
    if (tracer != null) {
      stopBeforeUserMode(new TraceStop.Executed());
    }
  }

  void exited(boolean last) {
    if (tracer != null) {
      tracer.exited(task, last);
    }
  }

  private void stopBeforeUserMode(TraceStop why) {
    held = true;
    stepping = false;
    reason = why;
  }

  private void stop(TraceStop why) {
    CutShortCall.atItsTrap(
        task,
        () -> {
          standAt(why);
          return null;
        });
  }

  private void standAt(TraceStop why) {
    held = true;
    standing = true;
    task.cgroup().standStill();
    stepping = false;
    reason = null;
    task.group().threadQueue().wakeAll();
    if (tracer != null) {
      tracer.stopped(task, why);
    }
    while (held && !task.fatalSignalPending()) {
      task.sleep(KernelClock.NEVER);
    }
    standing = false;
    task.cgroup().goOn();
  }

  // Running.

  /// Runs guest code as the tracer wants it. Called without the kernel lock.
  Exit run(Engine engine, Cpu cpu, AddressSpace space) {
    Tracer by = tracer;
    if (by == null) {
      return engine.run(cpu, space);
    }
    if (stepping) {
      stepped = true;
      return by.engine().step(cpu, space);
    }
    return by.engine().run(cpu, space);
  }

  /// Guest code has come back, and whatever it came back for has been done.
  void ran(Exit exit, long from) {
    switch (exit) {
      case BREAKPOINT -> stopBeforeUserMode(new TraceStop.Breakpoint());
      case WATCHPOINT ->
          stopBeforeUserMode(
              new TraceStop.Watched(task.cpu().watchedAddress(), task.cpu().watchedAccess()));
      case SAFE_POINT, TRAP, FAULT, EXCEPTION -> {
        // A fault that has been put right leaves the instruction still to be done.
        boolean done = exit != Exit.FAULT || task.cpu().pc() != from;
        if (stepping && stepped && done) {
          stopBeforeUserMode(new TraceStop.Stepped());
        }
      }
    }
    stepped = false;
  }
}
