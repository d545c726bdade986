package dev.forklift.kernel.process;

import static dev.forklift.kernel.abi.Signal.SIGCONT;
import static dev.forklift.kernel.abi.Signal.SIGKILL;
import static dev.forklift.kernel.abi.Signal.SIGSTOP;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.abi.Signal.DefaultAction;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.signal.PendingSignals;
import dev.forklift.kernel.signal.SigAction;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.signal.SignalSlot;
import dev.forklift.kernel.time.TimerTarget;
import org.jspecify.annotations.Nullable;

/// Sending signals.
public final class Signals {
  private static final long STOPPING =
      Signal.bit(SIGSTOP)
          | Signal.bit(Signal.SIGTSTP)
          | Signal.bit(Signal.SIGTTIN)
          | Signal.bit(Signal.SIGTTOU);

  private Signals() {}

  /// Sends to a process; any of its tasks that does not block the signal may take it.
  public static void sendToGroup(ThreadGroup group, SigInfo info) {
    boolean _ = send(group.leader(), group.pending(), info, true, Reach.OTHERS);
  }

  /// Sends to one task.
  public static void sendToTask(Task task, SigInfo info) {
    boolean _ = send(task, task.pending(), info, false, Reach.OTHERS);
  }

  /// Whom a signal reaches that has no handler.
  private enum Reach {
    /// All but inits: it comes from their own namespace.
    OTHERS,
    /// Inits as well, if it is SIGKILL or SIGSTOP.
    INIT,
    /// Everybody, whatever the signal: a fault.
    EVERYBODY
  }

  /// As [#sendToGroup], for a sender who is told if it fails.
  ///
  /// @throws Errno EAGAIN if the receiver's user has no room for what is told with a real-time
  ///   signal
  public static void queueToGroup(ThreadGroup group, SigInfo info) throws Errno {
    if (!send(group.leader(), group.pending(), info, true, Reach.OTHERS)) {
      throw Errno.EAGAIN;
    }
  }

  /// As [#queueToGroup], to one task.
  public static void queueToTask(Task task, SigInfo info) throws Errno {
    if (!send(task, task.pending(), info, false, Reach.OTHERS)) {
      throw Errno.EAGAIN;
    }
  }

  /// A signal that has been taken waits again where it has waited before.
  static void putBack(Task task, boolean ofProcess, SigInfo info) {
    PendingSignals queue = ofProcess ? task.group().pending() : task.pending();
    boolean _ = enqueue(task, queue, info);
    task.group().signalQueue().wakeAll();
  }

  /// Sends to all processes of a group.
  public static void sendToProcessGroup(ProcessGroup group, SigInfo info) {
    for (ThreadGroup member : group.members()) {
      sendToGroup(member, info);
    }
  }

  /// Makes sure that a fault is felt: a task that blocks or ignores the signal dies of it.
  public static void force(Task task, SigInfo info) {
    SigAction action = task.handlers().get(info.signal());
    boolean blocked = (task.blocked() & Signal.bit(info.signal())) != 0;
    if (blocked || action.isIgnore()) {
      task.handlers().set(info.signal(), SigAction.DEFAULT);
      task.setBlocked(task.blocked() & ~Signal.bit(info.signal()));
    }
    if (task.handlers().get(info.signal()).isDefault()) {
      task.group().setKillable();
    }
    boolean _ = send(task, task.pending(), info, false, Reach.EVERYBODY);
  }

  /// Says whether `sender` may signal `target` (kill(2)): same user, or CAP_KILL, or SIGCONT within
  /// the session.
  public static boolean mayKill(Task sender, Task target, int signal) {
    if (sender.group() == target.group()) {
      return true;
    }
    Credentials from = sender.credentials();
    Credentials to = target.credentials();
    return from.euid() == to.suid()
        || from.euid() == to.uid()
        || from.uid() == to.suid()
        || from.uid() == to.uid()
        || from.hasIn(to.userNamespace(), Capability.KILL)
        || (signal == SIGCONT && sender.group().session() == target.group().session());
  }

  /// After an action has changed: pending signals that are ignored now are forgotten.
  public static void forgetIfIgnored(Task task, int signal) {
    if (hasNoEffect(task, signal)) {
      discard(task.group(), Signal.bit(signal));
    }
  }

  /// Takes the next signal of a set that is pending for a task, its own ones first. Whoever waits
  /// for that to happen, as timers do, is told.
  public static @Nullable SigInfo take(Task task, long wanted) {
    SigInfo own = task.pending().take(wanted);
    SigInfo taken = own != null ? own : task.group().pending().take(wanted);
    if (taken != null && (Signal.bit(taken.signal()) & STOPPING) != 0) {
      task.stopFlags().setDequeued();
    }
    return taken == null ? null : task.group().timers().taken(taken);
  }

  /// Sends the signal of a POSIX timer to a process, or to `thread` alone.
  static TimerTarget.Sent sendTimer(ThreadGroup group, @Nullable Task thread, SigInfo info) {
    Task target = thread == null ? group.leader() : thread;
    boolean toGroup = thread == null;
    if (!admits(target, info.signal(), toGroup, Reach.OTHERS)) {
      return TimerTarget.Sent.IGNORED;
    }
    PendingSignals queue = toGroup ? group.pending() : target.pending();
    if (info.payload() instanceof SigInfo.Timer timer && queue.hasTimer(timer.id())) {
      return TimerTarget.Sent.PENDING;
    }
    queue.addTimer(info);
    tell(target, info.signal(), toGroup);
    return TimerTarget.Sent.QUEUED;
  }

