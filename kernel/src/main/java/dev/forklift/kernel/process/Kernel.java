package dev.forklift.kernel.process;

import dev.forklift.engine.cpu.Engine;
import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.cgroup.CgroupMember;
import dev.forklift.kernel.cgroup.CgroupNamespace;
import dev.forklift.kernel.cgroup.CgroupTree;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.NamespaceKind;
import dev.forklift.kernel.cred.Ucount;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.futex.Futexes;
import dev.forklift.kernel.ipc.IpcNamespace;
import dev.forklift.kernel.loader.Loader;
import dev.forklift.kernel.mm.AddressSpaces;
import dev.forklift.kernel.net.NetNamespace;
import dev.forklift.kernel.random.RandomSource;
import dev.forklift.kernel.signal.SignalHandlers;
import dev.forklift.kernel.time.Clocks;
import dev.forklift.kernel.time.TimerQueue;
import dev.forklift.kernel.vfs.FileDescriptors;
import dev.forklift.kernel.vfs.FsContext;
import dev.forklift.kernel.vfs.NamelessFileSystem;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.KernelLock;
import org.jspecify.annotations.Nullable;

/// One Linux kernel: what all its tasks have in common. Any number of them live in one JVM and
/// share nothing.
public final class Kernel {
  private final KernelParts parts;
  private final CloneSettings cloneSettings;
  private final PidNamespace pids;
  private final UserNamespace userNamespace;
  private final TaskThreads threads;
  private final Task idle;
  private final Loader loader;
  private final Futexes futexes = new Futexes();
  private final CgroupTree cgroups = CgroupTree.create();
  private final Clocks clocks;
  private final ExitHooks exitHooks;
  private final ThreadLocal<Task> current = new ThreadLocal<>();
  private final OutOfMemory outOfMemory = new OutOfMemory(this);
  private final ObjectOrder objectOrder = new ObjectOrder();
  private int tasks;
  private long forks;
  private boolean down;

  /// @param files the descriptors and
  /// @param fs the root and current folder that init starts with
  /// @param threads runs tasks, each on a thread of its own
  public Kernel(
      KernelParts parts,
      FileDescriptors files,
      FsContext fs,
      TaskThreads threads,
      ExitHooks exitHooks) {
    this.parts = parts;
    this.threads = threads;
    this.userNamespace = parts.mounts().userNamespace();
    this.cloneSettings = new CloneSettings(parts.maximumTasks());
    this.pids = PidNamespace.first(userNamespace, cloneSettings);
    this.exitHooks = exitHooks;
    this.clocks = new Clocks(parts.clock(), new TimerQueue(parts.clock()));
    this.loader = new Loader(parts.addressSpaces(), parts.random());
    Pid zero = new Pid(java.util.List.of(pids), new int[] {0});
    Session session = new Session(zero);
    this.idle =
        new Task(
            this,
            new TaskParts(
                true,
                zero,
                "swapper",
                null,
                files,
                fs,
                firstNamespaces(),
                new SignalHandlers(),
                Credentials.of(0, 0, userNamespace),
                null,
                new SchedulingAttributes(),
                new TaskSettings(),
                new ProcessGroup(zero, session),
                ResourceLimits.initial(parts.maximumTasks() / 2)));
    idle.setCgroup(CgroupMember.ofIdle(cgroups.root()));
    zero.setTask(idle);
    idle.setLife(Task.Life.RUNNING);
  }

  private Namespaces firstNamespaces() {
    for (NamespaceKind kind : NamespaceKind.values()) {
      userNamespace.setLimit(kind, parts.maximumTasks() / 2);
    }
    return new Namespaces(
        parts.mounts(),
        UtsNamespace.first(userNamespace, parts.utsName()),
        IpcNamespace.first(userNamespace),
        pids,
        CgroupNamespace.first(userNamespace, cgroups.root()),
        NetNamespace.first(userNamespace));
  }

  public LinuxAbi abi() {
    return parts.abi();
  }

  public KernelLock lock() {
    return parts.lock();
  }

  public KernelClock clock() {
    return parts.clock();
  }

  public RandomSource random() {
    return parts.random();
  }

  public FrameBudget budget() {
    return parts.addressSpaces().budget();
  }

