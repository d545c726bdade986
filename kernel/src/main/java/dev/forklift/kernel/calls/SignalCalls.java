package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.INT;
import static dev.forklift.kernel.calls.Args.SIGNAL;
import static dev.forklift.kernel.calls.Args.SIZE;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.PidFd;
import dev.forklift.kernel.process.ProcessFolder;
import dev.forklift.kernel.process.ProcessGroup;
import dev.forklift.kernel.process.Signals;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.ThreadGroup;
import dev.forklift.kernel.signal.AltStack;
import dev.forklift.kernel.signal.SigAction;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.Sleeper;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Signals: sending, handling, masking and waiting for them.
final class SignalCalls {
  private static final int SIG_BLOCK = 0;
  private static final int SIG_UNBLOCK = 1;
  private static final int SIG_SETMASK = 2;
  private static final long UNBLOCKABLE = Signal.bit(Signal.SIGKILL) | Signal.bit(Signal.SIGSTOP);
  private static final int MINSIGSTKSZ = 2048;

  private SignalCalls() {}

  static void rows(SyscallTable table) {
    table
        .sys(128, "restart_syscall", t -> t.restart())
        .sys(129, "kill", INT, SIGNAL, SignalCalls::kill)
        .sys(130, "tkill", INT, SIGNAL, (t, tid, signal) -> tgkill(t, 0, tid, signal))
        .sys(131, "tgkill", INT, INT, SIGNAL, SignalCalls::checkedTgkill)
        .sys(132, "sigaltstack", ADDR, ADDR, SignalCalls::sigaltstack)
        .sys(133, "rt_sigsuspend", ADDR, SIZE, SignalCalls::sigsuspend)
        .sys(134, "rt_sigaction", SIGNAL, ADDR, ADDR, SIZE, SignalCalls::sigaction)
        .sys(135, "rt_sigprocmask", INT, ADDR, ADDR, SIZE, SignalCalls::sigprocmask)
        .sys(136, "rt_sigpending", ADDR, SIZE, SignalCalls::sigpending)
        .sys(137, "rt_sigtimedwait", ADDR, ADDR, ADDR, SIZE, SignalCalls::sigtimedwait)
        .sys(138, "rt_sigqueueinfo", INT, SIGNAL, ADDR, SignalCalls::sigqueueinfo)
        .raw(139, "rt_sigreturn", List.of(), SignalCalls::sigreturn)
        .sys(240, "rt_tgsigqueueinfo", INT, INT, SIGNAL, ADDR, SignalCalls::tgsigqueueinfo)
        .sys(424, "pidfd_send_signal", INT, SIGNAL, ADDR, INT, SignalCalls::pidfdSendSignal);
  }

  /// rt_sigtimedwait with 64-bit times on 32-bit guests.
  static void time64Rows(SyscallTable table) {
    table.sys(
        421,
        "rt_sigtimedwait_time64",
        ADDR,
        ADDR,
        ADDR,
        SIZE,
        (t, set, info, timeout, size) ->
            timedwait(t, set, info, size, timeout == 0 ? KernelClock.NEVER : time64(t, timeout)));
  }

  private static SigInfo fromCaller(Task task, int signal, int code) {
    return new SigInfo(
        signal, 0, code, new SigInfo.Sender(task.tgid(), task.credentials().uid(), 0));
  }

  private static void checkSignal(int signal) throws Errno {
    if (signal != 0 && !Signal.isValid(signal)) {
      throw Errno.EINVAL;
    }
  }

  private static long kill(Task task, int pid, int signal) throws Errno {
    SigInfo info = fromCaller(task, signal, SigInfo.SI_USER);
    if (pid > 0) {
      checkSignal(signal);
      ThreadGroup target = process(task, pid);
      if (!Signals.mayKill(task, target.leader(), signal)) {
        throw Errno.EPERM;
      }
      Signals.queueToGroup(target, info);
      return 0;
    }
    if (pid == Integer.MIN_VALUE) {
      throw Errno.ESRCH;
    }
    checkSignal(signal);
    if (pid == -1) {
      return killAll(task, info);
    }
    ProcessGroup group = task.group().processGroup();
    if (pid != 0) {
      Pid found = task.pidNamespace().find(-pid);
      group = found == null ? null : found.processGroup();
    }
    if (group == null) {
      throw Errno.ESRCH;
    }
    return sendTo(task, group.members(), info);
  }

