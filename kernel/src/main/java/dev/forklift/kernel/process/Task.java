package dev.forklift.kernel.process;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.memory.Sharer;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.cgroup.CgroupMember;
import dev.forklift.kernel.cgroup.CgroupTask;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.futex.FutexUser;
import dev.forklift.kernel.ipc.SemUndoList;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.signal.AltStack;
import dev.forklift.kernel.signal.PendingSignals;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.signal.SignalHandlers;
import dev.forklift.kernel.time.TimeUser;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.FileDescriptors;
import dev.forklift.kernel.vfs.FsContext;
import dev.forklift.kernel.vfs.VfsPath;
import dev.forklift.kernel.wait.Sleeper;
import dev.forklift.kernel.wait.WaitQueue;
import org.jspecify.annotations.Nullable;

/// A task: one thread of execution, of a process or of the kernel (Linux's `task_struct`).
///
/// A hub of parts; what is done with them lives in classes of their own: [KernelClone], [TaskExit],
/// [Signals], [SignalDelivery], [ChildWait]. Guarded by the kernel lock, except that its own thread
/// runs guest code on [#cpu] without it.
public final class Task extends Sleeper implements Caller, CgroupTask {
  /// Where a task is in its life.
  enum Life {
    NEW,
    RUNNING,
    /// Has begun to end: no signal reaches it any more.
    EXITING,
    /// Has ended, waits to be waited for.
    ZOMBIE,
    /// Has been waited for.
    DEAD
  }

  private final Kernel kernel;
  private final Cpu cpu;
  private final boolean kernelThread;
  private Pid pid;
  private ThreadGroup group;
  private @Nullable Task realParent;
  private Life life = Life.NEW;
  private int exitStatus;
  private int exitSignal;
  private String name;

  private @Nullable Mm mm;
  private @Nullable Sharer sharer;
  private FileDescriptors files;
  private FsContext fs;
  private @Nullable Namespaces namespaces;
  private @Nullable CgroupMember cgroup;
  private @Nullable SemUndoList semUndo;
  private SignalHandlers handlers;
  private Credentials credentials;
  private @Nullable VfsPath executable;

  private final PendingSignals pending = new PendingSignals();
  private long blocked;
  private @Nullable Long savedBlocked;
  private long awaited;
  private AltStack altStack = AltStack.NONE;
  private int parentDeathSignal;
  private boolean stopped;
  private boolean killedByExec;
  private boolean endRequested;
  private boolean ending;
  private long trapPc;

  private long clearChildTid;
  private long robustList;
  private @Nullable FutexUser futexUser;
  private @Nullable VforkWait vforkWait;
  private @Nullable Errno interruptedCall;
  private final TaskTimes times;
  private final TaskTrace trace = new TaskTrace(this);
  private final StopFlags stopFlags = new StopFlags(this);
  private final Ptrace ptrace = new Ptrace(this);
  private boolean dumpable = true;
  private boolean noNewPrivileges;
  private int executions;
  private int parentExecutions;
  private final SchedulingAttributes scheduling;
  private final TaskSettings settings;

  Task(Kernel kernel, TaskParts parts) {
    super(kernel.lock(), kernel.clock());
    this.kernel = kernel;
    this.cpu = new Cpu(kernel.abi().isa());
    this.kernelThread = parts.kernelThread();
    this.pid = parts.pid();
    this.name = parts.name();
    this.files = parts.files();
    this.fs = parts.fs();
    this.namespaces = parts.namespaces();
    this.handlers = parts.handlers();
    this.credentials = parts.credentials();
    this.executable = parts.executable();
    this.scheduling = parts.scheduling();
    this.settings = parts.settings();
    this.times = new TaskTimes(kernel.clock());
    this.group = new ThreadGroup(this, parts.processGroup(), parts.limits());
    Mm memory = parts.mm();
    this.mm = memory;
    this.sharer = memory == null ? null : memory.space().join(cpu::interrupt);
  }

  public Kernel kernel() {
    return kernel;
  }

  /// Registers and pc.
  public Cpu cpu() {
    return cpu;
  }

  @Override
  public boolean isKernelThread() {
    return kernelThread;
  }

