package dev.forklift.kernel.process;

import static dev.forklift.kernel.abi.CloneFlags.CLONE_CHILD_CLEARTID;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_CHILD_SETTID;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_CLEAR_SIGHAND;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_FILES;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_FS;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_INTO_CGROUP;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_IO;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_NEWIPC;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_PARENT;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_PARENT_SETTID;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_PIDFD;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_PTRACE;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_SIGHAND;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_SYSVSEM;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_THREAD;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_UNTRACED;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_VFORK;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_VM;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.PtraceNumbers;
import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.arch.ChildRegisters;
import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.cgroup.Cgroup;
import dev.forklift.kernel.cgroup.CgroupAccess;
import dev.forklift.kernel.cgroup.CgroupMember;
import dev.forklift.kernel.cgroup.Migration;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.signal.AltStack;
import dev.forklift.kernel.signal.SignalHandlers;
import dev.forklift.kernel.vfs.FileDescriptors;
import dev.forklift.kernel.vfs.FsContext;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.Sleeper;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The one way in which tasks come into being: fork, vfork, clone, clone3, kernel threads and init
/// all fill a [KernelCloneArgs] and come here (Linux's `kernel_clone()`).
///
/// The checks stand in Linux's order, because the first one that fails decides the error; those
/// before anything is made for the child are [CloneChecks]. Whatever was shared or copied for a
/// child that is then refused is given back.
public final class KernelClone {
  private final Task parent;
  private final KernelCloneArgs args;
  private final Kernel kernel;
  private final Refusal refused;
  private final CloneChecks checks;

  private KernelClone(Task parent, KernelCloneArgs args) {
    this.parent = parent;
    this.args = args;
    this.kernel = parent.kernel();
    this.refused = refusal(parent);
    this.checks = new CloneChecks(parent, args, refused);
  }

  /// How a clone by this task is refused, before there is a record to refuse.
  public static Refusal refusal(Task caller) {
    return rule -> {
      caller.kernel().events().refused(caller, rule);
      return rule.errno();
    };
  }

  /// Makes a child of `parent` (or a sibling, with CLONE_PARENT) and starts it.
  ///
  /// @return its task id in the caller's pid namespace
  /// @throws Errno why it was refused; ERESTARTNOINTR if a signal is to be handled first
  public static int clone(Task parent, KernelCloneArgs args) throws Errno {
    KernelClone clone = new KernelClone(parent, args);
    int event = clone.ptraceEvent();
    clone.checks.flags();
    Task child = clone.copyTask(event);
    Pid pid = child.pid();
    int tid = child.pid().in(parent.pidNamespace());
    VforkWait vfork = null;
    if (args.has(CLONE_VFORK)) {
      vfork = new VforkWait();
      child.setVforkWait(vfork);
    }
    clone.storeParentTid(tid);
    child.setLife(Task.Life.RUNNING);
    parent.ptrace().eventOf(event, pid);
    if (vfork != null && awaitVfork(parent, vfork)) {
      parent.ptrace().eventOf(PtraceNumbers.PTRACE_EVENT_VFORK_DONE, pid);
    }
    return tid;
  }

  /// What the caller's tracer is told, or 0 if it has not asked for it.
  private int ptraceEvent() {
    if (args.has(CLONE_UNTRACED)) {
      return 0;
    }
    int event =
        args.has(CLONE_VFORK)
            ? PtraceNumbers.PTRACE_EVENT_VFORK
            : args.exitSignal() != Signal.SIGCHLD
                ? PtraceNumbers.PTRACE_EVENT_CLONE
                : PtraceNumbers.PTRACE_EVENT_FORK;
    return parent.ptrace().wants(event) ? event : 0;
  }