  /// @return false if there is no room for it
  private static boolean send(
      Task target, PendingSignals queue, SigInfo info, boolean toGroup, Reach least) {
    Task sender = target.kernel().currentOrNull();
    boolean unseen = sender != null && isUnseen(sender, target);
    UserNamespace names = target.credentials().userNamespace();
    SigInfo shown = info.shownIn(names);
    if (sender != null) {
      DataModel model = target.kernel().abi().dataModel();
      shown = shown.carried(sender.credentials().userNamespace(), names, model);
    }
    SigInfo seen = unseen ? shown.withoutSender() : shown;
    Reach reach =
        least == Reach.OTHERS && (unseen || info.code() == SigInfo.SI_KERNEL) ? Reach.INIT : least;
    if (!admits(target, info.signal(), toGroup, reach) || queue.merges(info.signal())) {
      return true;
    }
    if (!enqueue(target, queue, seen)) {
      return false;
    }
    tell(target, info.signal(), toGroup);
    return true;
  }

  /// Makes a signal pending that does not merge with another. Where there is no room, kill(2) and
  /// signals that do not queue still bring the signal itself.
  ///
  /// @return false if it is not pending
  private static boolean enqueue(Task target, PendingSignals queue, SigInfo info) {
    SignalSlot slot = null;
    if (info.signal() != SIGKILL) {
      long limit = target.group().limits().soft(ResourceLimits.RLIMIT_SIGPENDING);
      slot = SignalSlot.takeFor(info, target.credentials(), limit);
      if (slot == null && info.isRealTime() && info.code() != SigInfo.SI_USER) {
        return false;
      }
    }
    if (slot == null) {
      queue.add(info.signal());
    } else {
      queue.add(info, slot);
    }
    return true;
  }

  /// Says whether the sender has no number in the receiver's pid namespace: it is further up.
  private static boolean isUnseen(Task sender, Task target) {
    return sender.group().pid().in(target.pidNamespace()) == 0;
  }

  /// Does what sending a signal does by itself, and says whether it is to become pending.
  private static boolean admits(Task target, int signal, boolean toGroup, Reach reach) {
    ThreadGroup group = target.group();
    boolean gone = (target.isExiting() && !toGroup) || group.isZombie() || group.isExiting();
    if (signal == 0 || gone || target.isKernelThread()) {
      return false;
    }
    prepare(group, signal);
    return reach == Reach.EVERYBODY || !isIgnored(target, signal, reach);
  }

  /// A signal has become pending: somebody acts upon it.
  private static void tell(Task target, int signal, boolean toGroup) {
    ThreadGroup group = target.group();
    group.signalQueue().wakeAll();
    Task receiver = toGroup ? pickReceiver(group, signal) : wants(target, signal) ? target : null;
    if (receiver == null) {
      return;
    }
    boolean shown =
        receiver.trace().wants(signal) || (target.ptrace().isTraced() && signal != SIGKILL);
    if (isFatal(group, receiver, signal) && !shown) {
      endGroup(group, signal);
    } else {
      receiver.kick();
    }
  }

  /// SIGCONT takes back stop signals and continues a stopped process, stop signals take back
  /// SIGCONT, whether or not they are then delivered.
  private static void prepare(ThreadGroup group, int signal) {
    if (signal == SIGCONT) {
      discard(group, STOPPING);
      TaskStop.resume(group);
    } else if ((Signal.bit(signal) & STOPPING) != 0) {
      discard(group, Signal.bit(SIGCONT));
    } else if (signal == SIGKILL) {
      TaskStop.wakeForKill(group);
    }
  }

  private static void discard(ThreadGroup group, long signals) {
    group.pending().discard(signals);
    for (Task thread : group.threadList()) {
      thread.pending().discard(signals);
    }
  }

  /// Says whether sending has no effect at all. A blocked signal is kept: the action may change
  /// before it is unblocked.
  private static boolean isIgnored(Task target, int signal, Reach reach) {
    if (((target.blocked() | target.awaited()) & Signal.bit(signal)) != 0) {
      return false;
    }
    // A tracer may want to see even what is ignored.
    if (target.ptrace().isTraced() && signal != SIGKILL) {
      return false;
    }
    if (hasNoEffect(target, signal)) {
      return true;
    }
    // Only handlers reach an init from within its namespace (pid_namespaces(7)).
    boolean insistent = reach == Reach.INIT && (signal == SIGKILL || signal == SIGSTOP);
    return target.group().isUnkillable() && target.handlers().get(signal).isDefault() && !insistent;
  }

  /// Says whether delivering the signal would do nothing.
  static boolean hasNoEffect(Task target, int signal) {
    SigAction action = target.handlers().get(signal);
    if (action.isIgnore()) {
      return true;
    }
    if (!action.isDefault()) {
      return false;
    }
    return Signal.defaultAction(signal) == DefaultAction.IGNORE;
  }

  private static boolean isFatal(ThreadGroup group, Task target, int signal) {
    if (group.isExiting()) {
      return false;
    }
    return signal == SIGKILL
        || (!group.isUnkillable()
            && (target.awaited() & Signal.bit(signal)) == 0
            && target.handlers().get(signal).isDefault()
            && Signal.defaultAction(signal) == DefaultAction.TERMINATE);
  }

  /// A signal that will kill does so at once, all tasks together, so that none of them goes on in
  /// the meantime. Core-dumping ones wait for delivery.
  private static void endGroup(ThreadGroup group, int signal) {
    group.setExiting(signal);
    group.threadList().forEach(Task::kickToEnd);
  }

  private static boolean wants(Task task, int signal) {
    return (task.blocked() & Signal.bit(signal)) == 0 && !task.isExiting();
  }

  private static @Nullable Task pickReceiver(ThreadGroup group, int signal) {
    if (wants(group.leader(), signal)) {
      return group.leader();
    }
    for (Task thread : group.threadList()) {
      if (wants(thread, signal)) {
        return thread;
      }
    }
    return null;
  }
}