  private static long killAll(Task task, SigInfo info) throws Errno {
    List<ThreadGroup> targets =
        task.pidNamespace().tasks().stream()
            .filter(Task::isLeader)
            .map(Task::group)
            .filter(g -> g != task.group() && g.pid().in(task.pidNamespace()) > 1)
            .filter(g -> !g.leader().isKernelThread())
            .toList();
    return sendTo(task, targets, info);
  }

  /// Succeeds if at least one process could be signalled.
  private static long sendTo(Task task, List<ThreadGroup> targets, SigInfo info) throws Errno {
    boolean sent = false;
    boolean refused = false;
    for (ThreadGroup target : targets) {
      if (Signals.mayKill(task, target.leader(), info.signal())) {
        Signals.queueToGroup(target, info);
        sent = true;
      } else {
        refused = true;
      }
    }
    if (!sent) {
      throw refused ? Errno.EPERM : Errno.ESRCH;
    }
    return 0;
  }

  private static ThreadGroup process(Task task, int pid) throws Errno {
    Pid found = task.pidNamespace().find(pid);
    Task target = found == null ? null : found.task();
    if (target == null || !target.isLeader()) {
      // kill(2) takes the id of a process; Linux takes the id of any of its threads as well.
      if (target == null) {
        throw Errno.ESRCH;
      }
    }
    return target.group();
  }

  private static long checkedTgkill(Task task, int tgid, int tid, int signal) throws Errno {
    if (tgid <= 0) {
      throw Errno.EINVAL;
    }
    return tgkill(task, tgid, tid, signal);
  }

  private static long tgkill(Task task, int tgid, int tid, int signal) throws Errno {
    if (tid <= 0) {
      throw Errno.EINVAL;
    }
    sendToThread(task, tgid, tid, fromCaller(task, signal, SigInfo.SI_TKILL));
    return 0;
  }

  private static void sendToThread(Task task, int tgid, int tid, SigInfo info) throws Errno {
    Pid found = task.pidNamespace().find(tid);
    Task target = found == null ? null : found.task();
    if (target == null || (tgid != 0 && target.group().pid().in(task.pidNamespace()) != tgid)) {
      throw Errno.ESRCH;
    }
    checkSignal(info.signal());
    if (!Signals.mayKill(task, target, info.signal())) {
      throw Errno.EPERM;
    }
    Signals.queueToTask(target, info);
  }

  private static long sigqueueinfo(Task task, int pid, int signal, long address) throws Errno {
    SigInfo info = readInfo(task, signal, address);
    ThreadGroup target = process(task, pid);
    checkForged(task, target, info);
    checkSignal(signal);
    if (!Signals.mayKill(task, target.leader(), signal)) {
      throw Errno.EPERM;
    }
    Signals.queueToGroup(target, info);
    return 0;
  }

  private static long tgsigqueueinfo(Task task, int tgid, int tid, int signal, long address)
      throws Errno {
    SigInfo info = readInfo(task, signal, address);
    if (tgid <= 0 || tid <= 0) {
      throw Errno.EINVAL;
    }
    Pid found = task.pidNamespace().find(tid);
    Task target = found == null ? null : found.task();
    if (target != null) {
      checkForged(task, target.group(), info);
    }
    sendToThread(task, tgid, tid, info);
    return 0;
  }

  private static SigInfo readInfo(Task task, int signal, long address) throws Errno {
    byte[] bytes = new byte[SigInfo.SIZE];
    task.memory().user().read(address, bytes);
    DataModel model = task.kernel().abi().dataModel();
    return SigInfo.fromUser(model, bytes, signal);
  }

  /// Nobody may pretend to be the kernel or kill(2) towards others.
  private static void checkForged(Task task, ThreadGroup target, SigInfo info) throws Errno {
    if ((info.code() >= 0 || info.code() == SigInfo.SI_TKILL) && target != task.group()) {
      throw Errno.EPERM;
    }
  }

