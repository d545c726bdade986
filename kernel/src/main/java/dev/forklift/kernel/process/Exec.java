package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.PtraceNumbers;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.ExecCredentials;
import dev.forklift.kernel.loader.ExecRequest;
import dev.forklift.kernel.loader.LoadedProgram;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.signal.AltStack;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.signal.SignalHandlers;
import dev.forklift.kernel.vfs.FileDescriptors;
import dev.forklift.kernel.vfs.FsContext;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.Sleeper;
import java.util.List;

/// Turning a task into another program (execve(2)).
public final class Exec {
  private Exec() {}

  /// Loads a program and becomes it.
  ///
  /// @throws Errno why it cannot be executed; the old program then goes on
  public static void execute(Task task, ExecRequest request) throws Errno {
    CredentialChange.checkTaskLimit(task);
    FsContext fs = task.fs();
    boolean own = fs.beginExec(threadsWith(task.group(), fs));
    try {
      become(task, request);
    } finally {
      if (own) {
        fs.endExec();
      }
    }
  }

  private static int threadsWith(ThreadGroup group, FsContext fs) {
    return (int) group.threadList().stream().filter(t -> !t.isExiting() && t.fs() == fs).count();
  }

  private static void become(Task task, ExecRequest request) throws Errno {
    Pid before = task.pid();
    Kernel kernel = task.kernel();
    LoadedProgram program =
        kernel.loader().load(task, request, task.group().limits(), !task.noNewPrivileges());
    try {
      replace(task, program);
    } catch (Errno e) {
      program.mm().release();
      throw e;
    }
    if (program.failure() != null) {
      Signals.force(task, SigInfo.kernel(Signal.SIGSEGV));
    } else {
      task.ptrace().eventOf(PtraceNumbers.PTRACE_EVENT_EXEC, before);
    }
  }

  /// Gives up the old program for one that has been loaded. All other tasks of the process end
  /// first, and the caller becomes the leader.
  ///
  /// @throws Errno EAGAIN if another task of the process does the same, or the process is being
  ///   killed; the old program then goes on
  private static void replace(Task task, LoadedProgram program) throws Errno {
    becomeOnlyThread(task);
    Mm mm = program.mm();
    Mm old = task.mm();
    if (old != null) {
      mm.inheritPolicy(old);
    }
    TaskExit.giveUpMemory(task);
    task.setMm(mm);
    task.setExecutable(program.executable());
    task.setName(program.name());
    unshareHandlers(task);
    unshareFiles(task);
    task.setAltStack(AltStack.NONE);
    task.setRobustList(0);
    task.setClearChildTid(0);
    task.forgetRestart();
    task.setExitSignal(Signal.SIGCHLD);
    task.countExecution();
    task.group().setExecuted();
    task.group().timers().executing();
    applyCredentials(task, program);
    task.cpu().clearRegisters();
    task.kernel().abi().startThread(task.cpu(), program.entry(), program.stackPointer());
    task.kernel().events().executed(task);
    task.trace().executed();
  }

  private static void becomeOnlyThread(Task task) throws Errno {
    ThreadGroup group = task.group();
    if (group.isExiting() || !group.beginExec()) {
      throw Errno.EAGAIN;
    }
    try {
      for (Task thread : group.threads()) {
        if (thread != task && !thread.isExiting()) {
          thread.killForExec();
        }
      }
      task.await(
          Sleeper.Mode.KILLABLE,
          KernelClock.NEVER,
          () -> isAlone(task),
          List.of(group.threadQueue()));
      if (group.leader() != task) {
        takeLeadership(task);
      }
    } catch (Errno e) {
      throw Errno.EAGAIN;
    } finally {
      group.endExec();
    }
  }

  /// Says whether nothing is left of the other tasks, but for the leader's id, which is taken over.
  /// One that is traced is there until its tracer has waited for it.
  private static boolean isAlone(Task task) {
    return task.group().threadList().stream()
        .allMatch(t -> t == task || (t.isLeader() && t.isZombie()));
  }

  /// The process id belongs to the process: the executing task takes it over from the old leader,
  /// which vanishes without a trace.
  private static void takeLeadership(Task task) {
    ThreadGroup group = task.group();
    Task old = group.leader();
    Pid processId = old.pid();
    Pid ownId = task.pid();
    task.setExitSignal(old.exitSignal());
    task.setRealParent(old.realParent());
    List<Task> siblings = old.realParent().group().childList();
    siblings.set(siblings.indexOf(old), task);
    group.setLeader(task);
    task.setPid(processId);
    processId.setTask(task);
    old.setPid(ownId);
    ownId.setTask(old);
    old.parent().group().childQueue().wakeAll();
    TaskExit.release(old);
  }

  private static void unshareHandlers(Task task) {
    SignalHandlers handlers = task.handlers();
    if (handlers.users() > 1) {
      SignalHandlers own = handlers.fork();
      handlers.release();
      task.setHandlers(own);
    }
    task.handlers().resetHandlers();
  }

  private static void unshareFiles(Task task) throws Errno {
    FileDescriptors files = task.files();
    if (files.isShared()) {
      FileDescriptors own = files.fork();
      files.release();
      task.setFiles(own);
    }
    task.files().closeOnExec();
  }

  /// Says whether the program must not be able to do more than its caller: because that has said
  /// so, or because somebody could reach into it through a trace or a shared root (Linux's
  /// `bprm->unsafe`).
  private static boolean isRestrained(Task task) {
    Credentials who = task.credentials();
    boolean exposed = task.fs().isShared() || !task.ptrace().isTracerCapable(who.userNamespace());
    return task.noNewPrivileges()
        || (exposed && !who.hasIn(who.userNamespace(), Capability.SETUID));
  }

  /// Set-user-id and set-group-id files, and what exec does to capabilities. A program that may do
  /// more than its caller is not exposed to what its caller has set up.
  private static void applyCredentials(Task task, LoadedProgram program) {
    Credentials old = task.credentials();
    task.setDumpable(program.readable() && old.euid() == old.uid() && old.egid() == old.gid());
    ExecCredentials next =
        ExecCredentials.of(old, program.setUid(), program.setGid(), isRestrained(task));
    CredentialChange.commit(task, next.credentials());
    task.settings().enterProgram(next.secure());
    if (next.secure()) {
      task.setParentDeathSignal(0);
    }
  }
}
