package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FD;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.INT;
import static dev.forklift.kernel.calls.Args.PATH;
import static dev.forklift.kernel.calls.Args.SIZE;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.arch.CloneArgument;
import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.loader.ExecRequest;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.ChildWait;
import dev.forklift.kernel.process.Exec;
import dev.forklift.kernel.process.KernelClone;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.PidFd;
import dev.forklift.kernel.process.ProcessGroup;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TaskExit;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.vfs.PathWalk;
import dev.forklift.kernel.vfs.VfsPath;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Making processes, turning them into other programs, ending and waiting for them.
final class ProcessCalls {
  private static final int AT_FDCWD = -100;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int MAX_STRING = 128 << 10;
  private static final int MAX_STRINGS = 6 << 20;
  private static final int P_ALL = 0;
  private static final int P_PID = 1;
  private static final int P_PGID = 2;
  private static final int P_PIDFD = 3;

  private ProcessCalls() {}

  static void rows(SyscallTable table) {
    table
        .sys(93, "exit", INT, ProcessCalls::exit)
        .sys(94, "exit_group", INT, ProcessCalls::exitGroup)
        .sys(95, "waitid", INT, INT, ADDR, FLAGS, ADDR, ProcessCalls::waitid)
        .sys(96, "set_tid_address", ADDR, ProcessCalls::setTidAddress)
        .sys(172, "getpid", t -> t.tgid())
        .sys(173, "getppid", ProcessCalls::getppid)
        .sys(178, "gettid", t -> t.tid())
        .raw(
            SyscallTables.CLONE,
            "clone",
            List.of(FLAGS, ADDR, ADDR, ADDR, ADDR),
            ProcessCalls::clone)
        .sys(221, "execve", PATH, ADDR, ADDR, ProcessCalls::execve)
        .sys(260, "wait4", INT, ADDR, FLAGS, ADDR, ProcessCalls::wait4)
        .sys(281, "execveat", FD, PATH, ADDR, ADDR, FLAGS, ProcessCalls::execveat)
        .sys(434, "pidfd_open", INT, FLAGS, ProcessCalls::pidfdOpen);
  }

  static void clone3Row(SyscallTable table) {
    table.raw(SyscallTables.CLONE3, "clone3", List.of(ADDR, SIZE), ProcessCalls::clone3);
  }

  static void forkRow(SyscallTable table, int number) {
    table.raw(number, "fork", List.of(), frame -> finish(frame.task(), KernelCloneArgs.fork()));
  }

  static void vforkRow(SyscallTable table, int number) {
    table.raw(number, "vfork", List.of(), frame -> finish(frame.task(), KernelCloneArgs.vfork()));
  }

  private static long exit(Task task, int status) {
    task.requestEnd((status & 0xff) << 8);
    return 0;
  }

  private static long exitGroup(Task task, int status) {
    TaskExit.endGroup(task, (status & 0xff) << 8);
    return 0;
  }

  private static long setTidAddress(Task task, long address) {
    task.setClearChildTid(address);
    return task.tid();
  }

  private static long getppid(Task task) {
    return task.group().leader().realParent().group().pid().in(task.pidNamespace());
  }

  /// Legacy clone: 32 bits of flags, the exit signal in the low byte and not validated, the stack
  /// pointer itself, the pidfd through the parent tid's pointer. Which register is which, the
  /// architecture's data say.
  private static long clone(SyscallFrame frame) throws Errno {
    Task task = frame.task();
    List<CloneArgument> order = task.kernel().abi().cloneOrder();
    long flags = 0;
    long stack = 0;
    long stackSize = 0;
    long parentTid = 0;
    long childTid = 0;
    long tls = 0;
    for (int i = 0; i < order.size(); i++) {
      long value = frame.unsigned(i);
      switch (order.get(i)) {
        case FLAGS -> flags = value & 0xffff_ffffL;
        case STACK -> stack = value;
        case STACK_SIZE -> stackSize = value;
        case PARENT_TID -> parentTid = value;
        case CHILD_TID -> childTid = value;
        case TLS -> tls = value;
      }
    }
    return finish(
        task,
        KernelCloneArgs.user(
            flags & ~0xffL,
            (int) (flags & 0xff),
            stack == 0 ? 0 : stack + stackSize,
            tls,
            parentTid,
            childTid,
            parentTid));
  }

  private static long clone3(SyscallFrame frame) throws Errno {
    Task task = frame.task();
    return finish(task, Clone3.decode(task, frame.unsigned(0), frame.unsigned(1)));
  }

  private static long finish(Task task, KernelCloneArgs args) throws Errno {
    int tid = KernelClone.clone(task, args);
    task.kernel().abi().cloneSucceeded(task.cpu(), tid);
    return tid;
  }

  private static long execve(Task task, long path, long argv, long envp) throws Errno {
    return execveat(task, AT_FDCWD, path, argv, envp, 0);
  }