  /// Rows 26 to 38, and what a child inherits.
  private Task copyTask(int event) throws Errno {
    try (Undo undo = new Undo()) {
      Credentials credentials = checks.credentials(undo);
      checks.limits(credentials);
      SchedulingAttributes scheduling = checks.scheduling();
      FileDescriptors files =
          args.has(CLONE_FILES) ? parent.files().share() : parent.files().fork();
      undo.onFailure(files::release);
      FsContext fs = copyFs();
      undo.onFailure(fs::release);
      SignalHandlers handlers =
          args.has(CLONE_SIGHAND) ? parent.handlers().share() : parent.handlers().fork();
      undo.onFailure(handlers::release);
      if (args.has(CLONE_CLEAR_SIGHAND)) {
        handlers.resetHandlers();
      }
      Mm mm = copyMm(undo);
      Namespaces namespaces = copyNamespaces(credentials.userNamespace(), fs);
      undo.onFailure(namespaces::release);
      Pid pid = allocatePid(namespaces.pidForChildren(), undo);
      Task child =
          new Task(
              kernel,
              new TaskParts(
                  args.kernelThread() != null && !args.userModeThread(),
                  pid,
                  name(),
                  mm,
                  files,
                  fs,
                  namespaces,
                  handlers,
                  credentials,
                  parent.executable(),
                  scheduling,
                  parent.settings().forChild(args.has(CLONE_IO)),
                  parent.group().processGroup(),
                  args.has(CLONE_THREAD)
                      ? parent.group().limits()
                      : parent.group().limits().copy()));
      if (mm != null && !args.has(CLONE_VM)) {
        mm.setLimits(child.group().limits());
      }
      inheritSignalState(child);
      if (args.has(CLONE_SYSVSEM)) {
        child.setSemUndo(parent.semUndo().share());
        undo.onFailure(child::leaveSemUndo);
      }
      copyRegisters(child);
      openPidfd(pid, undo);
      enterCgroup(child, undo);
      if (parent.fatalSignalPending()) {
        throw refused.by(CloneRule.KILLED);
      }
      startThread(child);
      link(child, event);
      undo.keep();
      return child;
    }
  }

  private String name() {
    String name = args.name();
    return name != null ? name : parent.name();
  }

  /// Row 26: whoever executes a program has made sure that nobody shares its root with it.
  private FsContext copyFs() throws Errno {
    if (!args.has(CLONE_FS)) {
      return parent.fs().fork();
    }
    if (parent.fs().isInExec()) {
      throw refused.by(CloneRule.FS_IN_EXEC);
    }
    return parent.fs().share();
  }

  private @Nullable Mm copyMm(Undo undo) throws Errno {
    Mm mm = parent.mm();
    if (mm == null) {
      return null;
    }
    Mm copy = args.has(CLONE_VM) ? mm.share() : mm.fork();
    undo.onFailure(copy::release);
    return copy;
  }

  /// Rows 27 to 29.
  ///
  /// @param owner the child's user namespace
  /// @param fs the child's
  private Namespaces copyNamespaces(UserNamespace owner, FsContext fs) throws Errno {
    if ((args.flags() & NewNamespaces.FLAGS) == 0) {
      return parent.namespaces().share();
    }
    NewNamespaces.requirePermission(parent, owner, refused);
    if (args.has(CLONE_NEWIPC) && args.has(CLONE_SYSVSEM)) {
      throw refused.by(CloneRule.IPC_NAMESPACE_OF_SHARED_UNDO);
    }
    return NewNamespaces.make(parent, args.flags(), owner, fs, refused);
  }

  /// Rows 30 to 33, and 37: nothing later can fail because the namespace ends meanwhile.
  private Pid allocatePid(PidNamespace namespace, Undo undo) throws Errno {
    List<Integer> wanted = args.setTid();
    if (wanted.size() > namespace.level() + 1) {
      throw refused.by(CloneRule.SET_TID_TOO_DEEP);
    }
    Pid pid = namespace.allocate(wanted, parent.credentials(), refused);
    undo.onFailure(pid::free);
    return pid;
  }

  /// Row 34. After the descriptors have been copied, so that the child has none of it.
  private void openPidfd(Pid pid, Undo undo) throws Errno {
    if (!args.has(CLONE_PIDFD)) {
      return;
    }
    FileDescriptors files = parent.files();
    long limit = parent.group().limits().soft(ResourceLimits.RLIMIT_NOFILE);
    int fd;
    try {
      fd = files.add(PidFd.open(kernel, pid, args.has(CLONE_THREAD), 0), true, limit);
    } catch (Errno full) {
      throw refused.by(CloneRule.NO_DESCRIPTOR_FREE);
    }
    undo.onFailure(() -> {
      try {
        files.close(fd);
      } catch (Errno e) {
        throw new IllegalStateException(e);
      }
    });
    try {
      parent.memory().user().putInt(args.pidfd(), fd);
    } catch (Errno bad) {
      throw refused.by(CloneRule.PIDFD_UNWRITABLE);
    }
  }

  /// Rows 35 and 36.
  private void enterCgroup(Task child, Undo undo) throws Errno {
    Cgroup group = args.has(CLONE_INTO_CGROUP) ? chosenCgroup() : parent.cgroup().group();
    CgroupMember place;
    try {
      place = CgroupMember.admit(group);
    } catch (Errno full) {
      throw refused.by(CloneRule.CGROUP_TASK_LIMIT);
    }
    undo.onFailure(place::refuse);
    child.setCgroup(place);
  }