  public Pid pid() {
    return pid;
  }

  void setPid(Pid pid) {
    this.pid = pid;
  }

  /// The task id as the task itself sees it.
  public int tid() {
    return pid.in(pidNamespace());
  }

  /// The process id as the task itself sees it.
  public int tgid() {
    return group.pid().in(pidNamespace());
  }

  public PidNamespace pidNamespace() {
    return pid.namespace();
  }

  public ThreadGroup group() {
    return group;
  }

  void setGroup(ThreadGroup group) {
    this.group = group;
  }

  public boolean isLeader() {
    return group.leader() == this;
  }

  /// Who made it, or who adopted it. Init's is the idle task, which has no parent but itself.
  public Task realParent() {
    return realParent == null ? this : realParent;
  }

  void setRealParent(Task parent) {
    this.realParent = parent;
  }

  /// Who is told when it ends: the tracer if there is one.
  public Task parent() {
    Task tracer = ptrace.tracer();
    return tracer != null ? tracer : realParent();
  }

  Life life() {
    return life;
  }

  void setLife(Life life) {
    this.life = life;
  }

  public boolean isExiting() {
    return life.compareTo(Life.EXITING) >= 0;
  }

  /// Says whether it is past running, though a tracer may keep it from [#isExiting].
  boolean isEnding() {
    return ending;
  }

  void setEnding() {
    ending = true;
  }

  public boolean isZombie() {
    return life == Life.ZOMBIE;
  }

  /// The status that wait reports.
  public int exitStatus() {
    return exitStatus;
  }

  void setExitStatus(int status) {
    this.exitStatus = status;
  }

  /// Sent to the parent at the end; 0 for none, -1 for a thread that is not the leader.
  public int exitSignal() {
    return exitSignal;
  }

  void setExitSignal(int signal) {
    this.exitSignal = signal;
  }

  /// The command name (`comm`), at most 15 bytes.
  public String name() {
    return name;
  }

  public void setName(String name) {
    this.name = name.length() > 15 ? name.substring(0, 15) : name;
  }

  /// Its memory; null for kernel threads and once it has ended.
  public @Nullable Mm mm() {
    return mm;
  }

  /// Its memory, for system calls, which only tasks with memory make.
  public Mm memory() {
    Mm current = mm;
    if (current == null) {
      throw new IllegalStateException("task " + pid.global() + " has no memory");
    }
    return current;
  }

  /// Gives it a memory to run in, or takes it away. The task joins those that run there.
  void setMm(@Nullable Mm mm) {
    if (sharer != null) {
      sharer.quit();
    }
    this.mm = mm;
    this.sharer = mm == null ? null : mm.space().join(cpu::interrupt);
  }

  /// Its membership in the set of tasks that run guest code in its memory.
  Sharer sharer() {
    Sharer current = sharer;
    if (current == null) {
      throw new IllegalStateException("task " + pid.global() + " has no memory");
    }
    return current;
  }

  public FileDescriptors files() {
    return files;
  }

  public void setFiles(FileDescriptors files) {
    this.files = files;
  }

  @Override
  public FsContext fs() {
    return fs;
  }

  void setFs(FsContext fs) {
    this.fs = fs;
  }

  /// The namespaces that it is in; null once it has ended.
  public @Nullable Namespaces nsproxy() {
    return namespaces;
  }

  /// The namespaces that it is in, for what only a running task does.
  public Namespaces namespaces() {
    Namespaces current = namespaces;
    if (current == null) {
      throw new IllegalStateException("task " + pid.global() + " has left its namespaces");
    }
    return current;
  }

  /// Moves it to other namespaces, or at its end to none.
  ///
  /// @param others shared for it already
  void switchNamespaces(@Nullable Namespaces others) {
    Namespaces former = namespaces();
    this.namespaces = others;
    former.release();
  }

  /// What its semaphore operations have to undo, or null if there is nothing.
  public @Nullable SemUndoList semUndoIfAny() {
    return semUndo;
  }

  /// The same, begun if there is nothing yet.
  public SemUndoList semUndo() {
    SemUndoList list = semUndo;
    if (list == null) {
      list = new SemUndoList();
      semUndo = list;
    }
    return list;
  }