  private static long pidfdSendSignal(Task task, int fd, int signal, long info, int flags)
      throws Errno {
    int thread = 1;
    int threadGroup = 2;
    int processGroup = 4;
    if ((flags & ~(thread | threadGroup | processGroup)) != 0 || Integer.bitCount(flags) > 1) {
      throw Errno.EINVAL;
    }
    OpenFile file = task.files().get(fd);
    Pid named =
        file.inode() instanceof ProcessFolder folder ? folder.process() : PidFd.of(file).pid();
    if (named.in(task.pidNamespace()) == 0) {
      throw Errno.EINVAL;
    }
    Task target = named.task();
    boolean ofThread = file instanceof PidFd pidFd && pidFd.ofThread();
    boolean toThread = flags == thread || (flags == 0 && ofThread);
    SigInfo sent = fromCaller(task, signal, toThread ? SigInfo.SI_TKILL : SigInfo.SI_USER);
    if (info != 0) {
      sent = readInfo(task, signal, info);
      byte[] number = new byte[4];
      task.memory().user().read(info, number);
      if (new StructReader(task.kernel().abi().dataModel(), number).s32() != signal) {
        throw Errno.EINVAL;
      }
      if (target != null) {
        checkForged(task, target.group(), sent);
      }
    }
    if (target == null) {
      throw Errno.ESRCH;
    }
    checkSignal(signal);
    if (flags == processGroup) {
      ProcessGroup group = named.processGroup();
      if (group == null) {
        throw Errno.ESRCH;
      }
      return sendTo(task, group.members(), sent);
    }
    if (!Signals.mayKill(task, target, signal)) {
      throw Errno.EPERM;
    }
    if (toThread) {
      Signals.queueToTask(target, sent);
    } else {
      Signals.queueToGroup(target.group(), sent);
    }
    return 0;
  }

  private static void checkSetSize(long size) throws Errno {
    if (size != 8) {
      throw Errno.EINVAL;
    }
  }

  static long readSet(Task task, long address) throws Errno {
    DataModel model = task.kernel().abi().dataModel();
    byte[] bytes = new byte[8];
    task.memory().user().read(address, bytes);
    StructReader r = new StructReader(model, bytes);
    // An array of unsigned long: on big-endian 32-bit guests the words are not swapped.
    return model.is64Bit() ? r.u64() : r.u32() | r.u32() << 32;
  }

  private static void writeSet(Task task, long address, long set) throws Errno {
    DataModel model = task.kernel().abi().dataModel();
    StructWriter w = new StructWriter(model);
    if (model.is64Bit()) {
      w.u64(set);
    } else {
      w.u32(set).u32(set >>> 32);
    }
    task.memory().user().write(address, w.toBytes());
  }

  private static long sigaction(Task task, int signal, long act, long oldAct, long size)
      throws Errno {
    checkSetSize(size);
    UserMemory user = task.memory().user();
    DataModel model = task.kernel().abi().dataModel();
    int length = 3 * model.wordBytes() + 8;
    SigAction action = null;
    if (act != 0) {
      byte[] bytes = new byte[length];
      user.read(act, bytes);
      StructReader r = new StructReader(model, bytes);
      long handler = r.word();
      long flags = r.word() & 0xffff_ffffL;
      long restorer = r.word();
      long mask = model.is64Bit() ? r.u64() : r.u32() | r.u32() << 32;
      action =
          new SigAction(handler, flags & ~SigAction.SA_UNSUPPORTED, mask & ~UNBLOCKABLE, restorer);
    }
    boolean fixed = signal == Signal.SIGKILL || signal == Signal.SIGSTOP;
    if (!Signal.isValid(signal) || (action != null && fixed)) {
      throw Errno.EINVAL;
    }
    SigAction old = task.handlers().get(signal);
    if (action != null) {
      task.handlers().set(signal, action);
      Signals.forgetIfIgnored(task, signal);
    }
    if (oldAct != 0) {
      StructWriter w =
          new StructWriter(model).word(old.handler()).word(old.flags()).word(old.restorer());
      if (model.is64Bit()) {
        w.u64(old.mask());
      } else {
        w.u32(old.mask()).u32(old.mask() >>> 32);
      }
      user.write(oldAct, w.toBytes());
    }
    return 0;
  }

  private static long sigprocmask(Task task, int how, long set, long oldSet, long size)
      throws Errno {
    checkSetSize(size);
    long old = task.blocked();
    if (set != 0) {
      long given = readSet(task, set);
      task.setBlocked(
          switch (how) {
            case SIG_BLOCK -> old | given;
            case SIG_UNBLOCK -> old & ~given;
            case SIG_SETMASK -> given;
            default -> throw Errno.EINVAL;
          });
    }
    if (oldSet != 0) {
      writeSet(task, oldSet, old);
    }
    return 0;
  }

  private static long sigpending(Task task, long set, long size) throws Errno {
    if (size > 8) {
      throw Errno.EINVAL;
    }
    writeSet(task, set, (task.pending().set() | task.group().pending().set()) & task.blocked());
    return 0;
  }

  private static long sigsuspend(Task task, long set, long size) throws Errno {
    checkSetSize(size);
    task.setBlockedForCall(readSet(task, set));
    while (!task.signalPending()) {
      task.sleep(KernelClock.NEVER);
    }
    throw Errno.ERESTARTNOHAND;
  }

