package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.PtraceNumbers;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.futex.Futexes;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.signal.SigAction;
import dev.forklift.kernel.signal.SigInfo;
import java.util.List;

/// How tasks end.
public final class TaskExit {
  private TaskExit() {}

  /// All tasks of the process are to end with this wait status: exit_group(2), or death by signal.
  public static void endGroup(Task task, int waitStatus) {
    ThreadGroup group = task.group();
    group.setExiting(waitStatus);
    for (Task thread : group.threads()) {
      if (thread != task) {
        thread.kickToEnd();
      }
    }
  }

  /// Ends the calling task. Everything it holds is given back; what is left is a zombie, or nothing
  /// if nobody is to wait for it.
  static void exit(Task task, int waitStatus) {
    ThreadGroup group = task.group();
    if (!group.isExiting()
        && group.threadList().stream().allMatch(t -> t == task || t.isEnding())) {
      // The process ends as its last task does, not as its leader did.
      group.setExiting(waitStatus);
    }
    task.setEnding();
    int status = group.isExiting() ? group.exitCode() : waitStatus;
    task.ptrace().event(PtraceNumbers.PTRACE_EVENT_EXIT, status);
    task.setExitStatus(group.isExiting() ? group.exitCode() : waitStatus);
    task.setLife(Task.Life.EXITING);
    task.kernel().events().exited(task);
    boolean last = group.liveThreads() == 0;
    task.trace().exited(last);
    if (last) {
      group.timers().release();
    }
    long memory = last ? Accounting.memoryOf(task) : 0;
    giveUpMemory(task);
    if (last) {
      Accounting.ended(task, memory);
    }
    task.leaveSemUndo();
    task.files().release();
    task.fs().release();
    task.switchNamespaces(null);
    task.cgroup().end();
    TaskStop.taskEnds(task);
    PtraceLink.tracerEnds(task);
    if (last && group.isInit()) {
      PidNamespaceEnd.of(task, memory);
    }
    forgetChildren(task, last);
    if (last && group.isInit()) {
      task.kernel().exitHooks().initEnded(task);
    }
    if (last) {
      leaveSession(task);
    }
    task.setLife(Task.Life.ZOMBIE);
    task.times().end();
    if (task.ptrace().isTraced() || group.isZombie()) {
      tellParent(task);
    } else if (!task.isLeader()) {
      task.pid().exitQueue().wakeAll();
      release(task);
    }
    group.threadQueue().wakeAll();
  }

  /// Lets go of the memory, as exit and exec do: the tid word is cleared, robust futexes are handed
  /// over, and a parent in vfork wakes up.
  static void giveUpMemory(Task task) {
    Mm mm = task.mm();
    if (mm != null) {
      releaseFutexes(task, mm);
      task.group().times().noteMemory(ResourceUsage.ofThread(task));
      task.setMm(null);
      mm.release();
    }
    VforkWait wait = task.vforkWait();
    if (wait != null) {
      task.setVforkWait(null);
      wait.complete();
    }
  }

  private static void releaseFutexes(Task task, Mm mm) {
    Futexes futexes = task.kernel().futexes();
    futexes.exit(task.futexUser(), task.robustList());
    task.setRobustList(0);
    long address = task.clearChildTid();
    task.setClearChildTid(0);
    // Only if somebody is left in the memory who could look at the word.
    if (address != 0 && mm.users() > 1) {
      futexes.clearChildTid(task.futexUser(), address);
    }
  }

  /// Finds new parents for the children of a task: another task of the process, the next subreaper
  /// above, or init.
  private static void forgetChildren(Task task, boolean last) {
    ThreadGroup group = task.group();
    List<Task> children = group.children();
    if (!last) {
      Task heir = group.threadList().stream().filter(t -> !t.isExiting()).findFirst().orElseThrow();
      children.stream().filter(c -> c.realParent() == task).forEach(c -> adopt(c, task, heir));
      return;
    }
    Task reaper = reaperFor(task);
    for (Task child : children) {
      group.childList().remove(child);
      child.setRealParent(reaper);
      child.setExitSignal(child.exitSignal() == -1 ? -1 : Signal.SIGCHLD);
      reaper.group().childList().add(child);
      sendParentDeath(child, task);
      if (child.group().isZombie() && !child.ptrace().isTraced()) {
        tellParent(child);
      }
      hangUpOrphans(child.group(), group);
    }
    hangUpOrphans(group, null);
  }

  private static void adopt(Task child, Task dead, Task heir) {
    child.setRealParent(heir);
    sendParentDeath(child, dead);
  }

  /// The signal comes from the parent that ends.
  private static void sendParentDeath(Task child, Task parent) {
    for (Task thread : child.group().threads()) {
      if (thread.parentDeathSignal() != 0) {
        Signals.sendToGroup(
            child.group(),
            SigInfo.user(
                thread.parentDeathSignal(),
                parent.group().pid().in(child.pidNamespace()),
                parent.credentials().uid()));
      }
    }
  }