  void setSemUndo(SemUndoList list) {
    semUndo = list;
  }

  /// Its semaphore operations are undone, unless another task shares the list.
  void leaveSemUndo() {
    SemUndoList list = semUndo;
    semUndo = null;
    if (list != null) {
      list.leave(group.pid());
    }
  }

  /// Its place in the tree of control groups.
  public CgroupMember cgroup() {
    CgroupMember current = cgroup;
    if (current == null) {
      throw new IllegalStateException("task " + pid.global() + " is in no control group yet");
    }
    return current;
  }

  void setCgroup(CgroupMember place) {
    cgroup = place;
  }

  @Override
  public long userNanos() {
    return times.userNanos();
  }

  @Override
  public long systemNanos() {
    return times.systemNanos();
  }

  public SignalHandlers handlers() {
    return handlers;
  }

  void setHandlers(SignalHandlers handlers) {
    this.handlers = handlers;
  }

  @Override
  public Credentials credentials() {
    return credentials;
  }

  public void setCredentials(Credentials credentials) {
    this.credentials = credentials;
  }

  /// The file of the running program (`/proc/PID/exe`).
  public @Nullable VfsPath executable() {
    return executable;
  }

  void setExecutable(@Nullable VfsPath executable) {
    this.executable = executable;
  }

  /// Signals sent to this task alone.
  public PendingSignals pending() {
    return pending;
  }

  /// The signals it blocks, as bits.
  public long blocked() {
    return blocked;
  }

  /// Sets the signals it blocks; SIGKILL and SIGSTOP cannot be.
  public void setBlocked(long mask) {
    blocked = mask & ~(Signal.bit(Signal.SIGKILL) | Signal.bit(Signal.SIGSTOP));
  }

  /// Signals that it blocks and has let through only to take them itself (sigtimedwait): they
  /// neither kill it nor are ignored meanwhile.
  public long awaited() {
    return awaited;
  }

  public void setAwaited(long mask) {
    awaited = mask;
  }

  /// Blocks other signals until the current system call has been answered and a handler, if any,
  /// has been entered (sigsuspend, pselect).
  public void setBlockedForCall(long mask) {
    if (savedBlocked == null) {
      savedBlocked = blocked;
    }
    setBlocked(mask);
  }

  /// The mask from before [#setBlockedForCall], forgotten by this call; null if there was none.
  public @Nullable Long takeSavedBlocked() {
    Long saved = savedBlocked;
    savedBlocked = null;
    return saved;
  }

  /// The signals it blocks but for the time of the current system call.
  public long maskOutsideCall() {
    return savedBlocked != null ? savedBlocked : blocked;
  }

  public AltStack altStack() {
    return altStack;
  }

  public void setAltStack(AltStack altStack) {
    this.altStack = altStack;
  }

  public int parentDeathSignal() {
    return parentDeathSignal;
  }

  public void setParentDeathSignal(int signal) {
    this.parentDeathSignal = signal;
  }

  /// Says whether it stands still because its process is stopped.
  public boolean isStopped() {
    return stopped;
  }

  void setStopped(boolean stopped) {
    this.stopped = stopped;
  }

  /// Where to store 0 and wake a futex when its memory is given up (set_tid_address).
  public long clearChildTid() {
    return clearChildTid;
  }

  public void setClearChildTid(long address) {
    this.clearChildTid = address;
  }

  public long robustList() {
    return robustList;
  }

  public void setRobustList(long address) {
    this.robustList = address;
  }

  /// The parent that sleeps in vfork until this task gives up its memory.
  @Nullable VforkWait vforkWait() {
    return vforkWait;
  }

  void setVforkWait(@Nullable VforkWait wait) {
    this.vforkWait = wait;
  }

  /// The restart code of the system call that a signal has cut short, until delivery decides.
  @Nullable Errno interruptedCall() {
    return interruptedCall;
  }

  public void setInterruptedCall(@Nullable Errno code) {
    this.interruptedCall = code;
  }

  /// The task as futexes see it.
  public FutexUser futexUser() {
    FutexUser user = futexUser;
    if (user == null) {
      user = new TaskFutexUser(this);
      futexUser = user;
    }
    return user;
  }