  private static long sigtimedwait(Task task, long set, long info, long timeout, long size)
      throws Errno {
    return timedwait(
        task, set, info, size, timeout == 0 ? KernelClock.NEVER : timeWords(task, timeout));
  }

  /// A timespec of two `long`s, in nanoseconds.
  private static long timeWords(Task task, long address) throws Errno {
    DataModel model = task.kernel().abi().dataModel();
    byte[] bytes = new byte[2 * model.wordBytes()];
    task.memory().user().read(address, bytes);
    StructReader r = new StructReader(model, bytes);
    return nanos(r.signedWord(), r.signedWord());
  }

  private static long time64(Task task, long address) throws Errno {
    byte[] bytes = new byte[16];
    task.memory().user().read(address, bytes);
    StructReader r = new StructReader(task.kernel().abi().dataModel(), bytes);
    long seconds = r.u64();
    // The upper half of the nanoseconds is padding.
    int nanos = (int) r.u64();
    return nanos(seconds, nanos);
  }

  private static long nanos(long seconds, long nanos) throws Errno {
    if (seconds < 0 || nanos < 0 || nanos >= 1_000_000_000) {
      throw Errno.EINVAL;
    }
    return seconds > Long.MAX_VALUE / 2_000_000_000
        ? Long.MAX_VALUE / 2
        : seconds * 1_000_000_000 + nanos;
  }

  private static long timedwait(Task task, long set, long info, long size, long timeout)
      throws Errno {
    checkSetSize(size);
    long wanted = readSet(task, set) & ~UNBLOCKABLE;
    long deadline =
        timeout == KernelClock.NEVER ? KernelClock.NEVER : task.clock().monotonicNanos() + timeout;
    @Nullable SigInfo[] taken = {Signals.take(task, wanted)};
    if (taken[0] == null && timeout > 0) {
      // While waiting, the signals waited for are unblocked, so that they wake and are not lost.
      long blocked = task.blocked();
      task.setBlocked(blocked & ~wanted);
      task.setAwaited(blocked & wanted);
      try {
        task.await(
            Sleeper.Mode.INTERRUPTIBLE,
            deadline,
            () -> (taken[0] = Signals.take(task, wanted)) != null,
            List.of());
      } catch (Errno e) {
        throw Errno.EINTR;
      } finally {
        task.setAwaited(0);
        task.setBlocked(blocked);
      }
    }
    SigInfo got = taken[0];
    if (got == null) {
      throw Errno.EAGAIN;
    }
    if (info != 0) {
      task.memory().user().write(info, got.toBytes(task.kernel().abi().dataModel()));
    }
    return got.signal();
  }

  private static long sigreturn(SyscallFrame frame) {
    frame.task().returnFromHandler();
    return 0;
  }

  private static long sigaltstack(Task task, long set, long old) throws Errno {
    DataModel model = task.kernel().abi().dataModel();
    UserMemory user = task.memory().user();
    long sp = task.cpu().unsignedRegister(task.kernel().abi().stackPointer());
    AltStack current = task.altStack();
    boolean inUse = current.contains(sp);
    AltStack next = null;
    if (set != 0) {
      byte[] bytes = new byte[model.is64Bit() ? 24 : 12];
      user.read(set, bytes);
      StructReader r = new StructReader(model, bytes);
      long address = r.word();
      int flags = r.s32();
      long size = r.word();
      if (inUse) {
        throw Errno.EPERM;
      }
      int mode = flags & ~AltStack.SS_AUTODISARM;
      if (mode != 0 && mode != AltStack.SS_ONSTACK && mode != AltStack.SS_DISABLE) {
        throw Errno.EINVAL;
      }
      if (mode == AltStack.SS_DISABLE) {
        next = new AltStack(0, flags, 0);
      } else if (size < MINSIGSTKSZ) {
        throw Errno.ENOMEM;
      } else {
        next = new AltStack(address, flags, size);
      }
    }
    if (next != null) {
      task.setAltStack(next);
    }
    if (old != 0) {
      int flags =
          (current.size() == 0 ? AltStack.SS_DISABLE : inUse ? AltStack.SS_ONSTACK : 0)
              | (current.flags() & AltStack.SS_AUTODISARM);
      StructWriter w =
          new StructWriter(model).word(current.address()).u32(flags).word(current.size());
      user.write(old, w.toBytes());
    }
    return 0;
  }
}
