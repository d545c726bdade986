package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.signal.SigAction;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.wait.KernelClock;

/// Stopping and continuing of processes: job control.
final class TaskStop {
  private TaskStop() {}

  /// A task has taken a stop signal: all tasks of the process are to stand still.
  static void begin(ThreadGroup group, int signal) {
    if (group.stop().signal() == 0) {
      group.stop().request(signal);
      group.threadList().forEach(Task::kick);
    }
  }

  /// Stands still until the process is continued or killed. Called by each task on its way to user
  /// mode while a stop is in force.
  static void standStill(Task task) {
    ThreadGroup group = task.group();
    GroupStop stop = group.stop();
    task.setStopped(true);
    task.cgroup().standStill();
    stop.threadStopped();
    if (!stop.isComplete() && stop.stoppedThreads() >= group.liveThreads()) {
      complete(group);
    }
    while (stop.signal() != 0 && !task.fatalSignalPending()) {
      task.sleep(KernelClock.NEVER);
    }
    stop.threadContinued();
    task.setStopped(false);
    task.cgroup().goOn();
  }

  /// A task has ended: if all others stand still already, the process is stopped now.
  static void threadGone(ThreadGroup group) {
    GroupStop stop = group.stop();
    if (stop.signal() != 0
        && !stop.isComplete()
        && group.liveThreads() > 0
        && stop.stoppedThreads() >= group.liveThreads()) {
      complete(group);
    }
  }

  /// SIGCONT.
  static void resume(ThreadGroup group) {
    boolean wasStopped = group.stop().resume();
    group
        .threadList()
        .forEach(t -> {
          if (t.isStopped()) {
            t.wake();
          }
        });
    if (wasStopped) {
      tellParent(group, SigInfo.CLD_CONTINUED, Signal.SIGCONT);
    }
  }

  /// SIGKILL ends a stop without a word to the parent.
  static void wakeForKill(ThreadGroup group) {
    group.threadList().forEach(Task::wake);
  }

  private static void complete(ThreadGroup group) {
    group.stop().setComplete();
    tellParent(group, SigInfo.CLD_STOPPED, group.stop().signal());
  }

  private static void tellParent(ThreadGroup group, int code, int status) {
    Task leader = group.leader();
    ThreadGroup parent = leader.parent().group();
    SigAction action = parent.leader().handlers().get(Signal.SIGCHLD);
    if (!action.isIgnore() && !action.has(SigAction.SA_NOCLDSTOP)) {
      Signals.sendToGroup(parent, ChildStatus.info(leader, parent, code, status));
    }
    parent.childQueue().wakeAll();
  }
}
