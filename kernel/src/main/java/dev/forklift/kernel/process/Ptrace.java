package dev.forklift.kernel.process;

import static dev.forklift.kernel.abi.PtraceNumbers.PTRACE_EVENTMSG_SYSCALL_ENTRY;
import static dev.forklift.kernel.abi.PtraceNumbers.PTRACE_EVENTMSG_SYSCALL_EXIT;
import static dev.forklift.kernel.abi.PtraceNumbers.PTRACE_EVENT_EXEC;
import static dev.forklift.kernel.abi.PtraceNumbers.PTRACE_EVENT_EXIT;
import static dev.forklift.kernel.abi.PtraceNumbers.PTRACE_EVENT_STOP;
import static dev.forklift.kernel.abi.PtraceNumbers.PTRACE_O_TRACESYSGOOD;

import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.wait.KernelClock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A task's part in ptrace(2): by whom it is traced and where it has stopped for that, and whom it
/// traces itself. Who may begin and how it ends, [PtraceLink] says.
public final class Ptrace {
  private static final int EVENT_SHIFT = 8;

  private final Task task;
  private final List<Task> tracees = new ArrayList<>(0);

  private @Nullable Task tracer;
  private @Nullable Credentials linkedBy;
  private boolean seized;
  private int options;
  private boolean atSystemCalls;

  private boolean stopped;
  private int code;
  private long message;
  private @Nullable SigInfo info;

  Ptrace(Task task) {
    this.task = task;
  }

  // Who traces whom.

  /// The tasks it traces, the last one first.
  List<Task> tracees() {
    return tracees;
  }

  /// The task that traces it, or null.
  public @Nullable Task tracer() {
    return tracer;
  }

  @Nullable Credentials linkedBy() {
    return linkedBy;
  }

  /// Says whether whoever began to trace it had the right to look into anything in a namespace.
  /// Nobody has, too.
  boolean isTracerCapable(UserNamespace namespace) {
    return linkedBy == null || linkedBy.hasIn(namespace, Capability.SYS_PTRACE);
  }

  public boolean isTraced() {
    return tracer != null;
  }

  /// Says whether its tracer came by PTRACE_SEIZE.
  public boolean isSeized() {
    return seized;
  }

  /// Says whether it has a tracer that is not its parent.
  boolean isReparented() {
    return tracer != null && tracer.group() != task.realParent().group();
  }

  /// `PTRACE_O_*`.
  public int options() {
    return options;
  }

  public void setOptions(int options) {
    this.options = options;
  }

  /// From now on `by` traces it.
  ///
  /// @param who asked for it, as he was then
  void link(Task by, Credentials who, boolean seize, int withOptions) {
    tracer = by;
    linkedBy = who;
    seized = seize;
    options = withOptions;
    by.ptrace().tracees.addFirst(task);
  }

  /// Nobody traces it any more; it goes on, unless its process is stopped.
  void unlink() {
    Task by = tracer;
    if (by == null) {
      return;
    }
    by.ptrace().tracees.remove(task);
    tracer = null;
    linkedBy = null;
    seized = false;
    options = 0;
    atSystemCalls = false;
    StopFlags flags = task.stopFlags();
    flags.clearTrap();
    flags.clearNotice();
    if (!task.isExiting() && task.group().stop().isInForce() && !flags.isStopPending()) {
      int signal = flags.signal();
      flags.requestStop(signal == 0 ? Signal.SIGSTOP : signal, false);
    }
    goOn();
    task.kick();
  }

  // Stopping.

  /// Says whether it stands still for its tracer.
  public boolean isStopped() {
    return stopped;
  }

  /// Says whether its tracer may do something with it: it stands still, and is not listened to.
  public boolean isAtTracersDisposal() {
    return stopped && !task.stopFlags().isListening() && !hasTakenOverItsId();
  }

  /// A debugger that does not know of exec events would take the task for the old leader.
  private boolean hasTakenOverItsId() {
    Task by = tracer;
    return by != null
        && code == (PTRACE_EVENT_EXEC << EVENT_SHIFT | Signal.SIGTRAP)
        && task.pid().in(by.pidNamespace()) != message;
  }

