package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.signal.SigAction;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.wait.KernelClock;

/// Stopping and continuing of processes: job control.
final class TaskStop {
  private TaskStop() {}

  /// A task acts upon a stop signal: all tasks of the process are to stand still, this one now.
  static void begin(Task task, int signal) {
    ThreadGroup group = task.group();
    StopFlags flags = task.stopFlags();
    if (!flags.isStopPending()) {
      if (!flags.isDequeued() || group.isExiting() || group.isExecuting()) {
        return;
      }
      group.stop().begin(signal);
      for (Task thread : group.threadList()) {
        boolean standing = thread != task && thread.isStopped();
        if (!standing && thread.stopFlags().requestStop(signal, true)) {
          group.stop().expectOne();
          if (thread != task) {
            thread.ptrace().noteStop();
          }
        }
      }
    }
    join(task);
  }

  /// Stands still until the process is continued or killed, or, if traced, prepares to do so before
  /// the tracer's eyes. Called by each task on its way to user mode while it has to.
  static void join(Task task) {
    if (task.ptrace().isTraced()) {
      // It counts as stopped when it stands still.
      task.stopFlags().requestTrap();
      return;
    }
    if (participate(task)) {
      tell(task, false, SigInfo.CLD_STOPPED);
    }
    task.setStopped(true);
    task.cgroup().standStill();
    while (task.isStopped() && !task.fatalSignalPending()) {
      task.sleep(KernelClock.NEVER);
    }
    task.setStopped(false);
    task.cgroup().goOn();
  }

  /// A task stands still, or has ended, while its process is to stop.
  ///
  /// @return whether the process is stopped now and was not before
  static boolean participate(Task task) {
    return task.stopFlags().clearStop() && task.group().stop().countDown();
  }

  /// A task ends: if all others stand still already, the process is stopped now.
  static void taskEnds(Task task) {
    if (task.stopFlags().isStopPending() && participate(task)) {
      tell(task, false, SigInfo.CLD_STOPPED);
    }
  }

  /// A new task of a process that is being stopped, whose maker its tracer has let go on.
  static void inherit(Task task, Task maker) {
    GroupStop stop = task.group().stop();
    if (stop.isInForce()) {
      boolean counted = stop.isUnderWay();
      if (task.stopFlags().requestStop(maker.stopFlags().signal(), counted) && counted) {
        stop.expectOne();
      }
    }
  }

  /// SIGCONT.
  static void resume(ThreadGroup group) {
    for (Task thread : group.threadList()) {
      thread.stopFlags().clearStop();
      if (thread.isStopped()) {
        thread.setStopped(false);
        thread.wake();
      }
      thread.ptrace().noteContinue();
    }
    group.stop().resume(SigInfo.CLD_STOPPED, SigInfo.CLD_CONTINUED);
  }

  /// SIGKILL ends a stop without a word to the parent.
  static void wakeForKill(ThreadGroup group) {
    group
        .threadList()
        .forEach(thread -> {
          thread.ptrace().wakeForEnd();
          thread.wake();
        });
  }

  /// The first task that goes on after SIGCONT tells of it.
  ///
  /// @return whether there was something to tell
  static boolean tellContinued(Task task) {
    int what = task.group().stop().takeNotice();
    if (what == 0) {
      return false;
    }
    tell(task, false, what);
    Task leader = task.group().leader();
    if (leader.ptrace().isReparented()) {
      tell(leader, true, what);
    }
    return true;
  }

  /// Tells the parent, or the tracer, that a task stands still or goes on.
  static void tell(Task task, boolean tracer, int what) {
    Task about = tracer ? task : task.group().leader();
    Task told = tracer ? task.parent() : about.realParent();
    ThreadGroup group = told.group();
    int status =
        switch (what) {
          case SigInfo.CLD_CONTINUED -> Signal.SIGCONT;
          case SigInfo.CLD_STOPPED -> task.group().stop().code() & 0x7f;
          default -> task.ptrace().stopCode() & 0x7f;
        };
    SigAction action = told.handlers().get(Signal.SIGCHLD);
    if (!action.isIgnore() && !action.has(SigAction.SA_NOCLDSTOP)) {
      // The user's name goes once more through the child's user namespace, where it is another's.
      UserNamespace there = told.credentials().userNamespace();
      UserNamespace here = task.credentials().userNamespace();
      SigInfo info = ChildStatus.info(about, group, what, status);
      Signals.sendToGroup(group, there == here ? info : info.shownIn(there).saidIn(here));
    }
    group.childQueue().wakeAll();
  }
}
