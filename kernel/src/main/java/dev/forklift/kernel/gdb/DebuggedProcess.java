package dev.forklift.kernel.gdb;

import dev.forklift.engine.cpu.DebugEngine;
import dev.forklift.engine.cpu.Engine;
import dev.forklift.engine.cpu.StopPoints;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.process.Kernel;
import dev.forklift.kernel.process.Signals;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.ThreadGroup;
import dev.forklift.kernel.process.TraceStop;
import dev.forklift.kernel.process.Tracer;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.wait.KernelLock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The process that is debugged. When one of its tasks stops, all are made to; when all stand
/// still, the stop can be reported.
///
/// Everything but the construction wants the kernel lock.
final class DebuggedProcess implements Tracer {
  /// What there is to report.
  sealed interface Report {
    /// A task has stopped for a reason of its own.
    record Stop(Task task, TraceStop why) implements Report {}

    /// The debugger's interrupt has stopped the process.
    record Interrupted(Task task) implements Report {}

    /// The process has ended with this wait status.
    record Ended(int status) implements Report {}
  }

  private final Kernel kernel;
  private final Runnable changed;
  private final StopPoints points = new StopPoints();
  private final Engine engine = new DebugEngine(points);

  private @Nullable ThreadGroup group;
  private boolean attached = true;
  private boolean connected;
  private boolean interrupting;
  private boolean ended;
  private int status;
  private Set<Integer> passed = Set.of();

  /// Stops that the debugger has not been told of yet, in order.
  private final Map<Task, TraceStop> unreported = new LinkedHashMap<>();

  /// Signals that tasks have stopped for and have not acted upon yet.
  private final Map<Task, SigInfo> signalled = new HashMap<>();

  /// Signals that the debugger has sent, which it need not be asked about.
  private final Map<Task, Integer> injected = new HashMap<>();

  /// @param changed told whenever there may be something to report
  DebuggedProcess(Kernel kernel, Runnable changed) {
    this.kernel = kernel;
    this.changed = changed;
  }

  KernelLock lock() {
    return kernel.lock();
  }

  Kernel kernel() {
    return kernel;
  }

  StopPoints points() {
    return points;
  }

  // As a tracer.

  @Override
  public Engine engine() {
    return engine;
  }

  @Override
  public boolean wants(Task task, int signal) {
    return connected && !passed.contains(signal) && injected.getOrDefault(task, 0) != signal;
  }

  @Override
  public void stopped(Task task, TraceStop stop) {
    if (!attached) {
      task.trace().detach();
      return;
    }
    if (group == null) {
      group = task.group();
    }
    switch (stop) {
      case TraceStop.Asked() -> {}
      case TraceStop.Signalled(SigInfo info) -> {
        signalled.put(task, info);
        unreported.put(task, stop);
      }
      case TraceStop.Breakpoint(),
          TraceStop.Stepped(),
          TraceStop.Watched(var _, var _),
          TraceStop.Executed() ->
          unreported.put(task, stop);
    }
    if (unreported.containsKey(task)) {
      holdAll();
    }
    changed.run();
  }

  @Override
  public void created(Task child) {
    // It is found in the group when somebody asks.
  }

  @Override
  public void exited(Task task, boolean last) {
    unreported.remove(task);
    signalled.remove(task);
    injected.remove(task);
    if (last) {
      ended = true;
      status = task.group().isExiting() ? task.group().exitCode() : task.exitStatus();
    }
    changed.run();
  }

  // Tasks.

  /// Its tasks that live.
  List<Task> tasks() {
    ThreadGroup process = group;
    return process == null
        ? List.of()
        : process.threads().stream().filter(task -> !task.isExiting()).toList();
  }

  @Nullable Task find(int tid) {
    for (Task task : tasks()) {
      if (task.tid() == tid) {
        return task;
      }
    }
    return null;
  }

  private void holdAll() {
    tasks().forEach(task -> task.trace().hold());
  }

  // Stopping and going on.

  /// A debugger is there, and wants to know of signals.
  void connect() {
    connected = true;
  }

  /// Signals that the debugger does not want to know of.
  void pass(Set<Integer> signals) {
    passed = new HashSet<>(signals);
  }

  /// Makes it stop, wherever it is.
  void interrupt() {
    interrupting = true;
    holdAll();
  }

  /// Says whether it is coming to a stop, or has.
  boolean isStopping() {
    return ended || interrupting || !unreported.isEmpty();
  }

  /// What there is to report now that everything stands still, or null if nothing is or does.
  @Nullable Report takeReport() {
    if (ended) {
      return new Report.Ended(status);
    }
    if (unreported.isEmpty() && !interrupting) {
      return null;
    }
    List<Task> tasks = tasks();
    holdAll();
    if (tasks.isEmpty() || !tasks.stream().allMatch(task -> task.trace().isQuiet())) {
      return null;
    }
    boolean interrupted = interrupting;
    interrupting = false;
    if (unreported.isEmpty()) {
      return interrupted ? new Report.Interrupted(tasks.getFirst()) : null;
    }
    Map.Entry<Task, TraceStop> first = unreported.entrySet().iterator().next();
    unreported.remove(first.getKey());
    // What has not been executed yet will be met again.
    unreported
        .values()
        .removeIf(why -> why instanceof TraceStop.Breakpoint || why instanceof TraceStop.Stepped);
    return new Report.Stop(first.getKey(), first.getValue());
  }

  /// Lets tasks go on, unless one of them has stopped for something not reported yet.
  void resume(Resumption how) {
    List<Task> tasks = tasks();
    for (Task task : tasks) {
      if (how.of(task.tid()) != null && unreported.containsKey(task)) {
        return;
      }
    }
    injected.clear();
    for (Task task : tasks) {
      Resumption.Action action = how.of(task.tid());
      if (action != null) {
        deliver(task, GdbSignals.toLinux(action.signal()));
        task.trace().resume(action.step());
      }
    }
  }

  private void deliver(Task task, int signal) {
    SigInfo had = signalled.remove(task);
    if (had != null) {
      SigInfo other = signal == 0 ? null : SigInfo.user(signal, 0, 0);
      task.trace().setSignal(had.signal() == signal ? had : other);
    } else if (signal != 0) {
      injected.put(task, signal);
      Signals.sendToTask(task, SigInfo.user(signal, 0, 0));
    }
  }

  /// The signal that a task is about to act upon, or null.
  @Nullable SigInfo signalOf(Task task) {
    return signalled.get(task);
  }

  /// Ends it.
  void kill() {
    ThreadGroup process = group;
    if (process != null && !ended) {
      Signals.sendToGroup(process, SigInfo.kernel(Signal.SIGKILL));
    }
  }

  /// Lets go of it: it runs on as if nobody had looked at it.
  void detach() {
    if (!attached) {
      return;
    }
    attached = false;
    connected = false;
    points.clear();
    unreported.clear();
    signalled.clear();
    tasks().forEach(task -> task.trace().detach());
  }
}