  /// What wait reports of its stop (`exit_code`); 0 once it has.
  int stopCode() {
    return code;
  }

  void sawStop() {
    code = 0;
  }

  /// What PTRACE_GETEVENTMSG answers.
  public long message() {
    return message;
  }

  /// What PTRACE_GETSIGINFO answers; null at a stop of the process.
  public @Nullable SigInfo info() {
    return info;
  }

  /// PTRACE_SETSIGINFO.
  public void setInfo(SigInfo info) {
    this.info = info;
  }

  /// Stands still until the tracer lets it go on or it is to end.
  ///
  /// @param stopCode what wait reports
  /// @param why what SIGCHLD tells
  /// @return the signal that the tracer sends it on with, or 0
  private int stop(int stopCode, int why, long eventMessage, @Nullable SigInfo shown) {
    message = eventMessage;
    info = shown;
    code = stopCode;
    StopFlags flags = task.stopFlags();
    boolean processStopped =
        why == SigInfo.CLD_STOPPED && flags.isStopPending() && TaskStop.participate(task);
    flags.clearTrap();
    if (shown != null && shown.code() >> EVENT_SHIFT == PTRACE_EVENT_STOP) {
      flags.clearNotice();
    }
    stopped = true;
    TaskStop.tell(task, true, why);
    if (processStopped && isReparented()) {
      TaskStop.tell(task, false, why);
    }
    task.group().threadQueue().wakeAll();
    task.cgroup().standStill();
    while (stopped) {
      task.sleep(KernelClock.NEVER);
    }
    task.cgroup().goOn();
    int answer = code;
    code = 0;
    message = 0;
    flags.setListening(false);
    return answer;
  }

  private boolean cannotStop() {
    return tracer == null || task.fatalSignalPending();
  }

  private void goOn() {
    stopped = false;
  }

  /// Its tracer lets it go on.
  ///
  /// @param signal what it is to act upon, or 0
  /// @param systemCalls whether it stops at its next system call
  public void resume(int signal, boolean systemCalls) {
    atSystemCalls = systemCalls;
    code = signal;
    goOn();
    task.wake();
  }

  /// Its tracer wanted to let it go on in a way there is not.
  public void forgetSystemCalls() {
    atSystemCalls = false;
  }

  void setAnswer(int signal) {
    code = signal;
  }

  /// It is to end, which ends its stop.
  void wakeForEnd() {
    if (stopped) {
      goOn();
      task.wake();
    }
  }

  // Stops at signals.

  /// Lets the tracer see a signal before it is acted upon.
  ///
  /// @param ofProcess whether it was sent to the process as a whole
  /// @return what to act upon, or null
  @Nullable SigInfo show(SigInfo taken, boolean ofProcess) {
    if (taken.signal() == Signal.SIGKILL || cannotStop()) {
      return taken;
    }
    task.stopFlags().setDequeued();
    int chosen = stop(taken.signal(), SigInfo.CLD_TRAPPED, 0, taken);
    SigInfo kept = info;
    info = null;
    if (chosen == 0 || kept == null) {
      return null;
    }
    SigInfo result = kept;
    if (chosen != kept.signal()) {
      Task from = task.parent();
      int uid = task.credentials().userNamespace().uid(from.credentials().uid());
      result = SigInfo.user(chosen, from.pid().in(task.pidNamespace()), uid);
    }
    if ((task.blocked() & Signal.bit(chosen)) != 0 || task.fatalSignalPending()) {
      Signals.putBack(task, ofProcess, result);
      return null;
    }
    return result;
  }

  // Stops at system calls and other events.

  private int notifyTracer(int signal, int stopCode, int why, long eventMessage) {
    if (cannotStop()) {
      return 0;
    }
    return stopWithOwnInfo(signal, stopCode, why, eventMessage);
  }

  private int stopWithOwnInfo(int signal, int stopCode, int why, long eventMessage) {
    int uid = task.credentials().userNamespace().uid(task.credentials().uid());
    SigInfo own = new SigInfo(signal, 0, stopCode, new SigInfo.Sender(task.tid(), uid, 0));
    int answer = stop(stopCode, why, eventMessage, own);
    info = null;
    return answer;
  }

