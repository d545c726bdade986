package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.signal.PendingSignals;
import dev.forklift.kernel.wait.WaitQueue;
import java.util.ArrayList;
import java.util.List;

/// A process: the tasks that share a process id (Linux's `signal_struct`).
public final class ThreadGroup {
  private Task leader;
  private final List<Task> threads = new ArrayList<>(1);
  private final List<Task> children = new ArrayList<>(0);
  private final PendingSignals pending = new PendingSignals();
  private final WaitQueue childQueue = new WaitQueue();
  private final WaitQueue threadQueue = new WaitQueue();
  private final ResourceLimits limits;
  private final ProcessTimes times = new ProcessTimes();
  private final GroupStop stop = new GroupStop();
  private final GroupTimers timers = new GroupTimers(this);
  private final WaitQueue signalQueue = new WaitQueue();
  private ProcessGroup processGroup;
  private boolean init;
  private boolean unkillable;
  private boolean exiting;
  private int exitCode;
  private boolean childSubreaper;
  private boolean hasSubreaperAbove;
  private boolean executed;
  private boolean execInProgress;
  private boolean dumping;
  private int oomScoreAdjustment;

  ThreadGroup(Task leader, ProcessGroup processGroup, ResourceLimits limits) {
    this.leader = leader;
    this.processGroup = processGroup;
    this.limits = limits;
  }

  /// The task whose id is the process id.
  public Task leader() {
    return leader;
  }

  void setLeader(Task leader) {
    this.leader = leader;
  }

  /// The process id.
  public Pid pid() {
    return leader.pid();
  }

  /// Its tasks that have not been released, the leader first. A snapshot.
  public List<Task> threads() {
    return List.copyOf(threads);
  }

  List<Task> threadList() {
    return threads;
  }

  /// Number of tasks that still run.
  int liveThreads() {
    int live = 0;
    for (Task thread : threads) {
      if (!thread.isExiting()) {
        live++;
      }
    }
    return live;
  }

  /// The processes it has to wait for: leaders of its children's thread groups. A snapshot.
  public List<Task> children() {
    return List.copyOf(children);
  }

  List<Task> childList() {
    return children;
  }

  /// Signals sent to the process as a whole.
  public PendingSignals pending() {
    return pending;
  }

  /// Woken when a child stops, continues or ends.
  public WaitQueue childQueue() {
    return childQueue;
  }

  /// Woken when a task is gone (what exec waits for) or stands still.
  WaitQueue threadQueue() {
    return threadQueue;
  }

  public ResourceLimits limits() {
    return limits;
  }

  public ProcessTimes times() {
    return times;
  }

  /// What can expire for it.
  public GroupTimers timers() {
    return timers;
  }

  /// Woken when a signal is sent to any of its tasks: what signalfds wait for.
  public WaitQueue signalQueue() {
    return signalQueue;
  }

  GroupStop stop() {
    return stop;
  }

  public boolean isStopped() {
    return stop.isComplete();
  }

  public ProcessGroup processGroup() {
    return processGroup;
  }

  public Session session() {
    return processGroup.session();
  }

  void join(ProcessGroup group) {
    ProcessGroup old = processGroup;
    if (old != group) {
      group.add(this);
      processGroup = group;
      old.remove(this);
    }
  }

  /// Says whether this is pid 1 of its namespace.
  public boolean isInit() {
    return init;
  }

  /// Says whether this is pid 1 of the first namespace.
  public boolean isGlobalInit() {
    return init && pid().global() == 1;
  }

  void setInit() {
    init = true;
    unkillable = true;
  }

  /// Says whether signals without a handler have no effect, as on an init.
  public boolean isUnkillable() {
    return unkillable;
  }

  /// A fault that it does not handle ends even an init.
  void setKillable() {
    unkillable = false;
  }

  /// Says whether all tasks have been told to end.
  public boolean isExiting() {
    return exiting;
  }

  /// The wait status all tasks end with.
  public int exitCode() {
    return exitCode;
  }

  void setExiting(int status) {
    if (!exiting) {
      exiting = true;
      exitCode = status;
    }
  }

  /// The end of an init as its parent is told of it: by reboot(2) of a member of its namespace.
  void endsAsIf(int status) {
    exiting = true;
    exitCode = status;
  }

  /// Says whether nothing but a leader that has ended is left of it.
  public boolean isZombie() {
    return leader.isZombie() && threads.size() == 1;
  }

  public boolean isChildSubreaper() {
    return childSubreaper;
  }

  public void setChildSubreaper(boolean value) {
    childSubreaper = value;
  }

  boolean hasSubreaperAbove() {
    return hasSubreaperAbove;
  }

  void setHasSubreaperAbove(boolean value) {
    hasSubreaperAbove = value;
  }

  /// How much more or less likely than others it is to be killed for lack of memory
  /// (/proc/PID/oom_score_adj); children inherit it.
  public int oomScoreAdjustment() {
    return oomScoreAdjustment;
  }

  public void setOomScoreAdjustment(int adjustment) {
    oomScoreAdjustment = adjustment;
  }

  /// Only one task of a process may dump it.
  ///
  /// @return false if another one does
  boolean beginDump() {
    boolean first = !dumping;
    dumping = true;
    return first;
  }

  /// Only one task of a process may execute a program at a time.
  ///
  /// @return false if another one does
  boolean beginExec() {
    if (execInProgress) {
      return false;
    }
    execInProgress = true;
    return true;
  }

  void endExec() {
    execInProgress = false;
    threadQueue.wakeAll();
  }

  /// Says whether one of its tasks has begun to execute a program and all others have to end.
  boolean isExecuting() {
    return execInProgress;
  }

  /// Says whether it has executed a program since it was made: setpgid(2) by the parent then fails.
  public boolean hasExecuted() {
    return executed;
  }

  void setExecuted() {
    executed = true;
  }
}