  /// The task as clocks see it.
  public TimeUser timeUser() {
    return new TaskTimeUser(this);
  }

  /// What keeps it from running: a debugger, say.
  public TaskTrace trace() {
    return trace;
  }

  /// What it has to do with ptrace(2).
  public Ptrace ptrace() {
    return ptrace;
  }

  StopFlags stopFlags() {
    return stopFlags;
  }

  public TaskTimes times() {
    return times;
  }

  public SchedulingAttributes scheduling() {
    return scheduling;
  }

  public TaskSettings settings() {
    return settings;
  }

  public boolean isDumpable() {
    return dumpable;
  }

  public void setDumpable(boolean dumpable) {
    this.dumpable = dumpable;
  }

  public boolean noNewPrivileges() {
    return noNewPrivileges;
  }

  public void setNoNewPrivileges() {
    noNewPrivileges = true;
  }

  void inheritPrivileges(Task parent) {
    noNewPrivileges = parent.noNewPrivileges;
    dumpable = parent.dumpable;
    parentExecutions = parent.executions;
    executions = parent.executions;
    blocked = parent.maskOutsideCall();
  }

  void countExecution() {
    executions++;
  }

  /// Says whether the parent has executed another program since this task was made: it is then told
  /// of the end by SIGCHLD whatever was asked for.
  boolean parentHasExecuted() {
    return parentExecutions != realParent().executions;
  }

  @Override
  public boolean signalPending() {
    return ((pending.set() | group.pending().set()) & ~blocked) != 0
        || stopFlags.anyPending()
        || trace.isStopDue()
        || cgroup().isFreezing()
        || fatalSignalPending();
  }

  @Override
  public boolean fatalSignalPending() {
    return group.isExiting() || killedByExec || (pending.set() & Signal.bit(Signal.SIGKILL)) != 0;
  }

  /// Says whether it must not run guest code again: it has been told to end, alone (exit) or with
  /// its process.
  boolean isDying() {
    return endRequested || fatalSignalPending() || isExiting();
  }

  /// rt_sigreturn(2): takes back what was saved when a handler was entered.
  public void returnFromHandler() {
    SignalDelivery.returnFromHandler(this);
  }

  /// exit(2): ends this task alone, on the way to user mode.
  public void requestEnd(int waitStatus) {
    endRequested = true;
    exitStatus = waitStatus;
  }

  /// A system call begins; should it have to be made again, the trap is at `pc`.
  void enterSystemCall(long pc) {
    trapPc = pc;
    if (mm != null) {
      var _ = mm.takeOutOfMemory();
    }
  }

  /// Says whether the current system call has met an access that the memory of all guests did not
  /// suffice for. The process that holds most has been killed then.
  public boolean metOutOfMemory() {
    if (mm == null || !mm.takeOutOfMemory()) {
      return false;
    }
    kernel.outOfMemory().met(this);
    return true;
  }

  /// Makes the system call run again when the task goes on.
  void rewindToTrap() {
    cpu.setPc(trapPc);
  }

  /// Another task of the process executes a program: this one has to go.
  void killForExec() {
    killedByExec = true;
    kickToEnd();
  }

  /// Makes it look at what has changed for it, wherever it is: asleep or in guest code.
  @Override
  public void kick() {
    wake();
    cpu.interrupt();
  }

  /// As [#kick], for one that has to end and may stand still for a tracer.
  void kickToEnd() {
    ptrace.wakeForEnd();
    kick();
  }

  @Override
  protected void asleep() {
    times.asleep();
  }

  @Override
  protected void awake() {
    times.awake();
  }

  @Override
  public Sleeper sleeper() {
    return this;
  }

  /// Sleeps as long as a queue says nothing and no signal comes.
  public WaitQueue childQueue() {
    return group.childQueue();
  }

  @Override
  public long fileSizeLimit() {
    return group.limits().soft(ResourceLimits.RLIMIT_FSIZE);
  }

  @Override
  public void raise(int signal) {
    Signals.sendToTask(this, SigInfo.user(signal, tgid(), credentials.uid()));
  }

  @Override
  public String toString() {
    return name + "[" + pid.global() + "]";
  }
}