  private static long execveat(Task task, int folder, long path, long argv, long envp, int flags)
      throws Errno {
    if ((flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW)) != 0) {
      throw Errno.EINVAL;
    }
    String name = task.memory().user().readString(path, PathWalk.PATH_MAX);
    VfsPath start = null;
    String fileName = name;
    boolean vanishes = false;
    if (folder != AT_FDCWD && !name.startsWith("/")) {
      start = task.files().getAny(folder).path();
      fileName = "/dev/fd/" + folder + (name.isEmpty() ? "" : "/" + name);
      vanishes = task.files().isCloseOnExec(folder);
    }
    ExecRequest request =
        new ExecRequest(
            start,
            name,
            flags,
            fileName,
            vanishes,
            () -> strings(task, argv),
            () -> strings(task, envp));
    Exec.execute(task, request);
    return 0;
  }

  /// argv or envp; the loader counts more exactly what there is room for.
  private static List<String> strings(Task task, long address) throws Errno {
    return task.memory().user().readStrings(address, MAX_STRING, MAX_STRINGS);
  }

  private static long wait4(Task task, int pid, long status, int options, long rusage)
      throws Errno {
    int known =
        ChildWait.WNOHANG
            | ChildWait.WUNTRACED
            | ChildWait.WCONTINUED
            | ChildWait.WNOTHREAD
            | ChildWait.WALL
            | ChildWait.WCLONE;
    if ((options & ~known) != 0) {
      throw Errno.EINVAL;
    }
    if (pid == Integer.MIN_VALUE) {
      throw Errno.ESRCH;
    }
    ChildWait.Result result = ChildWait.await(task, byPid(task, pid), options | ChildWait.WEXITED);
    if (result == null) {
      return 0;
    }
    UserMemory user = task.memory().user();
    if (status != 0) {
      user.putInt(status, result.status());
    }
    if (rusage != 0) {
      user.write(rusage, result.usage().toBytes(user.model()));
    }
    return result.pid();
  }

  private static Predicate<Task> byPid(Task task, int pid) {
    if (pid > 0) {
      return child -> child.pid().in(task.pidNamespace()) == pid;
    }
    if (pid == -1) {
      return child -> true;
    }
    ProcessGroup own = task.group().processGroup();
    int group = -pid;
    return pid == 0
        ? child -> child.group().processGroup() == own
        : child -> child.group().processGroup().pid().in(task.pidNamespace()) == group;
  }

  private static long waitid(Task task, int which, int id, long info, int options, long rusage)
      throws Errno {
    int known =
        ChildWait.WNOHANG
            | ChildWait.WNOWAIT
            | ChildWait.WEXITED
            | ChildWait.WSTOPPED
            | ChildWait.WCONTINUED
            | ChildWait.WNOTHREAD
            | ChildWait.WALL
            | ChildWait.WCLONE;
    if ((options & ~known) != 0
        || (options & (ChildWait.WEXITED | ChildWait.WSTOPPED | ChildWait.WCONTINUED)) == 0) {
      throw Errno.EINVAL;
    }
    int effective = options;
    Predicate<Task> wanted;
    switch (which) {
      case P_ALL -> wanted = child -> true;
      case P_PID -> {
        if (id <= 0) {
          throw Errno.EINVAL;
        }
        wanted = byPid(task, id);
      }
      case P_PGID -> {
        if (id < 0) {
          throw Errno.EINVAL;
        }
        wanted = id == 0 ? byPid(task, 0) : byPid(task, -id);
      }
      case P_PIDFD -> {
        if (id < 0) {
          throw Errno.EINVAL;
        }
        PidFd opened = PidFd.of(task.files().get(id));
        wanted = child -> child.pid() == opened.pid();
        if (opened.isNonblocking()) {
          effective |= ChildWait.WNOHANG;
        }
      }
      default -> throw Errno.EINVAL;
    }
    ChildWait.Result result = ChildWait.await(task, wanted, effective);
    if (result == null && effective != options) {
      throw Errno.EAGAIN;
    }
    UserMemory user = task.memory().user();
    if (result != null && rusage != 0) {
      user.write(rusage, result.usage().toBytes(user.model()));
    }
    if (info != 0) {
      writeWaitidInfo(user, info, result, task.credentials().userNamespace());
    }
    return 0;
  }

  /// Only the members that waitid knows are written, and nothing between them, as Linux does.
  private static void writeWaitidInfo(
      UserMemory user, long address, ChildWait.@Nullable Result result, UserNamespace names)
      throws Errno {
    StructWriter head = new StructWriter(user.model());
    StructWriter child = new StructWriter(user.model());
    if (result == null) {
      head.u32(0).u32(0).u32(0);
      child.u32(0).u32(0).u32(0);
    } else if (result.info().payload() instanceof SigInfo.Child known) {
      head.u32(Signal.SIGCHLD).u32(0).u32(result.info().code());
      child.u32(known.pid()).u32(names.uid(known.uid())).u32(known.status());
    }
    int word = user.model().wordBytes();
    user.write(address, head);
    user.write(address + (head.size() + word - 1 & -word), child);
  }

  private static long pidfdOpen(Task task, int pid, int flags) throws Errno {
    int nonBlock = 0x800;
    int thread = 0x80;
    if ((flags & ~(nonBlock | thread)) != 0 || pid <= 0) {
      throw Errno.EINVAL;
    }
    Pid found = task.pidNamespace().find(pid);
    if (found == null || found.task() == null) {
      throw Errno.ESRCH;
    }
    boolean ofThread = (flags & thread) != 0;
    Task target = found.task();
    if (!ofThread && target != null && !target.isLeader()) {
      throw Errno.EINVAL;
    }
    return task.files()
        .add(
            PidFd.open(task.kernel(), found, ofThread, flags & nonBlock),
            true,
            task.group().limits().soft(ResourceLimits.RLIMIT_NOFILE));
  }
}