  Loader loader() {
    return loader;
  }

  /// Where the memory of processes comes from.
  public AddressSpaces addressSpaces() {
    return parts.addressSpaces();
  }

  Engine engine() {
    return parts.engine();
  }

  SystemCalls systemCalls() {
    return parts.systemCalls();
  }

  /// The tree of control groups.
  public CgroupTree cgroups() {
    return cgroups;
  }

  /// The futexes of all its tasks.
  public Futexes futexes() {
    return futexes;
  }

  /// Its clocks and timers.
  public Clocks clocks() {
    return clocks;
  }

  TaskEvents events() {
    return parts.events();
  }

  CoreDumper coreDumper() {
    return parts.coreDumper();
  }

  /// What tasks leave to a kernel thread.
  public WorkQueue workQueue() {
    return parts.workQueue();
  }

  /// The files of /proc/PID/ns.
  public NamespaceFiles namespaceFiles() {
    return parts.namespaceFiles();
  }

  NamelessFileSystem pidfs() {
    return parts.pidfs();
  }

  /// Task 0, which made the first ones and never runs.
  public Task idle() {
    return idle;
  }

  /// The first pid namespace.
  public PidNamespace pids() {
    return pids;
  }

  /// The user namespace that the first tasks are in.
  public UserNamespace userNamespace() {
    return userNamespace;
  }

  public int taskCount() {
    return tasks;
  }

  /// Says whether there may be one more task: no more than the host is to bear, whatever is set.
  boolean isFull() {
    return tasks >= Math.min(parts.maximumTasks(), cloneSettings.threadsMax());
  }

  public CloneSettings cloneSettings() {
    return cloneSettings;
  }

  /// Tasks made since boot.
  public long forks() {
    return forks;
  }

  /// A task has become somebody else: it is counted as that user's.
  public void userChanged(Credentials from, Credentials to) {
    if (from.uid() != to.uid() || from.userNamespace() != to.userNamespace()) {
      count(to, 1);
      count(from, -1);
    }
  }

  private static void count(Credentials who, int more) {
    who.userNamespace().ucounts().add(who.uid(), Ucount.TASKS, more);
  }

  void add(Task child, KernelCloneArgs args, Task parent) {
    tasks++;
    forks++;
    count(child.credentials(), 1);
    parts.events().created(child, parent, args);
  }

  void forget(Task task) {
    tasks--;
    count(task.credentials(), -1);
    task.credentials().userNamespace().release();
  }

  /// The task whose thread this is.
  public Task current() {
    Task task = current.get();
    if (task == null) {
      throw new IllegalStateException("not on a task's thread");
    }
    return task;
  }

  /// The task whose thread this is; null on a thread of the host's, such as that of a terminal.
  public @Nullable Task currentOrNull() {
    return current.get();
  }

  void setCurrent(@Nullable Task task) {
    if (task == null) {
      current.remove();
    } else {
      current.set(task);
    }
  }

  void start(Task task, KernelClone.ChildMain main) {
    threads.start(new TaskThread(task, main));
  }

  /// Says whether the machine is being switched off: kernel threads then end.
  public boolean isDown() {
    return down;
  }

  /// Switches off: all user processes are killed, kernel threads end.
  public void shutDown() {
    down = true;
    for (Task task : pids.tasks()) {
      if (!task.isKernelThread() && !task.isExiting()) {
        TaskExit.endGroup(task, dev.forklift.kernel.abi.Signal.SIGKILL);
      }
      task.kickToEnd();
    }
  }

  /// Switches off because a guest says so (reboot(2)): pid 1 ends, and with it the machine.
  public void powerOff() {
    ThreadGroup init = pids.init();
    if (init != null) {
      TaskExit.endGroup(init.leader(), 0);
      init.leader().kickToEnd();
    }
  }

  /// Tells objects apart for kcmp(2).
  public ObjectOrder objectOrder() {
    return objectOrder;
  }

  /// What other subsystems do when processes execute a program or end.
  ExitHooks exitHooks() {
    return exitHooks;
  }

  OutOfMemory outOfMemory() {
    return outOfMemory;
  }

  void failed(Task task, Throwable problem) {
    parts.events().failed(task, problem);
  }
}
