package dev.forklift.kernel.ptrace;

import static dev.forklift.kernel.abi.PtraceNumbers.PTRACE_O_MASK;
import static dev.forklift.kernel.abi.PtraceNumbers.PTRACE_O_SUSPEND_SECCOMP;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.process.Ptrace;
import dev.forklift.kernel.process.PtraceLink;
import dev.forklift.kernel.process.Signals;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TaskSelection;
import dev.forklift.kernel.signal.SigInfo;

/// ptrace(2): the requests by number, and what each demands of the tracee.
public final class PtraceRequests {
  private static final int TRACEME = 0;
  private static final int PEEKTEXT = 1;
  private static final int PEEKDATA = 2;
  private static final int POKETEXT = 4;
  private static final int POKEDATA = 5;
  private static final int CONT = 7;
  private static final int KILL = 8;
  private static final int SINGLESTEP = 9;
  private static final int ATTACH = 16;
  private static final int DETACH = 17;
  private static final int SYSCALL = 24;
  private static final int SETOPTIONS = 0x4200;
  private static final int GETEVENTMSG = 0x4201;
  private static final int GETSIGINFO = 0x4202;
  private static final int SETSIGINFO = 0x4203;
  private static final int GETREGSET = 0x4204;
  private static final int SETREGSET = 0x4205;
  private static final int SEIZE = 0x4206;
  private static final int INTERRUPT = 0x4207;
  private static final int LISTEN = 0x4208;
  private static final int PEEKSIGINFO = 0x4209;
  private static final int GETSIGMASK = 0x420a;
  private static final int SETSIGMASK = 0x420b;
  private static final int SECCOMP_GET_FILTER = 0x420c;
  private static final int SECCOMP_GET_METADATA = 0x420d;
  private static final int GET_SYSCALL_INFO = 0x420e;
  private static final int SET_SYSCALL_USER_DISPATCH_CONFIG = 0x4210;
  private static final int GET_SYSCALL_USER_DISPATCH_CONFIG = 0x4211;

  private PtraceRequests() {}

  /// Does what `request` says.
  ///
  /// @throws Errno ESRCH if there is no such tracee, or it does not stand still; EIO for a request
  ///   that there is not; others as each request has them
  public static long perform(Task tracer, int request, int pid, long address, long data)
      throws Errno {
    if (request == TRACEME) {
      PtraceLink.traceMe(tracer);
      return 0;
    }
    Task tracee = TaskSelection.find(tracer, pid);
    if (tracee == null) {
      throw Errno.ESRCH;
    }
    switch (request) {
      case ATTACH -> PtraceLink.attach(tracer, tracee, false, 0);
      case SEIZE -> seize(tracer, tracee, address, data);
      default -> {
        checkTracee(tracer, tracee, request == KILL || request == INTERRUPT);
        return ofTracee(new Request(tracer, tracee, request, address, data));
      }
    }
    return 0;
  }

  private static void seize(Task tracer, Task target, long address, long options) throws Errno {
    if (address != 0 || (options & ~(long) PTRACE_O_MASK) != 0) {
      throw Errno.EIO;
    }
    checkOptions(options);
    PtraceLink.attach(tracer, target, true, (int) options);
  }

  /// There is no seccomp to be suspended.
  private static void checkOptions(long options) throws Errno {
    if ((options & ~(long) PTRACE_O_MASK) != 0 || (options & PTRACE_O_SUSPEND_SECCOMP) != 0) {
      throw Errno.EINVAL;
    }
  }

  private static void checkTracee(Task tracer, Task tracee, boolean evenRunning) throws Errno {
    Ptrace ptrace = tracee.ptrace();
    boolean ready = evenRunning || ptrace.isAtTracersDisposal();
    if (ptrace.tracer() != tracer || !ready) {
      throw Errno.ESRCH;
    }
  }

  /// A request to a tracee.
  private record Request(Task tracer, Task tracee, int number, long address, long data) {}

  private static long ofTracee(Request r) throws Errno {
    Ptrace ptrace = r.tracee.ptrace();
    TraceeMemory memory = new TraceeMemory(r.tracer, r.tracee);
    TraceeSignals signals = new TraceeSignals(r.tracer, r.tracee);
    switch (r.number) {
      case PEEKTEXT, PEEKDATA -> memory.peek(r.address, r.data);
      case POKETEXT, POKEDATA -> memory.poke(r.address, r.data);
      case SETOPTIONS -> {
        checkOptions(r.data);
        ptrace.setOptions((int) r.data);
      }
      case GETEVENTMSG -> r.tracer.memory().user().putWord(r.data, ptrace.message());
      case PEEKSIGINFO -> {
        return signals.peek(r.address, r.data);
      }
      case GETSIGINFO -> signals.get(r.data);
      case SETSIGINFO -> signals.set(r.data);
      case GETSIGMASK -> signals.getMask(r.address, r.data);
      case SETSIGMASK -> signals.setMask(r.address, r.data);
      case INTERRUPT -> {
        checkSeized(ptrace);
        ptrace.interrupt();
      }
      case LISTEN -> {
        checkSeized(ptrace);
        if (!ptrace.listen()) {
          throw Errno.EIO;
        }
      }
      case DETACH -> PtraceLink.detach(r.tracee, signal(r.data));
      case CONT, SYSCALL -> ptrace.resume(signal(r.data), r.number == SYSCALL);
      case SINGLESTEP -> {
        var _ = signal(r.data);
        // The real kernel has no way to step on this CPU, and finds out late.
        ptrace.forgetSystemCalls();
        throw Errno.EIO;
      }
      case KILL -> Signals.sendToTask(r.tracee, ownKill(r.tracer));
      case GETREGSET -> new TraceeRegisters(r.tracer, r.tracee).get(r.address, r.data);
      case SETREGSET -> new TraceeRegisters(r.tracer, r.tracee).set(r.address, r.data);
      case GET_SYSCALL_INFO -> {
        return new SyscallInfo(r.tracee).store(r.tracer, r.address, r.data);
      }
      // As a kernel built without filters and without user dispatch answers.
      case SECCOMP_GET_FILTER,
          SECCOMP_GET_METADATA,
          SET_SYSCALL_USER_DISPATCH_CONFIG,
          GET_SYSCALL_USER_DISPATCH_CONFIG ->
          throw Errno.EINVAL;
      default -> throw Errno.EIO;
    }
    return 0;
  }

  private static void checkSeized(Ptrace ptrace) throws Errno {
    if (!ptrace.isSeized()) {
      throw Errno.EIO;
    }
  }

  /// The signal that a tracee is to go on with.
  private static int signal(long data) throws Errno {
    if (data != 0 && (data < 0 || data > Signal.SIGRTMAX)) {
      throw Errno.EIO;
    }
    return (int) data;
  }

  private static SigInfo ownKill(Task tracer) {
    return SigInfo.user(Signal.SIGKILL, tracer.tgid(), tracer.credentials().uid());
  }
}