  private static Task reaperFor(Task task) {
    ThreadGroup group = task.group();
    if (group.hasSubreaperAbove()) {
      // One in a namespace above could not see the orphans' ids as they do.
      int level = task.pidNamespace().level();
      for (Task up = task.realParent();
          up.realParent() != up && up.pidNamespace().level() == level;
          up = up.realParent()) {
        ThreadGroup candidate = up.group();
        if (candidate.isChildSubreaper() && candidate.liveThreads() > 0) {
          return anyThread(candidate);
        }
      }
    }
    ThreadGroup init = task.pidNamespace().init();
    if (init == null || init == group || (init.isGlobalInit() && init.liveThreads() == 0)) {
      return task.kernel().idle();
    }
    return anyThread(init);
  }

  /// A task of a process that still runs, or its leader: that of an init which waits for all others
  /// in its namespace to end.
  private static Task anyThread(ThreadGroup group) {
    return group.threadList().stream()
        .filter(t -> !t.isExiting())
        .findFirst()
        .orElseGet(group::leader);
  }

  /// A process group that loses its last connection to the session and has stopped jobs gets SIGHUP
  /// and SIGCONT (POSIX, exit(3)).
  private static void hangUpOrphans(
      ThreadGroup member, @org.jspecify.annotations.Nullable ThreadGroup formerParent) {
    ProcessGroup group = member.processGroup();
    ThreadGroup parent = formerParent != null ? formerParent : member.leader().realParent().group();
    if (parent.processGroup() == group || parent.session() != group.session()) {
      return;
    }
    ThreadGroup leaving = formerParent != null ? null : member;
    if (group.isOrphaned(leaving) && group.hasStoppedMember()) {
      Signals.sendToProcessGroup(group, SigInfo.kernel(Signal.SIGHUP));
      Signals.sendToProcessGroup(group, SigInfo.kernel(Signal.SIGCONT));
    }
  }

  private static void leaveSession(Task task) {
    ThreadGroup group = task.group();
    if (group.session().pid() == group.pid()) {
      task.kernel().exitHooks().sessionLeaderEnded(group.session());
    }
  }

  /// All tasks of a process have ended, of which this is the leader, or a traced task has: its
  /// parent, or its tracer first, learns it, by its signal and by wait.
  static void tellParent(Task task) {
    ThreadGroup group = task.group();
    Task parent = task.parent();
    boolean traced = task.ptrace().isTraced();
    int signal =
        traced && (!group.isZombie() || task.ptrace().isReparented())
            ? Signal.SIGCHLD
            : exitSignal(task);
    if (group.isExiting()) {
      task.setExitStatus(group.exitCode());
    }
    task.pid().exitQueue().wakeAll();
    boolean reap = false;
    if (signal == Signal.SIGCHLD && !traced) {
      reap = ignoresChildren(parent);
      if (parent.handlers().get(Signal.SIGCHLD).isIgnore()) {
        signal = 0;
      }
    }
    if (Signal.isValid(signal)) {
      SigInfo info = ChildStatus.ofExit(task, parent.group(), task.exitStatus());
      Signals.sendToGroup(
          parent.group(), new SigInfo(signal, info.errno(), info.code(), info.payload()));
    }
    if (reap) {
      release(task);
    }
    parent.group().childQueue().wakeAll();
  }

  /// Says whether nobody waits for the children of a process.
  static boolean ignoresChildren(Task parent) {
    SigAction action = parent.handlers().get(Signal.SIGCHLD);
    return action.isIgnore() || action.has(SigAction.SA_NOCLDWAIT);
  }

  private static int exitSignal(Task leader) {
    return leader.parentHasExecuted() && leader.exitSignal() > 0
        ? Signal.SIGCHLD
        : leader.exitSignal();
  }

  /// Removes the last traces of an ended task.
  static void release(Task task) {
    ThreadGroup group = task.group();
    task.setLife(Task.Life.DEAD);
    task.ptrace().unlink();
    group.times().addOwn(ResourceUsage.ofThread(task));
    group.threadList().remove(task);
    task.pending().clear();
    if (group.threadList().isEmpty()) {
      group.pending().clear();
    }
    task.kernel().forget(task);
    task.cgroup().release();
    if (task.isLeader()) {
      task.realParent().group().childList().remove(task);
      Session session = group.session();
      group.processGroup().remove(group);
      session.remove(group);
    }
    task.handlers().release();
    task.pid().setTask(null);
    group.threadQueue().wakeAll();
    if (!task.isLeader() && group.isZombie()) {
      // It was the last one that the end of the process had to wait for.
      tellParent(group.leader());
    }
  }
}