  /// Says whether it is to stop at its next system call.
  public boolean stopsAtSystemCalls() {
    return atSystemCalls && tracer != null;
  }

  /// A system call begins; the tracer may change what is in the registers.
  public void systemCallBegins() {
    atSystemCall(PTRACE_EVENTMSG_SYSCALL_ENTRY);
  }

  /// A system call has been answered, if it is not one from which nobody comes back.
  public void systemCallEnds() {
    if (task.isDying()) {
      return;
    }
    CutShortCall.withItsAnswer(task, () -> atSystemCall(PTRACE_EVENTMSG_SYSCALL_EXIT));
  }

  private void atSystemCall(int which) {
    int mark = (options & PTRACE_O_TRACESYSGOOD) != 0 ? 0x80 : 0;
    int sent = notifyTracer(Signal.SIGTRAP, Signal.SIGTRAP | mark, SigInfo.CLD_TRAPPED, which);
    if (Signal.isValid(sent)) {
      Signals.sendToTask(task, SigInfo.kernel(sent));
    }
  }

  /// Says whether the tracer wants to see an event.
  boolean wants(int event) {
    return tracer != null && (options >> event & 1) != 0;
  }

  /// Something has happened that the tracer may want to see.
  void event(int event, long eventMessage) {
    if (wants(event)) {
      int stopCode = event << EVENT_SHIFT | Signal.SIGTRAP;
      if (event == PTRACE_EVENT_EXIT) {
        // Whoever is killed stops here all the same, so that it can be looked at.
        stopWithOwnInfo(Signal.SIGTRAP, stopCode, SigInfo.CLD_TRAPPED, eventMessage);
      } else {
        notifyTracer(Signal.SIGTRAP, stopCode, SigInfo.CLD_TRAPPED, eventMessage);
      }
    } else if (event == PTRACE_EVENT_EXEC && tracer != null && !seized) {
      Signals.sendToTask(task, SigInfo.user(Signal.SIGTRAP, task.tgid(), task.credentials().uid()));
    }
  }

  /// As [#event], of a task, whose id the tracer is told as it sees it.
  void eventOf(int event, Pid about) {
    Task by = tracer;
    if (by != null) {
      event(event, about.in(by.pidNamespace()));
    }
  }

  // Stops that the tracer has asked for, and those of the process.

  /// Stands still because its tracer wants it, or with its process.
  void jobControlTrap() {
    int signal = task.stopFlags().signal();
    if (!seized) {
      if (!cannotStop()) {
        var _ = stop(signal, SigInfo.CLD_STOPPED, 0, null);
      }
      return;
    }
    int shown = task.group().stop().isInForce() ? signal : Signal.SIGTRAP;
    notifyTracer(shown, PTRACE_EVENT_STOP << EVENT_SHIFT | shown, SigInfo.CLD_STOPPED, 0);
  }

  /// PTRACE_INTERRUPT.
  public void interrupt() {
    if (task.stopFlags().requestTrap()) {
      trapAgain(task.stopFlags().isListening());
    }
  }

  /// PTRACE_LISTEN: stays where it is, but counts as going on until the stop of the process ends.
  ///
  /// @return false if it has not stopped with its process
  public boolean listen() {
    SigInfo shown = info;
    if (shown == null || shown.code() >> EVENT_SHIFT != PTRACE_EVENT_STOP) {
      return false;
    }
    task.stopFlags().setListening(true);
    if (task.stopFlags().isNoticePending()) {
      trapAgain(true);
    }
    return true;
  }

  private void trapAgain(boolean fromStop) {
    if (fromStop) {
      goOn();
    }
    task.kick();
  }

  /// Its process is to stop.
  void noteStop() {
    if (seized) {
      noteChange();
    } else {
      task.kick();
    }
  }

  /// Its process goes on.
  void noteContinue() {
    if (seized) {
      noteChange();
    }
  }

  private void noteChange() {
    task.stopFlags().requestNotice();
    trapAgain(task.stopFlags().isListening());
  }
}
