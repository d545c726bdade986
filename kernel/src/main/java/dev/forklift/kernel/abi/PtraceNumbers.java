package dev.forklift.kernel.abi;

/// Options and events of ptrace(2) (linux/ptrace.h).
public final class PtraceNumbers {
  // Options.

  /// Stops at system calls have bit 7 of the signal set.
  public static final int PTRACE_O_TRACESYSGOOD = 1;

  /// Kill the tracee when the tracer ends.
  public static final int PTRACE_O_EXITKILL = 1 << 20;

  /// Suspend the tracee's seccomp filters.
  public static final int PTRACE_O_SUSPEND_SECCOMP = 1 << 21;

  /// All there are. Those between the first and the last two ask for the event of the same bit.
  public static final int PTRACE_O_MASK = 0xff | PTRACE_O_EXITKILL | PTRACE_O_SUSPEND_SECCOMP;

  // Events. The option that asks for one is the bit of its number.

  public static final int PTRACE_EVENT_FORK = 1;
  public static final int PTRACE_EVENT_VFORK = 2;
  public static final int PTRACE_EVENT_CLONE = 3;
  public static final int PTRACE_EVENT_EXEC = 4;
  public static final int PTRACE_EVENT_VFORK_DONE = 5;
  public static final int PTRACE_EVENT_EXIT = 6;

  /// Of tracees that have been seized, without an option.
  public static final int PTRACE_EVENT_STOP = 128;

  // What PTRACE_GETEVENTMSG says at a stop for a system call.

  public static final int PTRACE_EVENTMSG_SYSCALL_ENTRY = 1;
  public static final int PTRACE_EVENTMSG_SYSCALL_EXIT = 2;

  private PtraceNumbers() {}
}