  /// Row 35.
  private Cgroup chosenCgroup() throws Errno {
    try {
      if (!(parent.files().getAny(args.cgroup()).inode() instanceof CgroupAccess folder)) {
        throw Errno.EBADF;
      }
      Cgroup group = folder.cgroup();
      if (group.isDead()) {
        throw Errno.ENODEV;
      }
      Migration.checkNew(
          parent.cgroup().group(),
          group,
          parent.credentials(),
          parent.namespaces().cgroup().root(),
          !args.has(CLONE_THREAD));
      return group;
    } catch (Errno why) {
      throw refused.by(CloneRule.ofCgroup(why));
    }
  }

  /// What of signals and the like a child starts with.
  private void inheritSignalState(Task child) {
    child.inheritPrivileges(parent);
    // The alternate stack belongs to a stack that only a vfork child still uses.
    boolean keepsAltStack = !args.has(CLONE_VM) || args.has(CLONE_VFORK);
    child.setAltStack(keepsAltStack ? parent.altStack() : AltStack.NONE);
    child.setClearChildTid(args.has(CLONE_CHILD_CLEARTID) ? args.childTid() : 0);
  }

  /// The kernel copies the register file; the architecture says what is different in the child, and
  /// gets nothing but the arguments to say it from.
  private void copyRegisters(Task child) {
    Cpu cpu = child.cpu();
    if (args.kernelThread() != null) {
      return;
    }
    cpu.copyFrom(parent.cpu());
    kernel
        .abi()
        .copyThread(
            args,
            new ChildRegisters() {
              @Override
              public void set(int register, long value) {
                cpu.setRegister(register, value);
              }

              @Override
              public long parentPid() {
                return parent.pid().global();
              }
            });
    cpu.setPc(parent.cpu().nextPc());
  }

  /// Puts the child into its thread group or makes it the leader of its own, below its parent.
  private void link(Task child, int event) {
    ThreadGroup own = parent.group();
    if (args.has(CLONE_THREAD)) {
      child.setGroup(own);
      child.setExitSignal(-1);
      child.setRealParent(parent.realParent());
      own.threadList().add(child);
      child.trace().inherit(parent.trace());
      TaskStop.inherit(child, parent);
    } else {
      ThreadGroup group = child.group();
      group.threadList().add(child);
      boolean sibling = args.has(CLONE_PARENT);
      Task above = sibling ? parent.realParent() : parent;
      child.setRealParent(above);
      child.setExitSignal(sibling ? own.leader().exitSignal() : args.exitSignal());
      group.timers().cpuLimitChanged();
      group.setOomScoreAdjustment(own.oomScoreAdjustment());
      ThreadGroup parentGroup = above.group();
      group.setHasSubreaperAbove(parentGroup.hasSubreaperAbove() || parentGroup.isChildSubreaper());
      above.group().childList().add(child);
      group.processGroup().add(group);
      group.session().add(group);
      if (child.tgid() == 1) {
        group.setInit();
        child.pidNamespace().setInit(group);
      }
    }
    child.cgroup().join(child);
    if (args.has(CLONE_PTRACE) || event != 0) {
      PtraceLink.inherit(child, parent);
    }
    child.pid().setTask(child);
    kernel.add(child, args, parent);
  }

  /// CLONE_PARENT_SETTID: before the child runs; a bad address is ignored.
  private void storeParentTid(int tid) {
    if (args.has(CLONE_PARENT_SETTID)) {
      try {
        parent.memory().user().putInt(args.parentTid(), tid);
      } catch (Errno e) {
        // Linux ignores it as well: the child exists already.
      }
    }
  }

  /// The host may have no thread left, so this comes before anybody can see the child. Its thread
  /// waits for the kernel lock first of all.
  private void startThread(Task child) throws Errno {
    try {
      kernel.start(child, childMain());
    } catch (OutOfMemoryError noThread) {
      throw Errno.EAGAIN;
    }
  }

  /// What the child does first, on its own thread.
  private ChildMain childMain() {
    return new ChildMain(args.kernelThread(), args.has(CLONE_CHILD_SETTID) ? args.childTid() : 0);
  }

  /// Sleeps until the child has given up the memory. A signal that kills ends the sleep; the child
  /// lives on.
  ///
  /// @return whether it has
  private static boolean awaitVfork(Task parent, VforkWait vfork) {
    try {
      parent.cgroup().standStill();
      parent.await(Sleeper.Mode.KILLABLE, KernelClock.NEVER, vfork::isDone, List.of(vfork.queue()));
      return true;
    } catch (Errno e) {
      // The parent is dying; nobody waits for the child's word any more.
      return false;
    } finally {
      parent.cgroup().goOn();
    }
  }

  /// What a new task begins with.
  ///
  /// @param function what a kernel thread runs, or null
  /// @param childTid where CLONE_CHILD_SETTID stores the tid, or 0
  record ChildMain(@Nullable Runnable function, long childTid) {}
}
